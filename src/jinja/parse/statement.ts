import { nearest } from '../../base/nearest.ts';
import type { Body, Expression, ForNode, MacroNode, Parameter, Statement, Target } from '../syntax/ast.ts';
import type { Token } from '../syntax/token.ts';
import { CUSTOM_TAGS, parseCustom } from './custom.ts';
import { parseExpression, parseFilterName, parseTuple } from './expression.ts';
import type { TokenStream } from './stream.ts';

/** A whole template. */
export function parseBody(stream: TokenStream): Body {
  return parseUntil(stream, [], undefined);
}

/**
 * Statements up to a tag whose name is in `ends`; the stream then stands at that name. `opened` is the tag that
 * waits for its end; absent for the whole template.
 */
export function parseUntil(stream: TokenStream, ends: readonly string[], opened: Token | undefined): Body {
  const body: Statement[] = [];
  for (;;) {
    const { kind, value, start: at } = stream.current;
    if (kind === 'end') {
      if (opened === undefined) return body;
      const end = ends[ends.length - 1] ?? '';
      throw stream.fail(`'${opened.value}' is not closed`, `Close it with {% ${end} %}.`, opened.start);
    }
    stream.take();
    if (kind === 'data') {
      body.push({ kind: 'data', text: value, at });
    } else if (kind === 'variable_begin') {
      const inside = stream.current.start;
      body.push({ kind: 'output', value: parseTuple(stream), at: inside });
      stream.expect('variable_end');
    } else {
      if (stream.is('name') && ends.includes(stream.current.value)) return body;
      body.push(...parseStatement(stream, opened, ends));
      stream.expect('block_end');
    }
  }
}

/** The body of a block tag that ends in `end`; takes the end's name. */
export function parseBlockBody(stream: TokenStream, opened: Token, end: string): Body {
  stream.expect('block_end');
  const body = parseUntil(stream, [end], opened);
  stream.take();
  return body;
}

const TAGS: Readonly<Record<string, (stream: TokenStream, tag: Token) => Statement | Body>> = {
  if: parseIf,
  for: parseFor,
  set: parseSet,
  do: (stream, { start: at }) => ({ kind: 'do', value: parseTuple(stream), at }),
  print: parsePrint,
  macro: (stream, tag) => parseMacro(stream, tag, 'endmacro'),
  call: parseCallBlock,
  filter: parseFilterBlock,
  with: parseWith,
  block: parseNamedBlock,
  break: parseJump,
  continue: parseJump,
};

const FOREIGN: ReadonlySet<string> = new Set(['include', 'import', 'from', 'extends']);

function parseStatement(stream: TokenStream, opened: Token | undefined, ends: readonly string[]): Body {
  const tag = stream.expect('name');
  const name = tag.value;
  if (Object.hasOwn(CUSTOM_TAGS, name)) return [parseCustom(stream, tag)];
  const parse = Object.hasOwn(TAGS, name) ? TAGS[name] : undefined;
  if (parse !== undefined) {
    const parsed = parse(stream, tag);
    return 'kind' in parsed ? [parsed] : parsed;
  }
  if (FOREIGN.has(name)) {
    throw stream.fail(`'${name}' is not available`, 'Macros of the project are there without an import.', tag.start);
  }
  if (name.startsWith('end') || name === 'else' || name === 'elif') {
    const message = opened === undefined ? `'${name}' closes nothing` : `'${name}' does not fit '${opened.value}'`;
    throw stream.fail(message, ends.length === 0 ? undefined : `Expected ${ends.join(' or ')}.`, tag.start);
  }
  const known = nearest(name, [...Object.keys(TAGS), ...Object.keys(CUSTOM_TAGS), 'raw']);
  throw stream.fail(`unknown tag '${name}'`, known === undefined ? undefined : `Did you mean '${known}'?`, tag.start);
}

function parseIf(stream: TokenStream, tag: Token): Statement {
  const branches: { test: Expression; body: Body }[] = [];
  let otherwise: Body = [];
  for (;;) {
    const test = parseTuple(stream, false);
    stream.expect('block_end');
    branches.push({ test, body: parseUntil(stream, ['elif', 'else', 'endif'], tag) });
    const end = stream.take().value;
    if (end === 'elif') continue;
    if (end === 'else') otherwise = parseBlockBody(stream, tag, 'endif');
    return { kind: 'if', branches, otherwise, at: tag.start };
  }
}

function parseJump(stream: TokenStream, { start: at, value }: Token): Statement {
  if (!stream.isInLoop) throw stream.fail(`'${value}' stands outside of a loop`, undefined, at);
  return { kind: value === 'break' ? 'break' : 'continue', at };
}

function parseFor(stream: TokenStream, tag: Token): ForNode {
  const target = parseTargets(stream);
  stream.expect('name', 'in');
  const iterable = parseTuple(stream, false, () => stream.is('name', 'recursive'));
  const test = stream.skipIf('name', 'if') ? parseExpression(stream) : undefined;
  const recursive = stream.skipIf('name', 'recursive');
  stream.expect('block_end');
  const body = stream.inside(true, () => parseUntil(stream, ['endfor', 'else'], tag));
  const otherwise = stream.take().value === 'else' ? parseBlockBody(stream, tag, 'endfor') : [];
  return { kind: 'for', target, iterable, test, recursive, body, otherwise, at: tag.start };
}

