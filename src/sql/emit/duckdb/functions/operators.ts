import type { BoundExpression } from '../../../bound.ts';
import type { SqlType } from '../../../type.ts';
import { emitAside } from '../aside.ts';
import { argumentKind, type CallNode, type Emissions } from '../emission.ts';
import { emitExpression } from '../expression.ts';
import { failure } from '../failure.ts';
import { fieldName, quoteText } from '../name.ts';
import { mayBeNaN } from '../nan.ts';
import { inRange } from './dates.ts';

/** NUMERIC results keep their scale; DuckDB widens it. */
function decimal(node: CallNode, value: string): string {
  if (node.type.kind === 'NUMERIC') return `CAST(${value} AS DECIMAL(38, 9))`;
  return node.type.kind === 'BIGNUMERIC' ? `CAST(${value} AS DECIMAL(38, 18))` : value;
}

function add(args: readonly string[], node: CallNode): string {
  const [a = '', b = ''] = args;
  if (node.type.kind === 'DATE') {
    const [date, days] = argumentKind(node, 0) === 'DATE' ? [a, b] : [b, a];
    return `bq_date(${date} + CAST(${days} AS INTEGER))`;
  }
  if (node.type.kind === 'DATETIME' || node.type.kind === 'TIMESTAMP') return inRange(`(${a} + ${b})`, node.type.kind);
  return decimal(node, `(${a} + ${b})`);
}

function subtract(args: readonly string[], node: CallNode): string {
  const [a = '', b = ''] = args;
  if (node.type.kind === 'DATE') return `bq_date(${a} - CAST(${b} AS INTEGER))`;
  if (node.type.kind === 'DATETIME' || node.type.kind === 'TIMESTAMP') return inRange(`(${a} - ${b})`, node.type.kind);
  if (node.type.kind === 'INTERVAL' && argumentKind(node, 0) === 'DATE') return `to_days(CAST(${a} - ${b} AS INTEGER))`;
  if (node.type.kind === 'INTERVAL' && argumentKind(node, 0) !== 'INTERVAL') {
    return `to_microseconds(epoch_us(${a}) - epoch_us(${b}))`;
  }
  return decimal(node, `(${a} - ${b})`);
}

/**
 * NUMERIC is rounded to nine digits; a whole factor adds none. The macro names its arguments several times: the product of
 * a product of products is evaluated before, so that texts do not explode.
 */
function multiply(args: readonly string[], node: CallNode): string {
  if (node.type.kind !== 'NUMERIC') return decimal(node, `(${args[0]} * ${args[1]})`);
  const whole = node.arguments.findIndex(isWhole);
  const factor = node.arguments[whole];
  if (factor?.kind === 'cast')
    return `(${args[1 - whole]} * CAST(${emitExpression(factor.operand)} AS DECIMAL(19, 0)))`;
  return emitAside(
    args,
    (index) => weight(args[index]) > 1,
    (texts) => `bq_numeric_multiply(${texts.join(', ')})`,
  );
}

