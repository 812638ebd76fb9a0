import { ArcosError } from '../../../base/errors.ts';
import type { BoundExpression } from '../../bound.ts';
import type { ScalarName, SqlType } from '../../type.ts';
import { emitCast } from './cast.ts';
import { emitExpression } from './expression.ts';
import { failure } from './failure.ts';
import { quoteText } from './name.ts';
import { duckdbType } from './type.ts';
import { instantOf, localTime, UTC, zoneOf } from './zone.ts';

type FormattedCast = Extract<BoundExpression, { kind: 'cast' }>;

/** CAST with FORMAT (GoogleSQL, Format elements): by dates and times, bytes, or numbers. `value` is the operand's text. */
export function emitFormattedCast(node: FormattedCast, value: string): string {
  const { operand, type, format } = node;
  const pattern = format?.kind === 'literal' && typeof format.value === 'string' ? format.value : undefined;
  const [from, to] = [operand.type.kind, type.kind];
  if (NUMBERS.has(from) && format !== undefined) return numberText(value, operand.type, format);
  if (pattern === undefined) throw unavailable('with a FORMAT that is not a constant');
  if (from === 'BYTES' || to === 'BYTES') return formattedBytes(value, from, pattern, node);
  if (to === 'STRING') return timeText(value, pattern, node);
  return NUMBERS.has(to) ? numberOf(value, pattern, node) : timeOf(value, pattern, node);
}

const NUMBERS: ReadonlySet<SqlType['kind']> = new Set<ScalarName>(['INT64', 'FLOAT64', 'NUMERIC', 'BIGNUMERIC']);

function unavailable(what: string): ArcosError {
  return new ArcosError('UNSUPPORTED', `CAST ${what} is not available`);
}

interface Element {
  /** As strftime and strptime have it; absent where it is reckoned from `$`, the value, or cannot be read. */
  readonly code?: string;
  readonly computed?: string;
}

/** Elements of dates and times, longest first. Case of names is that of the element. */
const ELEMENTS: Readonly<Record<string, Element>> = {
  'A.M.': { code: '%p', computed: "regexp_replace(strftime($, '%p'), '(.)(.)', '\\1.\\2.')" },
  'P.M.': { code: '%p', computed: "regexp_replace(strftime($, '%p'), '(.)(.)', '\\1.\\2.')" },
  SSSSS: { computed: "lpad(CAST((hour($) * 3600 + minute($) * 60 + second($)) AS VARCHAR), 5, '0')" },
  MONTH: { code: '%B' },
  YYYY: { code: '%Y' },
  RRRR: { code: '%Y' },
  HH24: { code: '%H' },
  HH12: { code: '%I' },
  YYY: { computed: "right(strftime($, '%Y'), 3)" },
  MON: { code: '%b' },
  DDD: { code: '%j' },
  DAY: { code: '%A' },
  TZH: { computed: 'hours' },
  TZM: { computed: 'minutes' },
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((digits): [string, Element] => [
      `FF${digits}`,
      { code: '%f', computed: `left(strftime($, '%f') || '000', ${digits})` },
    ]),
  ),
  YY: { code: '%y' },
  RR: { code: '%y' },
  MM: { code: '%m' },
  DD: { code: '%d' },
  DY: { code: '%a' },
  HH: { code: '%I' },
  MI: { code: '%M' },
  SS: { code: '%S' },
  AM: { code: '%p' },
  PM: { code: '%p' },
  Y: { computed: "right(strftime($, '%Y'), 1)" },
  D: { computed: 'CAST(dayofweek($) + 1 AS VARCHAR)' },
  Q: { computed: 'CAST(quarter($) AS VARCHAR)' },
};
const NAMES = Object.keys(ELEMENTS).sort((a, b) => b.length - a.length);

/** A text that stands for itself, or an element as it is written and by its name. */
type Piece = { readonly text: string } | { readonly written: string; readonly name: string };

