import type { Arguments, Expression } from '../syntax/ast.ts';
import { optionalArguments, parseArguments, parseExpression } from './expression.ts';
import { parsePrimary } from './primary.ts';
import type { TokenStream } from './stream.ts';

/** Attributes, subscripts and calls after a primary expression. */
export function parsePostfix(stream: TokenStream, primary: Expression): Expression {
  let node = primary;
  for (;;) {
    const { start: at } = stream.current;
    if (stream.isOperator('.')) {
      stream.take();
      node = parseMember(stream, node);
    } else if (stream.isOperator('[')) {
      stream.take();
      node = parseSubscript(stream, node, at);
    } else if (stream.isOperator('(')) {
      node = { kind: 'call', of: node, arguments: parseArguments(stream), at };
    } else {
      return node;
    }
  }
}

/** Faults of a member point at its name, not at the dot. */
function parseMember(stream: TokenStream, of: Expression): Expression {
  const { start: at } = stream.current;
  if (stream.is('integer')) {
    return { kind: 'item', of, key: { kind: 'number', float: false, text: stream.take().value, at }, at };
  }
  return { kind: 'attribute', of, name: stream.expect('name').value, at };
}

function parseSubscript(stream: TokenStream, of: Expression, at: number): Expression {
  const ends = (): boolean => stream.isOperator(']');
  const bound = (): Expression | undefined => (ends() || stream.isOperator(':') ? undefined : parseExpression(stream));
  const start = bound();
  if (start !== undefined && ends()) {
    stream.take();
    return { kind: 'item', of, key: start, at };
  }
  if (start !== undefined && stream.isOperator(',')) {
    const items = [start];
    while (stream.skipIf('operator', ',') && !ends()) items.push(parseExpression(stream));
    stream.expect('operator', ']');
    return { kind: 'item', of, key: { kind: 'tuple', items, at }, at };
  }
  stream.expect('operator', ':');
  const stop = bound();
  const step = stream.skipIf('operator', ':') ? bound() : undefined;
  stream.expect('operator', ']');
  return { kind: 'slice', of, start, stop, step, at };
}

const ENDS_TEST: ReadonlySet<string> = new Set(['else', 'or', 'and', 'is', 'if', 'in', 'not']);

/** `is name`, `is not name`, each with arguments in brackets or one without. */
export function parseTest(stream: TokenStream, of: Expression): Expression {
  stream.take();
  const negated = stream.skipIf('name', 'not');
  const { value: name, start: at } = stream.expect('name');
  const test: Expression = { kind: 'test', name, of, arguments: testArguments(stream), at };
  return negated ? { kind: 'unary', operator: 'not', of: test, at } : test;
}

function testArguments(stream: TokenStream): Arguments {
  const { current } = stream;
  const bare =
    (current.kind === 'name' && !ENDS_TEST.has(current.value)) ||
    ['string', 'integer', 'float'].includes(current.kind) ||
    stream.isOperator('[', '{');
  if (!bare) return optionalArguments(stream);
  const argument = parsePostfix(stream, parsePrimary(stream));
  return { positional: [argument], keywords: [], rest: undefined, keywordRest: undefined };
}