/** How often a text names the macro for products. */
function weight(text = ''): number {
  return text.match(/\bbq_numeric_multiply\(/g)?.length ?? 0;
}

function isWhole(node: BoundExpression): boolean {
  return node.kind === 'cast' && !node.safe && node.operand.type.kind === 'INT64';
}

/** The quotient, or an error that shows both numbers; these are named often. */
function divide(args: readonly string[], node: CallNode): string {
  if (node.type.kind === 'INTERVAL') return `bq_interval_divide(${args[0]}, ${args[1]})`;
  const many = weight(args.join()) > 1;
  return emitAside(
    args,
    (index) => many && weight(args[index]) > 0,
    ([a = '', b = '']) => quotientOrError(a, b, node),
  );
}

function quotientOrError(a: string, b: string, node: CallNode): string {
  const zero = failure(node.type, { sql: `'division by zero: ' || ${a} || ' / ' || ${b}` });
  const value = quotient(a, b, node);
  if (node.type.kind !== 'FLOAT64' || isAtLeastOne(node.arguments[1])) {
    return `CASE WHEN ${b} = 0 THEN ${zero} ELSE ${value} END`;
  }
  const overflow = failure(node.type, `Floating point error in function: ${node.name}: overflow`);
  return `CASE WHEN ${b} = 0 THEN ${zero} WHEN NOT isfinite(${value}) AND isfinite(${a}) AND isfinite(${b}) THEN ${overflow} ELSE ${value} END`;
}

/** Whether a divisor is sure to make no number larger: a constant from 1 on, or a whole number. */
function isAtLeastOne(node: BoundExpression | undefined): boolean {
  if (node?.kind === 'literal') return Math.abs(Number(node.value)) >= 1;
  return node?.kind === 'cast' && node.operand.type.kind === 'INT64';
}

export function quotient(a: string, b: string, node: CallNode): string {
  if (node.type.kind === 'FLOAT64') return `(${a} / ${b})`;
  return `${node.type.kind === 'NUMERIC' ? 'bq_decimal_divide' : 'bq_wide_divide'}(${a}, ${b})`;
}

const infix = (operator: string): string => `($1 ${operator} $2)`;

/** A condition that is false of NaN, and that table statistics can answer. */
const isNumber = (value: string): string => `${value} <= CAST('inf' AS DOUBLE)`;

type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

const comparison = (operator: Comparison) => (args: readonly string[], node: CallNode) => {
  const [a = '', b = ''] = args;
  const type = node.arguments[0]?.type;
  if (type?.kind === 'STRUCT' && (operator === '=' || operator === '<>')) {
    const equal = equalStructs(a, b, type);
    return operator === '=' ? equal : `(NOT ${equal})`;
  }
  const plain = `${a} ${operator} ${b}`;
  const [first, second] = [mayBeNaN(node.arguments[0]), mayBeNaN(node.arguments[1])];
  switch (operator) {
    case '=':
      return first && second ? `(${plain} AND ${isNumber(a)})` : `(${plain})`;
    case '<>':
      return first && second ? `(${plain} OR (isnan(${a}) AND isnan(${b})))` : `(${plain})`;
    case '>':
    case '>=':
      return first ? `(${plain} AND ${isNumber(a)})` : `(${plain})`;
    case '<':
    case '<=':
      return second ? `(${plain} AND ${isNumber(b)})` : `(${plain})`;
  }
};

/** Structs are equal where every field is, and neither equal nor unequal where that is not known of one. */
function equalStructs(a: string, b: string, type: Extract<SqlType, { kind: 'STRUCT' }>): string {
  const fields = type.fields.map((field, index) => {
    const [left, right] = [a, b].map((value) => `struct_extract(${value}, ${quoteText(fieldName(type, index))})`);
    return field.type.kind === 'STRUCT'
      ? equalStructs(left ?? '', right ?? '', field.type)
      : `${left ?? ''} = ${right ?? ''}`;
  });
  return fields.length === 0 ? `(${a} = ${b})` : `(${fields.join(' AND ')})`;
}

function between(args: readonly string[], node: CallNode): string {
  const [value = '', low = '', high = ''] = args;
  const plain = `${value} BETWEEN ${low} AND ${high}`;
  return mayBeNaN(node.arguments[2]) ? `(${plain} AND ${isNumber(high)})` : `(${plain})`;
}

const bits = (operation: string): string =>
  `CAST(${operation.replace('$1', 'CAST($1 AS BIT)').replace('$2', 'CAST($2 AS BIT)')} AS BLOB)`;

export const OPERATORS: Emissions = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '||': (args, node) =>
    node.type.kind === 'ARRAY' ? `bq_array_concat(${args[0]}, ${args[1]})` : `(${args[0]} || ${args[1]})`,
  'UNARY -': '(- $1)',
  'UNARY +': '$1',
  '=': comparison('='),
  '!=': comparison('<>'),
  '<': comparison('<'),
  '<=': comparison('<='),
  '>': comparison('>'),
  '>=': comparison('>='),
  'IS DISTINCT FROM': infix('IS DISTINCT FROM'),
  BETWEEN: between,
  LIKE: (args, node) => {
    const pattern = node.arguments[1];
    const plain = pattern?.kind === 'literal' && typeof pattern.value === 'string' && !pattern.value.includes('\\');
    return plain ? `(${args[0]} LIKE ${args[1]})` : `(${args[0]} LIKE ${args[1]} ESCAPE '\\')`;
  },
  'LIKE ANY': 'bq_any(bq_likes($1, $2))',
  'LIKE ALL': 'bq_all(bq_likes($1, $2))',
  'NOT LIKE ANY': '(NOT bq_all(bq_likes($1, $2)))',
  'NOT LIKE ALL': '(NOT bq_any(bq_likes($1, $2)))',
  NOT: '(NOT $1)',
  AND: infix('AND'),
  OR: infix('OR'),
  'IS NULL': '($1 IS NULL)',
  'IS TRUE': '($1 IS TRUE)',
  'IS FALSE': '($1 IS FALSE)',
  '~': '(~ $1)',
  '&': infix('&'),
  '|': infix('|'),
  '^': 'xor($1, $2)',
  '<<': 'bq_shift_left($1, $2)',
  '>>': 'bq_shift_right($1, $2)',
  'LIKE BYTES': "(bq_latin1($1) LIKE bq_latin1($2) ESCAPE '\\')",
  '~ BYTES': bits('~ $1'),
  '& BYTES': bits('$1 & $2'),
  '| BYTES': bits('$1 | $2'),
  '^ BYTES': bits('xor($1, $2)'),
  '<< BYTES': 'CAST(CAST($1 AS BIT) << CAST($2 AS INTEGER) AS BLOB)',
  '>> BYTES': 'CAST(CAST($1 AS BIT) >> CAST($2 AS INTEGER) AS BLOB)',
};