function pieces(format: string): Piece[] {
  const found: Piece[] = [];
  for (let at = 0; at < format.length; ) {
    const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(format.slice(at));
    const name = NAMES.find((known) => format.slice(at, at + known.length).toUpperCase() === known);
    const character = format.charAt(at);
    if (quoted !== null) found.push({ text: (quoted[1] ?? '').replace(/\\(.)/g, '$1') });
    else if (name !== undefined) found.push({ written: format.slice(at, at + name.length), name });
    else if (/[-./,';:\s]/.test(character)) found.push({ text: character });
    else throw new ArcosError('INVALID', `Cannot find matched format element at ${at}: ${format}`);
    at += quoted?.[0].length ?? name?.length ?? 1;
  }
  return found;
}

/** Names of months and days in the case of their element: MONTH, Month, month. */
function cased(text: string, written: string): string {
  if (written === written.toLowerCase()) return `lower(${text})`;
  return written.charAt(1) === written.charAt(1).toUpperCase() ? `upper(${text})` : text;
}

const IN_CASE: ReadonlySet<string> = new Set(['MONTH', 'MON', 'DAY', 'DY', 'AM', 'PM', 'A.M.', 'P.M.']);

function timeText(value: string, format: string, node: FormattedCast): string {
  const { kind } = node.operand.type;
  const zone = node.zone === undefined ? UTC : zoneOf(node.zone, emitExpression(node.zone));
  const local =
    kind === 'TIMESTAMP' ? localTime(value, zone) : kind === 'TIME' ? `(DATE '1970-01-01' + ${value})` : value;
  const parts = pieces(format).map((piece) => {
    if ('text' in piece) return quoteText(piece.text);
    const { code, computed } = ELEMENTS[piece.name] ?? {};
    if (computed === 'hours' || computed === 'minutes') {
      const offset = `bq_zone_offset(${value}, ${zone.sql}, '%Ez')`;
      return computed === 'hours' ? `left(${offset}, 3)` : `right(${offset}, 2)`;
    }
    const text = computed?.replaceAll('$', () => local) ?? `strftime(${local}, '${code ?? ''}')`;
    return IN_CASE.has(piece.name)
      ? cased(
          text,
          piece.name.length === 2 && /M$/.test(piece.name) ? piece.written.charAt(0).repeat(2) : piece.written,
        )
      : text;
  });
  return parts.length === 0 ? `CASE WHEN ${value} IS NOT NULL THEN '' END` : `(${parts.join(' || ')})`;
}

/** A text read by a format. Years and months that it does not tell are those of today (GoogleSQL, Format date parts as string). */
function timeOf(value: string, format: string, node: FormattedCast): string {
  const { type } = node;
  const names: string[] = [];
  let pattern = '';
  for (const piece of pieces(format)) {
    if ('text' in piece) {
      pattern += piece.text.replaceAll('%', '%%');
      continue;
    }
    names.push(piece.name);
    if (piece.name === 'TZM') continue;
    const code = piece.name === 'TZH' ? '%z' : ELEMENTS[piece.name]?.code;
    if (code === undefined) throw unavailable(`of a text by the format element ${piece.written}`);
    pattern += code;
  }
  pattern = pattern.replace('%z:', '%z');
  const told = (...elements: readonly string[]): boolean => names.some((name) => elements.includes(name));
  const year = told('YYYY', 'RRRR', 'YY', 'RR') || type.kind === 'TIME';
  const month = told('MM', 'MON', 'MONTH', 'DDD') || type.kind === 'TIME';
  const [extra, before] = year ? ['', ''] : ['%Y ', "strftime(now(), '%Y ') || "];
  const [extraMonth, beforeMonth] = month ? ['', ''] : ['%m ', "strftime(now(), '%m ') || "];
  const plain = told('A.M.', 'P.M.') ? `regexp_replace(${value}, '([AaPp])\\.([Mm])\\.', '\\1\\2')` : value;
  const text = `${before}${beforeMonth}${plain}`;
  const read = `try_strptime(${text}, ${quoteText(extra + extraMonth + pattern)})`;
  const dated = inCentury(read, told('YY'), told('RR'));
  const wrong = node.safe
    ? `CAST(NULL AS ${duckdbType({ kind: 'DATETIME' })})`
    : failure({ kind: 'DATETIME' }, { sql: `'Failed to parse input string "' || ${value} || '"'` });
  const parsed = `CASE WHEN ${value} IS NOT NULL AND ${read} IS NULL THEN ${wrong} ELSE ${dated} END`;
  if (type.kind !== 'TIMESTAMP') return emitCast(`CAST(${parsed} AS TIMESTAMP)`, { kind: 'DATETIME' }, type, node.safe);
  if (told('TZH')) return `CAST(${parsed} AS TIMESTAMPTZ)`;
  const zone = node.zone === undefined ? UTC : zoneOf(node.zone, emitExpression(node.zone));
  return instantOf(`CAST(${parsed} AS TIMESTAMP)`, zone);
}

/** strptime's years of two digits are 1969 to 2068; YY is of this century, RR 1950 to 2049. */
function inCentury(read: string, thisCentury: boolean, rounded: boolean): string {
  if (thisCentury) return `CASE WHEN year(${read}) < 2000 THEN ${read} + to_years(100) ELSE ${read} END`;
  return rounded ? `CASE WHEN year(${read}) >= 2050 THEN ${read} - to_years(100) ELSE ${read} END` : read;
}

/** By name: bytes to text, text to bytes. */
const BYTE_FORMATS: Readonly<Record<string, readonly [text: string, bytes: string]>> = {
  HEX: ['lower(hex($))', 'unhex($)'],
  BASE16: ['lower(hex($))', 'unhex($)'],
  BASE32: ['bq_to_base32($)', 'bq_from_base32($)'],
  BASE64: ['to_base64($)', 'from_base64($)'],
  ASCII: ['decode($)', 'encode($)'],
  'UTF-8': ['decode($)', 'encode($)'],
  UTF8: ['decode($)', 'encode($)'],
};

function formattedBytes(value: string, from: SqlType['kind'], format: string, { safe }: FormattedCast): string {
  const emission = BYTE_FORMATS[format.toUpperCase()]?.[from === 'BYTES' ? 0 : 1];
  if (emission === undefined) throw unavailable(`of bytes with FORMAT '${format}'`);
  const text = emission.replace('$', () => value);
  return safe ? `TRY(${text})` : text;
}

/** Digits, a point, groups, a currency sign, and a sign: `S` in front or behind, `MI` behind, or `PR` for brackets. */
const NUMBER_FORMAT = /^(S)?(\$)?([09,G]*)(?:([.D])([09]*))?(\$)?(S|MI|PR)?$/i;

function numberText(value: string, type: SqlType, format: BoundExpression): string {
  const pattern = emitExpression(format);
  const text = `bq_number_text(${emitCast(value, type, { kind: 'STRING' }, false)}, ${pattern})`;
  const wrong = failure({ kind: 'STRING' }, { sql: `'Invalid number format: ' || ${pattern}` });
  return `CASE WHEN ${value} IS NOT NULL AND ${text} IS NULL THEN ${wrong} ELSE ${text} END`;
}

function numberOf(value: string, format: string, { type, safe }: FormattedCast): string {
  if (!NUMBER_FORMAT.test(format)) throw unavailable(`of a text with FORMAT '${format}'`);
  const text = `bq_number_of(${value}, ${quoteText(format.toUpperCase())})`;
  const cast = `TRY_CAST(${text} AS ${duckdbType(type)})`;
  const wrong = safe ? 'NULL' : failure(type, { sql: `'Failed to parse input string "' || ${value} || '"'` });
  return `CASE WHEN ${value} IS NOT NULL AND ${cast} IS NULL THEN ${wrong} ELSE ${cast} END`;
}
