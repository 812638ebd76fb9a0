import type { Arguments, BinaryOperator, Comparison, Expression } from '../syntax/ast.ts';
import { parsePostfix, parseTest } from './postfix.ts';
import { parsePrimary } from './primary.ts';
import type { TokenStream } from './stream.ts';

/** One expression, its inline `if` included unless `conditional` is false (Jinja 3.1's precedence). */
export function parseExpression(stream: TokenStream, conditional = true): Expression {
  return conditional ? parseConditional(stream) : parseOr(stream);
}

/** One expression, or a tuple without brackets when commas follow. `until` says where a trailing comma may end. */
export function parseTuple(stream: TokenStream, conditional = true, until: () => boolean = () => false): Expression {
  const { start: at } = stream.current;
  const first = parseExpression(stream, conditional);
  if (!stream.isOperator(',')) return first;
  const items = [first];
  while (stream.skipIf('operator', ',')) {
    if (stream.is('variable_end') || stream.is('block_end') || stream.isOperator(')') || until()) break;
    items.push(parseExpression(stream, conditional));
  }
  return { kind: 'tuple', items, at };
}

function parseConditional(stream: TokenStream): Expression {
  let then = parseOr(stream);
  while (stream.is('name', 'if')) {
    const { start: at } = stream.take();
    const test = parseOr(stream);
    const otherwise = stream.skipIf('name', 'else') ? parseConditional(stream) : undefined;
    then = { kind: 'conditional', test, then, otherwise, at };
  }
  return then;
}

function parseOr(stream: TokenStream): Expression {
  let left = parseAnd(stream);
  while (stream.is('name', 'or')) {
    const { start: at } = stream.take();
    left = { kind: 'logical', operator: 'or', left, right: parseAnd(stream), at };
  }
  return left;
}

function parseAnd(stream: TokenStream): Expression {
  let left = parseNot(stream);
  while (stream.is('name', 'and')) {
    const { start: at } = stream.take();
    left = { kind: 'logical', operator: 'and', left, right: parseNot(stream), at };
  }
  return left;
}

function parseNot(stream: TokenStream): Expression {
  if (!stream.is('name', 'not')) return parseCompare(stream);
  const { start: at } = stream.take();
  return { kind: 'unary', operator: 'not', of: parseNot(stream), at };
}

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

function parseCompare(stream: TokenStream): Expression {
  const first = parseSum(stream);
  const rest: { operator: Comparison; right: Expression; at: number }[] = [];
  for (;;) {
    const { current } = stream;
    const at = current.start;
    let operator: Comparison;
    if (current.kind === 'operator' && COMPARISONS.has(current.value)) {
      operator = current.value as Comparison;
    } else if (stream.is('name', 'in')) {
      operator = 'in';
    } else if (stream.is('name', 'not') && stream.following.kind === 'name' && stream.following.value === 'in') {
      stream.take();
      operator = 'not in';
    } else {
      return rest.length === 0 ? first : { kind: 'compare', first, rest, at: first.at };
    }
    stream.take();
    rest.push({ operator, right: parseSum(stream), at });
  }
}

/** Left-associative binary operators of one level. */
function parseLevel(
  stream: TokenStream,
  operators: readonly BinaryOperator[],
  operand: (stream: TokenStream) => Expression,
): Expression {
  let left = operand(stream);
  for (;;) {
    const operator = operators.find((one) => stream.isOperator(one));
    if (operator === undefined) return left;
    const { start: at } = stream.take();
    left = { kind: 'binary', operator, left, right: operand(stream), at };
  }
}

function parseSum(stream: TokenStream): Expression {
  return parseLevel(stream, ['+', '-'], parseConcat);
}

function parseConcat(stream: TokenStream): Expression {
  const first = parseProduct(stream);
  if (!stream.isOperator('~')) return first;
  const parts = [first];
  while (stream.skipIf('operator', '~')) parts.push(parseProduct(stream));
  return { kind: 'concat', parts, at: first.at };
}

function parseProduct(stream: TokenStream): Expression {
  return parseLevel(stream, ['*', '/', '//', '%'], parsePower);
}

function parsePower(stream: TokenStream): Expression {
  return parseLevel(stream, ['**'], parseUnary);
}

function parseUnary(stream: TokenStream): Expression {
  let node = parseSigned(stream);
  for (;;) {
    if (stream.isOperator('|')) {
      stream.take();
      node = parseFilterName(stream, node);
    } else if (stream.is('name', 'is')) {
      node = parseTest(stream, node);
    } else if (stream.isOperator('(')) {
      const { start: at } = stream.current;
      node = { kind: 'call', of: node, arguments: parseArguments(stream), at };
    } else {
      return node;
    }
  }
}

function parseSigned(stream: TokenStream): Expression {
  const { current } = stream;
  if (stream.isOperator('-', '+')) {
    stream.take();
    const operator = current.value === '-' ? '-' : '+';
    return parsePostfix(stream, { kind: 'unary', operator, of: parseSigned(stream), at: current.start });
  }
  return parsePostfix(stream, parsePrimary(stream));
}

/** `name` or `name(arguments)` after a `|`, applied to `of`. */
export function parseFilterName(stream: TokenStream, of: Expression | undefined): Expression {
  const { value: name, start: at } = stream.expect('name');
  return { kind: 'filter', name, of, arguments: optionalArguments(stream), at };
}

const NO_ARGUMENTS: Arguments = { positional: [], keywords: [], rest: undefined, keywordRest: undefined };

export function optionalArguments(stream: TokenStream): Arguments {
  return stream.isOperator('(') ? parseArguments(stream) : NO_ARGUMENTS;
}

/** The arguments of a call with their brackets. */
export function parseArguments(stream: TokenStream): Arguments {
  const { start: at } = stream.expect('operator', '(');
  const positional: Expression[] = [];
  const keywords: (readonly [string, Expression])[] = [];
  let rest: Expression | undefined;
  let keywordRest: Expression | undefined;
  const ensure = (valid: boolean): void => {
    if (!valid) throw stream.fail('invalid order of arguments', 'Positional arguments come before named ones.', at);
  };
  while (!stream.isOperator(')')) {
    if (stream.skipIf('operator', '*')) {
      ensure(rest === undefined && keywordRest === undefined);
      rest = parseExpression(stream);
    } else if (stream.skipIf('operator', '**')) {
      ensure(keywordRest === undefined);
      keywordRest = parseExpression(stream);
    } else if (stream.is('name') && stream.following.kind === 'operator' && stream.following.value === '=') {
      ensure(keywordRest === undefined);
      const { value: name, start } = stream.take();
      stream.take();
      if (keywords.some(([known]) => known === name))
        throw stream.fail(`keyword argument repeated: ${name}`, undefined, start);
      keywords.push([name, parseExpression(stream)]);
    } else {
      ensure(rest === undefined && keywordRest === undefined && keywords.length === 0);
      positional.push(parseExpression(stream));
    }
    if (!stream.skipIf('operator', ',')) break;
  }
  stream.expect('operator', ')');
  return { positional, keywords, rest, keywordRest };
}
