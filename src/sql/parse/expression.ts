import type { BinaryOperator, DatePart, Expression, IndexMode, InSet, Name } from '../ast/expression.ts';
import { parseCall } from './call.ts';
import type { Cursor } from './cursor.ts';
import { parseQuery, startsQuery } from './query.ts';
import { parseType } from './type.ts';

/**
 * Expressions by precedence climbing (GoogleSQL, Operators, Operator precedence). Comparisons stand
 * between the arithmetic levels and NOT, and do not chain.
 */
export function parseExpression(cursor: Cursor): Expression {
  return parseOr(cursor);
}

function parseOr(cursor: Cursor): Expression {
  let left = parseAnd(cursor);
  while (cursor.accept('OR')) left = binary('OR', left, parseAnd(cursor));
  return left;
}

function parseAnd(cursor: Cursor): Expression {
  let left = parseNot(cursor);
  while (cursor.accept('AND')) left = binary('AND', left, parseNot(cursor));
  return left;
}

function parseNot(cursor: Cursor): Expression {
  const { start } = cursor.peek();
  if (!cursor.accept('NOT')) return parseComparison(cursor);
  return { kind: 'unary', operator: 'NOT', operand: parseNot(cursor), ...cursor.spanFrom(start) };
}

const COMPARISONS: Readonly<Record<string, BinaryOperator>> = {
  '=': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

function parseComparison(cursor: Cursor): Expression {
  const operand = parseArithmetic(cursor, 0);
  const token = cursor.peek();
  const comparison = token.kind === 'symbol' ? COMPARISONS[token.key] : undefined;
  if (comparison !== undefined) {
    cursor.next();
    return binary(comparison, operand, parseArithmetic(cursor, 0));
  }
  if (token.kind !== 'word') return operand;
  if (token.key === 'IS') return parseIs(cursor, operand);
  const not = token.key === 'NOT' && ['LIKE', 'IN', 'BETWEEN'].includes(cursor.peek(1).key);
  if (not) cursor.next();
  const finish = (): { not: boolean; start: number; end: number } => ({ not, ...cursor.spanFrom(operand.start) });
  if (cursor.accept('BETWEEN')) {
    const low = parseArithmetic(cursor, 0);
    cursor.expect('AND');
    const high = parseArithmetic(cursor, 0);
    return { kind: 'between', operand, low, high, ...finish() };
  }
  if (cursor.accept('IN')) {
    const set = parseInSet(cursor);
    return { kind: 'in', operand, set, ...finish() };
  }
  if (cursor.accept('LIKE')) {
    const quantifier = cursor.acceptOneOf('ANY', 'SOME', 'ALL');
    if (quantifier !== undefined) {
      const patterns = parseInSet(cursor);
      const all = quantifier === 'ALL';
      return { kind: 'like_quantified', operand, quantifier: all ? 'ALL' : 'ANY', patterns, ...finish() };
    }
    const pattern = parseArithmetic(cursor, 0);
    return { kind: 'like', operand, pattern, ...finish() };
  }
  return operand;
}

function parseIs(cursor: Cursor, operand: Expression): Expression {
  cursor.expect('IS');
  const not = cursor.accept('NOT');
  if (cursor.accept('DISTINCT', 'FROM')) {
    const right = parseArithmetic(cursor, 0);
    return { kind: 'is_distinct', left: operand, right, not, ...cursor.spanFrom(operand.start) };
  }
  const what = cursor.acceptOneOf('NULL', 'TRUE', 'FALSE', 'UNKNOWN');
  if (what === undefined) throw cursor.unexpected('NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM');
  return { kind: 'is', operand, not, what, ...cursor.spanFrom(operand.start) };
}

function parseInSet(cursor: Cursor): InSet {
  if (cursor.accept('UNNEST')) {
    cursor.expect('(');
    const array = parseExpression(cursor);
    cursor.expect(')');
    return { kind: 'unnest', array };
  }
  if (cursor.is('(') && startsQuery(cursor, 1)) {
    cursor.expect('(');
    const query = parseQuery(cursor);
    cursor.expect(')');
    return { kind: 'subquery', query };
  }
  cursor.expect('(');
  const elements = cursor.list(() => parseExpression(cursor));
  cursor.expect(')');
  return { kind: 'list', elements };
}

/** Binary operators from loosest to tightest. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '||'],
];

function parseArithmetic(cursor: Cursor, level: number): Expression {
  const operators = LEVELS[level];
  if (operators === undefined) return parseUnary(cursor);
  let left = parseArithmetic(cursor, level + 1);
  for (;;) {
    const token = cursor.peek();
    const operator = token.kind === 'symbol' ? operators.find((candidate) => candidate === token.key) : undefined;
    if (operator === undefined) return left;
    cursor.next();
    left = binary(operator, left, parseArithmetic(cursor, level + 1));
  }
}

function binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
  return { kind: 'binary', operator, left, right, start: left.start, end: right.end };
}

function parseUnary(cursor: Cursor): Expression {
  const token = cursor.peek();
  if (token.kind === 'symbol') {
    const operator = cursor.acceptOneOf('-', '+', '~');
    if (operator !== undefined) {
      return { kind: 'unary', operator, operand: parseUnary(cursor), ...cursor.spanFrom(token.start) };
    }
  }
  return parsePostfix(cursor, parsePrimary(cursor));
}

const INDEX_MODES: ReadonlySet<string> = new Set<IndexMode>([
  'OFFSET',
  'ORDINAL',
  'SAFE_OFFSET',
  'SAFE_ORDINAL',
  'KEY',
  'SAFE_KEY',
]);

function parsePostfix(cursor: Cursor, primary: Expression): Expression {
  let object = primary;
  for (;;) {
    if (cursor.is('.') && cursor.peek(1).key !== '*') {
      cursor.next();
      const name = cursor.nameAfterDot();
      object = { kind: 'field', object, name, ...cursor.spanFrom(primary.start) };
    } else if (cursor.accept('[')) {
      const mode = cursor.peek().key;
      if (INDEX_MODES.has(mode) && cursor.peek(1).key === '(') {
        cursor.next();
        cursor.next();
        const index = parseExpression(cursor);
        cursor.expect(')', ']');
        object = { kind: 'index', object, index, mode: mode as IndexMode, ...cursor.spanFrom(primary.start) };
      } else {
        const index = parseExpression(cursor);
        cursor.expect(']');
        object = { kind: 'index', object, index, ...cursor.spanFrom(primary.start) };
      }
    } else {
      return object;
    }
  }
}

/** Words that make a typed literal of the string after them. */
const LITERAL_TYPES: ReadonlySet<string> = new Set(
  'DATE DATETIME TIME TIMESTAMP NUMERIC DECIMAL BIGNUMERIC BIGDECIMAL JSON'.split(' '),
);

/** Functions that may be called without parentheses. */
const BARE_FUNCTIONS: ReadonlySet<string> = new Set(
  'CURRENT_DATE CURRENT_DATETIME CURRENT_TIME CURRENT_TIMESTAMP'.split(' '),
);

/** Reserved words that are also functions. */
const RESERVED_FUNCTIONS: ReadonlySet<string> = new Set(['IF', 'LEFT', 'RIGHT', 'GROUPING', 'COLLATE', 'RANGE']);

function parsePrimary(cursor: Cursor): Expression {
  const token = cursor.peek();
  const { start, end } = token;
  switch (token.kind) {
    case 'integer':
      cursor.next();
      return { kind: 'integer', text: token.value, start, end };
    case 'float':
      cursor.next();
      return { kind: 'float', text: token.value, start, end };
    case 'string':
      cursor.next();
      return { kind: 'string', value: parseAdjacent(cursor, token.value), ...cursor.spanFrom(start) };
    case 'bytes':
      cursor.next();
      return { kind: 'bytes', value: token.value, start, end };
    case 'parameter':
      cursor.next();
      return { kind: 'parameter', name: token.value, start, end };
    case 'system':
      cursor.next();
      return { kind: 'system_variable', name: token.value, start, end };
    case 'quoted':
      return parsePathOrCall(cursor);
    case 'word':
      return parseWord(cursor);
    case 'symbol':
      if (token.key === '(') return parseParenthesis(cursor);
      if (token.key === '[') return parseArray(cursor, start);
      if (token.key === '?') {
        cursor.next();
        return { kind: 'positional_parameter', position: cursor.positional++, start, end };
      }
  }
  throw cursor.unexpected();
}

/** Adjacent string literals are one string. */
function parseAdjacent(cursor: Cursor, first: string): string {
  let value = first;
  while (cursor.peek().kind === 'string') value += cursor.next().value;
  return value;
}

function parseWord(cursor: Cursor): Expression {
  const token = cursor.peek();
  const after = cursor.peek(1);
  const { start, end } = token;
  switch (token.key) {
    case 'NULL':
      cursor.next();
      return { kind: 'null', start, end };
    case 'TRUE':
    case 'FALSE':
      cursor.next();
      return { kind: 'boolean', value: token.key === 'TRUE', start, end };
    case 'DEFAULT':
      cursor.next();
      return { kind: 'default', start, end };
    case 'CASE':
      return parseCase(cursor);
    case 'CAST':
      return parseCast(cursor, false);
    case 'SAFE_CAST':
      if (after.key === '(') return parseCast(cursor, true);
      break;
    case 'EXTRACT':
      return parseExtract(cursor);
    case 'EXISTS':
      return parseSubquery(cursor, 'exists');
    case 'INTERVAL':
      return parseInterval(cursor);
    case 'ARRAY':
      if (after.key === '(') return parseSubquery(cursor, 'array');
      return parseArray(cursor, start);
    case 'STRUCT':
      return parseStruct(cursor);
    case 'WITH':
      if (after.key === '(') return parseWithExpression(cursor);
      break;
    case 'RANGE':
      if (after.key === '<') return parseRangeLiteral(cursor);
      break;
  }
  if (after.kind === 'string' && LITERAL_TYPES.has(token.key)) {
    cursor.next();
    const { value } = cursor.next();
    return { kind: 'typed_literal', type: token.key, value: parseAdjacent(cursor, value), ...cursor.spanFrom(start) };
  }
  if (RESERVED_FUNCTIONS.has(token.key) && after.key === '(') {
    cursor.next();
    return { kind: 'call', ...spanned(cursor, start, parseCall(cursor, [{ name: token.value, start, end }])) };
  }
  return parsePathOrCall(cursor);
}

function spanned<Call>(cursor: Cursor, start: number, call: Call): { call: Call; start: number; end: number } {
  return { call, ...cursor.spanFrom(start) };
}

/** `a.b.c`, `f(x)`, `NET.HOST(x)`, `x -> x + 1`. */
function parsePathOrCall(cursor: Cursor): Expression {
  const first = cursor.name('expression');
  const parts: Name[] = [first];
  if (cursor.is('->')) return parseLambda(cursor, parts);
  while (cursor.is('.') && cursor.peek(1).key !== '*') {
    cursor.next();
    parts.push(cursor.nameAfterDot());
  }
  if (cursor.is('(')) {
    return { kind: 'call', ...spanned(cursor, first.start, parseCall(cursor, parts)) };
  }
  if (parts.length === 1 && BARE_FUNCTIONS.has(first.name.toUpperCase())) {
    const call = {
      name: parts,
      safe: false,
      arguments: [],
      distinct: false,
      orderBy: [],
      ...cursor.spanFrom(first.start),
    };
    return { kind: 'call', call, ...cursor.spanFrom(first.start) };
  }
  return { kind: 'path', parts, ...cursor.spanFrom(first.start) };
}

function parseLambda(cursor: Cursor, parameters: readonly Name[]): Expression {
  const start = parameters[0]?.start ?? cursor.peek().start;
  cursor.expect('->');
  return { kind: 'lambda', parameters, body: parseExpression(cursor), ...cursor.spanFrom(start) };
}

/** A subquery, a tuple, lambda parameters, or an expression in parentheses. */
function parseParenthesis(cursor: Cursor): Expression {
  const { start } = cursor.peek();
  const opened = cursor.index;
  if (startsQuery(cursor, 1) && cursor.peek(1).key !== '(') return parseSubquery(cursor, 'scalar');
  cursor.expect('(');
  const elements = cursor.list(() => parseExpression(cursor));
  if (!cursor.is(')') && startsWithParenthesis(elements[0])) {
    // `((SELECT 1) UNION ALL ...)`: what looked like an expression begins a query.
    cursor.rewind(opened);
    return parseSubquery(cursor, 'scalar');
  }
  cursor.expect(')');
  if (cursor.is('->')) {
    return parseLambda(
      cursor,
      elements.flatMap((element) => (element.kind === 'path' ? element.parts : [])),
    );
  }
  const [only] = elements;
  if (elements.length === 1 && only !== undefined) return only;
  return { kind: 'tuple', elements, ...cursor.spanFrom(start) };
}

function startsWithParenthesis(expression: Expression | undefined): boolean {
  return expression?.kind === 'subquery';
}

function parseSubquery(cursor: Cursor, modifier: 'scalar' | 'exists' | 'array'): Expression {
  const { start } = cursor.peek();
  if (modifier !== 'scalar') cursor.next();
  cursor.expect('(');
  const query = parseQuery(cursor);
  cursor.expect(')');
  return { kind: 'subquery', modifier, query, ...cursor.spanFrom(start) };
}

function parseCase(cursor: Cursor): Expression {
  const { start } = cursor.expect('CASE');
  const operand = cursor.is('WHEN') ? undefined : parseExpression(cursor);
  const branches = [];
  while (cursor.accept('WHEN')) {
    const when = parseExpression(cursor);
    cursor.expect('THEN');
    branches.push({ when, value: parseExpression(cursor) });
  }
  if (branches.length === 0) throw cursor.unexpected('keyword WHEN');
  const otherwise = cursor.accept('ELSE') ? parseExpression(cursor) : undefined;
  cursor.expect('END');
  return {
    kind: 'case',
    ...(operand === undefined ? {} : { operand }),
    branches,
    ...(otherwise === undefined ? {} : { otherwise }),
    ...cursor.spanFrom(start),
  };
}

function parseCast(cursor: Cursor, safe: boolean): Expression {
  const { start } = cursor.next();
  cursor.expect('(');
  const operand = parseExpression(cursor);
  cursor.expect('AS');
  const type = parseType(cursor);
  const format = cursor.accept('FORMAT') ? parseExpression(cursor) : undefined;
  const zone = cursor.accept('AT', 'TIME', 'ZONE') ? parseExpression(cursor) : undefined;
  cursor.expect(')');
  return {
    kind: 'cast',
    operand,
    type,
    safe,
    ...(format === undefined ? {} : { format }),
    ...(zone === undefined ? {} : { zone }),
    ...cursor.spanFrom(start),
  };
}

function parseExtract(cursor: Cursor): Expression {
  const { start } = cursor.expect('EXTRACT');
  cursor.expect('(');
  const part = parseDatePart(cursor);
  cursor.expect('FROM');
  const operand = parseExpression(cursor);
  const zone = cursor.accept('AT', 'TIME', 'ZONE') ? parseExpression(cursor) : undefined;
  cursor.expect(')');
  return { kind: 'extract', part, operand, ...(zone === undefined ? {} : { zone }), ...cursor.spanFrom(start) };
}

/** `MONTH`, `WEEK(SUNDAY)`. */
export function parseDatePart(cursor: Cursor): DatePart {
  const { name, start } = cursor.name('date part');
  if (name.toUpperCase() !== 'WEEK' || !cursor.accept('(')) {
    return { name: name.toUpperCase(), ...cursor.spanFrom(start) };
  }
  const weekday = cursor.name('weekday').name.toUpperCase();
  cursor.expect(')');
  return { name: 'WEEK', weekday, ...cursor.spanFrom(start) };
}

function parseInterval(cursor: Cursor): Expression {
  const { start } = cursor.expect('INTERVAL');
  const value = parseArithmetic(cursor, 0);
  const from = parseDatePart(cursor);
  const to = cursor.accept('TO') ? parseDatePart(cursor) : undefined;
  return { kind: 'interval', value, from, ...(to === undefined ? {} : { to }), ...cursor.spanFrom(start) };
}

/** `[1, 2]`, `ARRAY[1, 2]`, `ARRAY<INT64>[1, 2]`. */
function parseArray(cursor: Cursor, start: number): Expression {
  const type = cursor.is('ARRAY') && cursor.peek(1).key === '<' ? parseType(cursor) : undefined;
  if (type === undefined) cursor.accept('ARRAY');
  cursor.expect('[');
  const elements = cursor.is(']') ? [] : cursor.list(() => parseExpression(cursor));
  cursor.expect(']');
  return { kind: 'array', ...(type === undefined ? {} : { type }), elements, ...cursor.spanFrom(start) };
}

function parseStruct(cursor: Cursor): Expression {
  const { start } = cursor.peek();
  const type = cursor.peek(1).key === '<' ? parseType(cursor) : undefined;
  if (type === undefined) cursor.expect('STRUCT');
  const fields = cursor.parenthesised(() => {
    const value = parseExpression(cursor);
    return cursor.accept('AS') ? { value, alias: cursor.name() } : { value };
  });
  return { kind: 'struct', ...(type === undefined ? {} : { type }), fields, ...cursor.spanFrom(start) };
}

function parseRangeLiteral(cursor: Cursor): Expression {
  const { start } = cursor.peek();
  const type = parseType(cursor);
  const token = cursor.peek();
  if (type.kind !== 'range' || token.kind !== 'string') throw cursor.unexpected('string literal');
  cursor.next();
  return { kind: 'range_literal', element: type.element, value: token.value, ...cursor.spanFrom(start) };
}

function parseWithExpression(cursor: Cursor): Expression {
  const { start } = cursor.expect('WITH');
  cursor.expect('(');
  const bindings = [];
  while (cursor.isName() && cursor.peek(1).key === 'AS') {
    const name = cursor.name();
    cursor.expect('AS');
    bindings.push({ name, value: parseExpression(cursor) });
    cursor.expect(',');
  }
  const body = parseExpression(cursor);
  cursor.expect(')');
  return { kind: 'with', bindings, body, ...cursor.spanFrom(start) };
}
