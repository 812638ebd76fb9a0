import type { SqlType } from '../../type.ts';
import { sameType } from '../../type.ts';
import { failure } from './failure.ts';
import { emitStruct } from './literal.ts';
import { fieldName, quoteText } from './name.ts';
import { duckdbType } from './type.ts';

/**
 * A conversion by GoogleSQL's rules (Conversion functions, CAST), which are stricter than DuckDB's for
 * text and round differently. With `safe`, NULL instead of an error.
 */
export function emitCast(value: string, from: SqlType, to: SqlType, safe: boolean): string {
  if (from.kind === 'STRUCT' && to.kind === 'STRUCT') {
    const fields = to.fields.map((field, index): [string, string] => {
      const member = `struct_extract(${value}, ${quoteText(fieldName(from, index))})`;
      return [fieldName(to, index), emitCast(member, from.fields[index]?.type ?? field.type, field.type, safe)];
    });
    return `CASE WHEN ${value} IS NULL THEN NULL ELSE ${emitStruct(fields)} END`;
  }
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') {
    return `list_transform(${value}, lambda _e: ${emitCast('_e', from.element, to.element, safe)})`;
  }
  if (sameType(from, to)) return limited(value, to, safe);
  const rule = RULES[`${from.kind} ${to.kind}`] ?? RULES[`${from.kind} *`];
  if (rule !== undefined) return limited(rule(value, safe, to), to, safe);
  return plain(value, to, safe);
}

function plain(value: string, to: SqlType, safe: boolean): string {
  return `${safe ? 'TRY_CAST' : 'CAST'}(${value} AS ${duckdbType(to)})`;
}

/** STRING(n), BYTES(n) and NUMERIC(p, s) hold no more than they say. */
function limited(value: string, to: SqlType, safe: boolean): string {
  if ((to.kind === 'NUMERIC' || to.kind === 'BIGNUMERIC') && to.precision !== undefined) return plain(value, to, safe);
  if ((to.kind === 'STRING' || to.kind === 'BYTES') && to.maxLength !== undefined) {
    const length = to.kind === 'STRING' ? 'length' : 'octet_length';
    const wrong = safe
      ? 'NULL'
      : failure(to, `${to.kind}(${to.maxLength}) has maximum length ${to.maxLength} but got a longer value`);
    return `CASE WHEN ${length}(${value}) > ${to.maxLength} THEN ${wrong} ELSE ${value} END`;
  }
  return value;
}

type Rule = (value: string, safe: boolean, to: SqlType) => string;

/** NULL for text that a test refuses, or an error that says so. */
function checked(value: string, test: string, to: SqlType, safe: boolean, result: string): string {
  const wrong = safe ? 'NULL' : failure(to, { sql: `'Bad ${to.kind} value: ' || ${value}` });
  return `CASE WHEN ${test} THEN ${result} WHEN ${value} IS NULL THEN NULL ELSE ${wrong} END`;
}

const DATE_PATTERN = '\\d{1,4}-\\d{1,2}-\\d{1,2}';
const TIME_PATTERN = '([01]?\\d|2[0-3]):\\d{1,2}:\\d{1,2}(\\.\\d{0,6})?';

function matching(value: string, pattern: string, safe: boolean, to: SqlType): string {
  const cast = `TRY_CAST(${value} AS ${duckdbType(to)})`;
  const fits = `regexp_full_match(${value}, '${pattern}')`;
  return safe
    ? `CASE WHEN ${fits} THEN ${cast} END`
    : checked(value, `${fits} AND ${cast} IS NOT NULL`, to, false, cast);
}

/**
 * A text that DuckDB would write the same way needs no pattern, which costs several times as much: most are of that kind. The
 * length keeps out what only DuckDB writes so, such as infinity and years before our era.
 */
function usually(value: string, to: SqlType, length: number | undefined, otherwise: string): string {
  if (value.startsWith("'")) return otherwise;
  const cast = `TRY_CAST(${value} AS ${duckdbType(to)})`;
  const fits = length === undefined ? '' : `length(${value}) = ${length} AND `;
  return `CASE WHEN ${fits}CAST(${cast} AS VARCHAR) = ${value} THEN ${cast} ELSE ${otherwise} END`;
}

/** DuckDB reads 1_000 as a number. */
function withoutUnderscores(value: string, safe: boolean, to: SqlType): string {
  const cast = plain(value, to, safe);
  if (safe) return `CASE WHEN NOT contains(${value}, '_') THEN ${cast} END`;
  return checked(value, `NOT contains(${value}, '_')`, to, false, cast);
}

