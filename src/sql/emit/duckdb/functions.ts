import { ArcosError } from '../../../base/errors.ts';
import { arrayOf, type SqlType, STRING } from '../../type.ts';
import { emitFloatArithmetic, isFloatArithmetic } from './arithmetic.ts';
import { emitAside, hasOutside, isSure, VOLATILE } from './aside.ts';
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
import { OPERATORS } from './functions/operators.ts';
import { RANGES } from './functions/ranges.ts';
import { STRINGS } from './functions/strings.ts';
import { MACROS_WITH_LAMBDA } from './prelude.ts';

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
  const safe = node.safe && !SAFE_ITSELF.has(node.name) && !VOLATILE.has(node.name) && !TRIES_WHOLE.has(node.name);
  const write = (texts: readonly string[]): string => {
    const value = applied(node, texts);
    return safe ? `TRY(${value})` : value;
  };
  // An error in an argument is not the function's.
  if (safe || TRIES.has(node.name)) return emitAside(args, (index) => !isSure(node.arguments[index] ?? node), write);
  if (TRIES_WHOLE.has(node.name) || !node.arguments.some(hasOutside) || !hasLambda(write(args))) return write(args);
  return emitAside(args, (index) => hasOutside(node.arguments[index] ?? node), write);
}

/** Functions that are written with a TRY for their own errors. */
const TRIES: ReadonlySet<string> = new Set([
  'SAFE_ADD',
  'SAFE_DIVIDE',
  'SAFE_MULTIPLY',
  'SAFE_NEGATE',
  'SAFE_SUBTRACT',
]);

/** Functions that see to it themselves what cannot stand in the TRY around their argument. */
const TRIES_WHOLE: ReadonlySet<string> = new Set(['IFERROR', 'ISERROR', 'NULLIFERROR']);

/** Whether a text has a lambda, in itself or in a macro. */
function hasLambda(text: string): boolean {
  return text.includes('lambda ') || text.match(/\bbq_\w+/g)?.some((name) => MACROS_WITH_LAMBDA.has(name)) === true;
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
  const value = applyEmission(emission, texts, { ...node, type: asText(node.type) });
  if (node.type.kind === 'BYTES') return `bq_bytes(${value})`;
  return node.type.kind === 'ARRAY' ? `list_transform(${value}, lambda _b: bq_bytes(_b))` : value;
}

function asText(type: SqlType): SqlType {
  if (type.kind === 'BYTES') return STRING;
  return type.kind === 'ARRAY' ? arrayOf(asText(type.element)) : type;
}

function unavailable(what: string): ArcosError {
  return new ArcosError('UNSUPPORTED', `Function ${what} is not available`);
}

/** Functions that look at `safe` themselves, because DuckDB can do them without raising an error first. */
const SAFE_ITSELF: ReadonlySet<string> = new Set(['PARSE_DATE', 'PARSE_DATETIME', 'PARSE_TIME', 'PARSE_TIMESTAMP']);

/** Functions that DuckDB writes the same for text and bytes. */
const BYTES_TOO: ReadonlySet<string> = new Set([
  ...Object.keys(OPERATORS).filter((name) => !(`${name} BYTES` in OPERATORS)),
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
