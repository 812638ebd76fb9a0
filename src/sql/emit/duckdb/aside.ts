import { children, withChildren } from '../../bind/walk.ts';
import type { BoundExpression } from '../../bound.ts';

/**
 * What is to be evaluated before an expression rather than in it: DuckDB takes no aggregates, windows, subqueries and
 * volatile functions in TRY, and no subqueries in lambdas. It goes into a list of one struct, which a lambda reads:
 * about 25 ns a row, so that it is done only where it has to be.
 */
export function emitAside(
  texts: readonly string[],
  isAside: (index: number) => boolean,
  write: (texts: readonly string[]) => string,
): string {
  const chosen = [...texts.keys().filter(isAside)];
  if (chosen.length === 0) return write(texts);
  const name = unusedName(texts);
  const names = texts.map((text, index) => {
    const place = chosen.indexOf(index);
    return place < 0 ? text : `struct_extract(${name}, '${fieldOf(place)}')`;
  });
  const values = chosen.map((index) => texts[index] ?? '');
  return withStruct(name, values, write(names));
}

/** In HAVING, DuckDB takes the dot of a parameter's field for a column's. */
function withStruct(name: string, values: readonly string[], body: string): string {
  const fields = values.map((value, index) => `${fieldOf(index)} := ${value}`);
  return `list_transform([struct_pack(${fields.join(', ')})], lambda ${name}: ${body})[1]`;
}

const fieldOf = (index: number): string => `_${index}`;

/** Lambdas stand in one another, and the texts may name parameters of outer ones. */
function unusedName(texts: readonly string[]): string {
  for (let number = 0; ; number++) {
    const name = `_aside${number}`;
    if (!texts.some((text) => text.includes(name))) return name;
  }
}

type Emit = (expression: BoundExpression) => string;

/** `TRY` of an expression, in which errors count wherever they arise; but not those of what has to stand outside of it. */
export function emitTry(expression: BoundExpression, emit: Emit, write: (text: string) => string): string {
  return emitOver(expression, standsOutside, emit, write);
}

/** An expression that names no column itself: DuckDB fails over a TRY with columns in the condition of a MERGE's clause. */
export function emitOverColumns(expression: BoundExpression, emit: Emit): string {
  const isColumn = (part: BoundExpression): boolean => part.kind === 'column' && part.table !== '';
  return emitOver(
    expression,
    (part) => isColumn(part) || standsOutside(part),
    emit,
    (text) => text,
  );
}

/** What `write` makes of an expression, with the parts of it that stand outside evaluated before. */
function emitOver(
  expression: BoundExpression,
  isOutside: (part: BoundExpression) => boolean,
  emit: Emit,
  write: (text: string) => string,
): string {
  const outside: BoundExpression[] = [];
  const collect = (part: BoundExpression): void => {
    if (isOutside(part)) outside.push(part);
    else children(part).forEach(collect);
  };
  collect(expression);
  const plain = emit(expression);
  if (outside.length === 0) return write(plain);
  const name = unusedName([plain]);
  const fields = outside.map(({ type }, index) => ({ name: fieldOf(index), type }));
  const object: BoundExpression = {
    kind: 'column',
    table: '',
    column: name,
    type: { kind: 'STRUCT', fields },
    span: expression.span,
  };
  const replaced = (part: BoundExpression): BoundExpression => {
    const index = outside.indexOf(part);
    if (index < 0) return withChildren(part, replaced);
    return { kind: 'field', object, index, type: part.type, span: part.span };
  };
  return withStruct(name, outside.map(emit), write(emit(replaced(expression))));
}

/** Whether an expression has a part that DuckDB refuses in TRY or a lambda. */
export function hasOutside(expression: BoundExpression): boolean {
  return standsOutside(expression) || children(expression).some(hasOutside);
}

function standsOutside(expression: BoundExpression): boolean {
  switch (expression.kind) {
    case 'aggregate':
    case 'subquery':
    case 'in_query':
      return true;
    case 'call':
      return VOLATILE.has(expression.name);
    default:
      return false;
  }
}

/** Functions that have another answer each time. */
export const VOLATILE: ReadonlySet<string> = new Set(['RAND', 'GENERATE_UUID']);

/** Whether evaluating an expression cannot end in an error, so that it may stand in a TRY that is not its own. */
export function isSure(expression: BoundExpression): boolean {
  switch (expression.kind) {
    case 'literal':
    case 'column':
      return true;
    case 'field':
    case 'json_field':
    case 'struct':
    case 'array':
    case 'case':
    case 'in_list':
    case 'in_array':
    case 'lambda':
      return children(expression).every(isSure);
    case 'call':
      return SURE.has(expression.name) && children(expression).every(isSure);
    case 'cast': {
      const { operand, type, safe } = expression;
      return (safe || SURE_CASTS.has(`${operand.type.kind} ${type.kind}`)) && isSure(operand);
    }
    default:
      return false;
  }
}

/** Functions and operators that have an answer for everything. */
const SURE: ReadonlySet<string> = new Set(
  `= != < <= > >= BETWEEN AND OR NOT COALESCE IF IFNULL NULLIF NULLIFZERO ZEROIFNULL LENGTH CHAR_LENGTH
  BYTE_LENGTH LOWER UPPER TRIM LTRIM RTRIM CONCAT || REPLACE REVERSE STARTS_WITH ENDS_WITH STRPOS ARRAY_LENGTH
  JSON_VALUE JSON_EXTRACT_SCALAR JSON_QUERY JSON_EXTRACT TO_JSON_STRING CURRENT_DATE CURRENT_TIMESTAMP CURRENT_DATETIME`.split(
    /\s+/,
  ),
).union(new Set(['IS NULL', 'IS TRUE', 'IS FALSE', 'IS DISTINCT FROM']));

const SURE_CASTS: ReadonlySet<string> = new Set([
  'INT64 FLOAT64',
  'INT64 NUMERIC',
  'INT64 STRING',
  'NUMERIC FLOAT64',
  'NUMERIC STRING',
  'FLOAT64 STRING',
  'BOOL STRING',
  'DATE STRING',
  'DATE DATETIME',
]);