/** More digits than our BIGNUMERIC holds are an error, also where one is asked to be NULL: the value is a good one. */
function held(value: string, safe: boolean, to: SqlType): string {
  const wide = `regexp_matches(${value}, '^\\s*[+-]?(0*[1-9]\\d{20}|\\d*\\.\\d{18}\\d*[1-9])')`;
  const wrong = failure(to, {
    sql: `'BIGNUMERIC values of more than 20 digits before or 18 behind the point are not available: ' || ${value}`,
  });
  return `CASE WHEN ${wide} THEN ${wrong} ELSE ${withoutUnderscores(value, safe, to)} END`;
}

const RULES: Readonly<Record<string, Rule>> = {
  'STRING INT64': (value, safe, to) => {
    const cast = `bq_integer(${value})`;
    return usually(value, to, undefined, safe ? cast : checked(value, `${cast} IS NOT NULL`, to, false, cast));
  },
  'STRING BOOL': (value, safe, to) =>
    checked(value, `lower(${value}) IN ('true', 'false')`, to, safe, `(lower(${value}) = 'true')`),
  'STRING BYTES': (value) => `encode(${value})`,
  'STRING FLOAT64': withoutUnderscores,
  'STRING NUMERIC': withoutUnderscores,
  'STRING BIGNUMERIC': held,
  // DuckDB takes more than the canonical formats: other orders, missing parts, zones where there are none.
  'STRING DATE': (value, safe, to) => usually(value, to, 10, matching(value, DATE_PATTERN, safe, to)),
  'STRING DATETIME': (value, safe, to) =>
    usually(value, to, 19, matching(value, `${DATE_PATTERN}([ Tt]${TIME_PATTERN})?`, safe, to)),
  'STRING TIME': (value, safe, to) => matching(value, TIME_PATTERN, safe, to),
  // It wants two digits for the hours of an offset.
  'STRING TIMESTAMP': (value, safe, to) =>
    plain(`regexp_replace(${value}, '(\\d) ?([+-])(\\d)(:\\d\\d)?$', '\\1\\20\\3\\4')`, to, safe),
  'STRING JSON': (value) => `bq_parse_json(${value}, 'exact')`,
  'STRING GEOGRAPHY': (value, safe) => (safe ? `TRY(ST_GeomFromText(${value}))` : `ST_GeomFromText(${value})`),
  'STRING RANGE': (value, safe, to) => rangeOfText(value, safe, to),
  'STRING INTERVAL': (value, safe) => (safe ? `TRY(bq_interval_of(${value}))` : `bq_interval_of(${value})`),
  'BYTES STRING': (value, safe) => (safe ? `TRY(decode(${value}))` : `decode(${value})`),
  // DuckDB rounds halves of floating point numbers to the even neighbour.
  'FLOAT64 INT64': (value, safe, to) => plain(`round(${value})`, to, safe),
  'FLOAT64 STRING': (value) => `bq_float_text(${value})`,
  'NUMERIC STRING': (value) => `bq_numeric_text(${value})`,
  'BIGNUMERIC STRING': (value) => `bq_numeric_text(${value})`,
  'DATETIME STRING': (value) => `bq_datetime_text(${value})`,
  'TIME STRING': (value) => `bq_time_text(${value})`,
  'TIMESTAMP STRING': (value) => `bq_timestamp_text(${value})`,
  'INTERVAL STRING': (value) => `bq_interval_text(${value})`,
  'RANGE STRING': (value) => `bq_range_text(${value})`,
};

/** `[2024-01-01, UNBOUNDED)` (GoogleSQL, Range literals). */
function rangeOfText(value: string, safe: boolean, to: SqlType): string {
  if (to.kind !== 'RANGE') return value;
  const bound = (group: number): string => {
    const text = `trim(regexp_extract(${value}, '^\\s*\\[\\s*(.*?)\\s*,\\s*(.*?)\\s*\\)\\s*$', ${group}))`;
    return `CASE WHEN upper(${text}) IN ('UNBOUNDED', 'NULL') THEN NULL ELSE ${emitCast(text, { kind: 'STRING' }, to.element, safe)} END`;
  };
  return `struct_pack("start" := ${bound(1)}, "end" := ${bound(2)})`;
}
