import { FLOAT64, type SqlType } from '../../../type.ts';
import type { CallNode, Emission, Emissions } from '../emission.ts';
import { failure } from '../failure.ts';
import { duckdbType } from '../type.ts';
import { quotient } from './operators.ts';

/** As the type the function gives: DuckDB's own may be wider. */
const typed =
  (emission: string): Emission =>
  (args, node) =>
    `CAST(${emission.replace(/\$(\d)/g, (_all, index: string) => args[Number(index) - 1] ?? 'NULL')} AS ${duckdbType(node.type)})`;

const nonZero = (name: string, operation: string) => (args: readonly string[], node: CallNode) => {
  const [a = '', b = ''] = args;
  const zero = failure(node.type, { sql: `'division by zero: ${name}(' || ${a} || ', ' || ${b} || ')'` });
  return `CASE WHEN ${b} = 0 THEN ${zero} ELSE CAST(${a} ${operation} ${b} AS ${duckdbType(node.type)}) END`;
};

function isDecimal({ kind }: SqlType): boolean {
  return kind === 'NUMERIC' || kind === 'BIGNUMERIC';
}

function trunc(args: readonly string[], node: CallNode): string {
  const [value = '', digits] = args;
  const type = duckdbType(node.type);
  if (digits === undefined) return `CAST(trunc(${value}) AS ${type})`;
  if (isDecimal(node.type)) return `bq_${node.type.kind.toLowerCase()}_trunc(${value}, ${digits})`;
  return `CAST(trunc(${value} * pow(10, ${digits})) / pow(10, ${digits}) AS ${type})`;
}

function round(args: readonly string[], node: CallNode): string {
  const [value = '', digits, mode] = args;
  const type = duckdbType(node.type);
  if (mode !== undefined && node.arguments[1]?.kind !== 'literal') {
    return `CASE WHEN ${mode} = 'ROUND_HALF_EVEN' THEN bq_numeric_round_even(${value}, ${digits}) ELSE bq_numeric_round(${value}, ${digits}) END`;
  }
  if (mode !== undefined)
    return `CAST(CASE WHEN ${mode} = 'ROUND_HALF_EVEN' THEN round_even(${value}, CAST(${digits} AS INTEGER)) ELSE round(${value}, CAST(${digits} AS INTEGER)) END AS ${type})`;
  // DuckDB rounds decimals to constant digits only.
  if (digits !== undefined && isDecimal(node.type) && node.arguments[1]?.kind !== 'literal') {
    return `bq_${node.type.kind.toLowerCase()}_round(${value}, ${digits})`;
  }
  return digits === undefined
    ? `CAST(round(${value}) AS ${type})`
    : `CAST(round(${value}, CAST(${digits} AS INTEGER)) AS ${type})`;
}

/**
 * A function of real numbers: where DuckDB gives an infinity or NaN of finite arguments, BigQuery ends in an error.
 * NUMERIC goes through doubles and back.
 */
function ofReal(emission: string, args: readonly string[], node: CallNode): string {
  const value = emission.replace(/\$(\d)/g, (_all, index: string) => args[Number(index) - 1] ?? 'NULL');
  const finite = args.map((arg) => ` AND isfinite(CAST(${arg} AS DOUBLE))`).join('');
  const wrong = failure(FLOAT64, `Floating point error in function: ${node.name}`);
  const checked = `CASE WHEN NOT isfinite(${value})${finite} THEN ${wrong} ELSE ${value} END`;
  return node.type.kind === 'FLOAT64' ? checked : `CAST(${checked} AS ${duckdbType(node.type)})`;
}

const real =
  (emission: string): Emission =>
  (args, node) =>
    ofReal(emission, args, node);

/** The cube root, put right where rounding has made a whole root miss by a digit. */
const CUBE_ROOT =
  'CASE WHEN round(cbrt($1)) * round(cbrt($1)) * round(cbrt($1)) = $1 THEN round(cbrt($1)) ELSE cbrt($1) END';

function logarithm(args: readonly string[], node: CallNode): string {
  const [value = '', base] = args;
  if (base === undefined) return ofReal('ln($1)', args, node);
  const ratio = ofReal('(ln($1) / ln($2))', args, node);
  return `CASE WHEN ${base} = 1 THEN ${failure(node.type, { sql: `'Floating point error in function: LOG(' || ${value} || ', 1)'` })} ELSE ${ratio} END`;
}

/** Two vectors, or two lists of (dimension, value), in which dimensions that are missing are 0. */
const vectors = (name: string) => (args: readonly string[], node: CallNode) => {
  const { type } = node.arguments[0] ?? node;
  if (type.kind !== 'ARRAY' || type.element.kind !== 'STRUCT') return `${name}(${args.join(', ')})`;
  const maps = args.map((arg) => `map_from_entries(${arg})`);
  const dimensions = `list_distinct(list_concat(${maps.map((map) => `map_keys(${map})`).join(', ')}))`;
  const dense = maps.map((map) => `list_transform(${dimensions}, lambda _d: coalesce(${map}[_d], 0))`);
  return `${name}(${dense.join(', ')})`;
};