function parseSet(stream: TokenStream, tag: Token): Statement {
  const target = parseTargets(stream, true);
  if (stream.skipIf('operator', '=')) return { kind: 'set', target, value: parseTuple(stream), at: tag.start };
  const filter = parseFilters(stream, undefined);
  return { kind: 'set block', target, filter, body: parseBlockBody(stream, tag, 'endset'), at: tag.start };
}

/** Filters each behind a `|`. */
function parseFilters(stream: TokenStream, of: Expression | undefined): Expression | undefined {
  let filter = of;
  while (stream.skipIf('operator', '|')) filter = parseFilterName(stream, filter);
  return filter;
}

function parsePrint(stream: TokenStream, { start: at }: Token): Body {
  const outputs: Statement[] = [];
  while (!stream.is('block_end')) {
    if (outputs.length > 0) stream.expect('operator', ',');
    outputs.push({ kind: 'output', value: parseExpression(stream), at });
  }
  return outputs;
}

/** The name and parameters of a macro, up to its end tag. */
export function parseMacro(stream: TokenStream, tag: Token, end: string): MacroNode {
  const { value: name } = stream.expect('name');
  const parameters = parseParameters(stream);
  const body = stream.inside(false, () => parseBlockBody(stream, tag, end));
  return { kind: 'macro', name, parameters, body, at: tag.start };
}

export function parseParameters(stream: TokenStream): Parameter[] {
  stream.expect('operator', '(');
  const parameters: Parameter[] = [];
  while (!stream.isOperator(')')) {
    const { value: name, start: at } = stream.expect('name');
    if (parameters.some((known) => known.name === name))
      throw stream.fail(`parameter repeated: ${name}`, undefined, at);
    const given = stream.skipIf('operator', '=') ? parseExpression(stream) : undefined;
    if (given === undefined && parameters.at(-1)?.default !== undefined) {
      throw stream.fail(`parameter '${name}' has no default but follows one that has`, 'Give it a default too.', at);
    }
    parameters.push({ name, at, default: given });
    if (!stream.skipIf('operator', ',')) break;
  }
  stream.expect('operator', ')');
  return parameters;
}

function parseCallBlock(stream: TokenStream, tag: Token): Statement {
  const parameters = stream.isOperator('(') ? parseParameters(stream) : [];
  const { start } = stream.current;
  const call = parseExpression(stream);
  if (call.kind !== 'call') throw stream.fail('a call block needs a call', 'Write {% call macro() %}.', start);
  const body = stream.inside(false, () => parseBlockBody(stream, tag, 'endcall'));
  return {
    kind: 'call block',
    call,
    caller: { kind: 'macro', name: 'caller', parameters, body, at: tag.start },
    at: tag.start,
  };
}

function parseFilterBlock(stream: TokenStream, tag: Token): Statement {
  const first = parseFilterName(stream, undefined);
  const filter = parseFilters(stream, first) ?? first;
  return { kind: 'filter block', filter, body: parseBlockBody(stream, tag, 'endfilter'), at: tag.start };
}

function parseWith(stream: TokenStream, tag: Token): Statement {
  const pairs: (readonly [Target, Expression])[] = [];
  while (!stream.is('block_end')) {
    if (pairs.length > 0) stream.expect('operator', ',');
    const target = parseTarget(stream, false);
    stream.expect('operator', '=');
    pairs.push([target, parseExpression(stream)]);
  }
  return { kind: 'with', pairs, body: parseBlockBody(stream, tag, 'endwith'), at: tag.start };
}

/** Without inheritance a named block is its body, in a scope of its own. */
function parseNamedBlock(stream: TokenStream, tag: Token): Statement {
  const { value: name } = stream.expect('name');
  stream.skipIf('name', 'scoped');
  const body = parseBlockBody(stream, tag, 'endblock');
  stream.skipIf('name', name);
  return { kind: 'with', pairs: [], body, at: tag.start };
}

function parseTargets(stream: TokenStream, members = false): Target {
  const { start: at } = stream.current;
  const first = parseTarget(stream, members);
  if (!stream.isOperator(',')) return first;
  const items = [first];
  while (stream.skipIf('operator', ',')) {
    if (!stream.is('name') && !stream.isOperator('(')) break;
    if (stream.is('name', 'in')) break;
    items.push(parseTarget(stream, members));
  }
  return { kind: 'tuple target', items, at };
}

const NOT_ASSIGNABLE: ReadonlySet<string> = new Set(['true', 'false', 'none', 'True', 'False', 'None']);

function parseTarget(stream: TokenStream, members: boolean): Target {
  const { start: at } = stream.current;
  if (stream.skipIf('operator', '(')) {
    const inside = parseTargets(stream, members);
    stream.expect('operator', ')');
    return inside;
  }
  const { value: name } = stream.expect('name');
  if (NOT_ASSIGNABLE.has(name)) throw stream.fail(`cannot assign to '${name}'`, undefined, at);
  if (members && stream.skipIf('operator', '.')) {
    return { kind: 'member', object: name, name: stream.expect('name').value, at };
  }
  return { kind: 'name', name, at };
}
