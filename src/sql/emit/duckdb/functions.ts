import { ArcosError } from '../../../base/errors.ts';
import { children } from '../../bind/walk.ts';
import type { BoundExpression } from '../../bound.ts';
import { emitFloatArithmetic, isFloatArithmetic } from './arithmetic.ts';
import { applyEmission, argumentKind, type CallNode, type Emissions } from './emission.ts';
import { emitExpression } from './expression.ts';
import { ARRAYS } from './functions/arrays.ts';
import { CONDITIONALS } from './functions/conditionals.ts';
import { DATES } from './functions/dates.ts';
import { GEOGRAPHY_FUNCTIONS } from './functions/geography.ts';
import { HASHES } from './functions/hashes.ts';
import { JSON_FUNCTIONS } from './functions/json.ts';
import { MATHS } from './functions/maths.ts';
import { NET } from './functions/net.ts';
import { BITWISE, OPERATORS } from './functions/operators.ts';
import { RANGES } from './functions/ranges.ts';
import { STRINGS } from './functions/strings.ts';

const CONVERSIONS: Emissions = {
  PARSE_BIGNUMERIC: 'CAST(bq_parse_numeric($1) AS DECIMAL(38, 18))',
  PARSE_NUMERIC: 'CAST(bq_parse_numeric($1) AS DECIMAL(38, 9))',
};

/** How DuckDB writes each function. */
export const EMISSIONS: Emissions = {
  ...OPERATORS,
  ...ARRAYS,
  ...CONDITIONALS,
  ...CONVERSIONS,
  ...DATES,
  ...GEOGRAPHY_FUNCTIONS,
  ...HASHES,
  ...JSON_FUNCTIONS,
  ...MATHS,
  ...NET,
  ...RANGES,
  ...STRINGS,
};

export function emitCall(node: CallNode): string {
  if (isFloatArithmetic(node)) return emitFloatArithmetic(node);
  const args = node.arguments.map(emitExpression);
  if (!node.safe || SAFE_ITSELF.has(node.name)) return applied(node, args);
  // TRY takes no subqueries, and an error in an argument is not the function's: such are evaluated before.
  const outside = node.arguments.flatMap((argument, index) => (hasSubquery(argument) ? [index] : []));
  if (outside.length === 0) return `TRY(${applied(node, args)})`;
  const values = outside.map((index) => `_${index} := ${args[index]}`);
  const names = args.map((arg, index) => (outside.includes(index) ? `_s._${index}` : arg));
  return `list_transform([struct_pack(${values.join(', ')})], lambda _s: TRY(${applied(node, names)}))[1]`;
}

function applied(node: CallNode, args: readonly string[]): string {
  if (argumentKind(node, 0) !== 'BYTES' || BYTES_TOO.has(node.name)) {
    const emission = EMISSIONS[node.name];
    if (emission === undefined) throw unavailable(node.name);
    return applyEmission(emission, args, node);
  }
  const own = EMISSIONS[`${node.name} BYTES`];
  if (own !== undefined) return applyEmission(own, args, node);
  const emission = EMISSIONS[node.name];
  if (emission === undefined || !BYTES_AS_TEXT.has(node.name)) throw unavailable(`${node.name} of BYTES`);
  const texts = args.map((arg, index) => (argumentKind(node, index) === 'BYTES' ? `bq_latin1(${arg})` : arg));
  const value = applyEmission(emission, texts, node);
  if (node.type.kind === 'BYTES') return `bq_bytes(${value})`;
  return node.type.kind === 'ARRAY' ? `list_transform(${value}, lambda _b: bq_bytes(_b))` : value;
}

function unavailable(what: string): ArcosError {
  return new ArcosError('UNSUPPORTED', `Function ${what} is not available`);
}

function hasSubquery(expression: BoundExpression): boolean {
  return expression.kind === 'subquery' || expression.kind === 'in_query' || children(expression).some(hasSubquery);
}

/** Functions that look at `safe` themselves, because DuckDB can do them without raising an error first. */
const SAFE_ITSELF: ReadonlySet<string> = new Set(['PARSE_DATE', 'PARSE_DATETIME', 'PARSE_TIME', 'PARSE_TIMESTAMP']);

/** Functions that DuckDB writes the same for text and bytes. */
const BYTES_TOO: ReadonlySet<string> = new Set([
  ...Object.keys(OPERATORS).filter((name) => !BITWISE.has(name)),
  ...Object.keys(CONDITIONALS),
  ...Object.keys(ARRAYS),
  ...Object.keys(RANGES),
  ...['TO_HEX', 'TO_BASE64', 'TO_BASE32', 'SAFE_CONVERT_BYTES_TO_STRING', 'TO_JSON', 'TO_JSON_STRING', 'JSON_ARRAY'],
]);

/** Functions that do to bytes what they do to a text with a character a byte. */
const BYTES_AS_TEXT: ReadonlySet<string> = new Set(
  `EDIT_DISTANCE INSTR LEFT LPAD LTRIM REGEXP_CONTAINS REGEXP_EXTRACT REGEXP_EXTRACT_ALL REGEXP_INSTR REGEXP_REPLACE
  REPLACE RIGHT RPAD RTRIM SPLIT STRPOS SUBSTR TRANSLATE TRIM`.split(/\s+/),
);