function div(args: readonly string[], node: CallNode): string {
  if (node.type.kind === 'INT64') return nonZero('DIV', '//')(args, node);
  const [a = '', b = ''] = args;
  const zero = failure(node.type, { sql: `'division by zero: DIV(' || ${a} || ', ' || ${b} || ')'` });
  // The remainder is exact, so what is left divides without one.
  return `CASE WHEN ${b} = 0 THEN ${zero} ELSE ${quotient(`(${a} - ${a} % ${b})`, b, node)} END`;
}

function rangeBucket(args: readonly string[], node: CallNode): string {
  const [point = '', bounds = ''] = args;
  const wrong = failure(node.type, 'Elements in input array to RANGE_BUCKET are not in ascending order');
  return `CASE WHEN ${point} IS NULL OR ${bounds} IS NULL THEN NULL WHEN list_sort(${bounds}) <> ${bounds} THEN ${wrong} ELSE len(list_filter(${bounds}, lambda _b: _b <= ${point})) END`;
}

/** Rounding to whole numbers gives 0, never -0. */
const whole =
  (name: string): Emission =>
  (args, node) =>
    `CAST(${name}(${args[0]}) ${node.type.kind === 'FLOAT64' ? '+ 0 ' : ''}AS ${duckdbType(node.type)})`;

const tried =
  (operator: string): Emission =>
  (args, node) => {
    const value = `(${args[0]} ${operator} ${args[1]})`;
    return node.type.kind === 'FLOAT64'
      ? unlessOverflow(value, args)
      : `TRY(CAST(${value} AS ${duckdbType(node.type)}))`;
  };

/** A sum, product or quotient of FLOAT64: an infinity or NaN that no operand was is an overflow. */
function unlessOverflow(value: string, args: readonly string[]): string {
  const known = args.map((arg) => ` OR NOT isfinite(${arg})`).join('');
  return `CASE WHEN isfinite(${value})${known} THEN ${value} END`;
}

function safeDivide(args: readonly string[], node: CallNode): string {
  const [a = '', b = ''] = args;
  const value = quotient(a, b, node);
  const tried = node.type.kind === 'FLOAT64' ? unlessOverflow(value, args) : `TRY(${value})`;
  return `CASE WHEN ${b} = 0 THEN NULL ELSE ${tried} END`;
}

export const MATHS: Emissions = {
  ABS: 'abs($1)',
  ACOS: real('acos($1)'),
  ACOSH: real('acosh($1)'),
  ASIN: real('asin($1)'),
  ASINH: 'asinh($1)',
  ATAN: 'atan($1)',
  ATAN2: 'atan2($1, $2)',
  ATANH: real('atanh($1)'),
  BIT_COUNT: 'CAST(bit_count($1) AS BIGINT)',
  'BIT_COUNT BYTES': 'CAST(bit_count(CAST($1 AS BIT)) AS BIGINT)',
  CBRT: CUBE_ROOT,
  CEIL: whole('ceil'),
  COS: 'cos($1)',
  COSH: real('cosh($1)'),
  COSINE_DISTANCE: vectors('bq_cosine_distance'),
  COT: real('(1 / tan($1))'),
  COTH: real('(1 / tanh($1))'),
  CSC: real('(1 / sin($1))'),
  CSCH: real('(1 / sinh($1))'),
  DIV: div,
  EUCLIDEAN_DISTANCE: vectors('bq_euclidean_distance'),
  EXP: real('exp(CAST($1 AS DOUBLE))'),
  FLOOR: whole('floor'),
  IEEE_DIVIDE: '($1 / $2)',
  IS_INF: 'isinf($1)',
  IS_NAN: 'isnan($1)',
  LN: real('ln($1)'),
  LOG: logarithm,
  LOG10: real('log10($1)'),
  MOD: nonZero('MOD', '%'),
  POW: real('pow(CAST($1 AS DOUBLE), CAST($2 AS DOUBLE))'),
  RAND: 'random()',
  RANGE_BUCKET: rangeBucket,
  ROUND: round,
  SAFE_ADD: tried('+'),
  SAFE_DIVIDE: safeDivide,
  SAFE_MULTIPLY: tried('*'),
  SAFE_NEGATE: 'TRY(- $1)',
  SAFE_SUBTRACT: tried('-'),
  SEC: '(1 / cos($1))',
  SECH: '(1 / cosh($1))',
  SIGN: (args, node) =>
    node.type.kind === 'FLOAT64'
      ? `CASE WHEN isnan(${args[0]}) THEN ${args[0]} ELSE CAST(sign(${args[0]}) AS DOUBLE) END`
      : `CAST(sign(${args[0]}) AS ${duckdbType(node.type)})`,
  SIN: 'sin($1)',
  SINH: real('sinh($1)'),
  SQRT: typed('sqrt($1)'),
  TAN: 'tan($1)',
  TANH: 'tanh($1)',
  TRUNC: trunc,
};
