import { ArcosError } from '../../../base/errors.ts';
import { type CallNode, constantText } from './emission.ts';
import { failure } from './failure.ts';
import { TIME_EXPANSIONS } from './host/timeformat.ts';
import { quoteText } from './name.ts';
import { duckdbType } from './type.ts';
import { instantOf, localTime, UTC, zoneOf } from './zone.ts';

/**
 * Format elements that stand for others (GoogleSQL, Format elements for date and time parts). What is
 * left are elements that DuckDB's strftime and strptime know too.
 */
const EXPANSIONS: Readonly<Record<string, string>> = { ...TIME_EXPANSIONS, '%n': '\n', '%t': '\t' };

/** Elements that strftime lacks, as expressions of `$`, the value. */
const COMPUTED: Readonly<Record<string, string>> = {
  // A year has as many digits as it needs.
  '%Y': 'CAST(year($) AS VARCHAR)',
  '%E4Y': "strftime($, '%Y')",
  '%e': "lpad(CAST(day($) AS VARCHAR), 2, ' ')",
  '%k': "lpad(CAST(hour($) AS VARCHAR), 2, ' ')",
  '%l': "lpad(strftime($, '%-I'), 2, ' ')",
  '%C': "lpad(CAST(year($) // 100 AS VARCHAR), 2, '0')",
  '%Q': 'CAST(quarter($) AS VARCHAR)',
  '%s': 'CAST(CAST(floor(epoch_us($) / 1000000) AS BIGINT) AS VARCHAR)',
  '%P': "lower(strftime($, '%p'))",
  '%g': "lpad(CAST(isoyear($) % 100 AS VARCHAR), 2, '0')",
  '%J': "lpad(CAST((weekofyear($) - 1) * 7 + isodow($) AS VARCHAR), 3, '0')",
  '%z': "'+0000'",
  '%Z': "'UTC'",
  '%Ez': "'+00:00'",
  '%E*S': "(strftime($, '%S') || rtrim(strftime($, '.%f'), '.0'))",
};

const KNOWN = new Set('%A %a %B %b %d %G %H %I %j %M %m %p %S %U %u %V %W %w %y %%'.split(' '));

type Piece = { readonly text: string } | { readonly element: string };

/** A format cut into plain text and elements, those that stand for others written out. */
function pieces(format: string): Piece[] {
  return format
    .split(/(%E\*S|%E\dS|%E4Y|%E[A-Za-z]|%O[A-Za-z]|%[A-Za-z%])/)
    .filter((piece) => piece !== '')
    .flatMap((piece): Piece[] => {
      const expansion = EXPANSIONS[piece];
      if (expansion !== undefined) return pieces(expansion);
      return /^%[A-Za-z%]/.test(piece) ? [{ element: piece }] : [{ text: piece }];
    });
}

/** FORMAT_DATE and its like: runs of elements that DuckDB knows in one strftime, the others one by one. */
export function emitFormat(args: readonly string[], node: CallNode): string {
  const [pattern, value = '', zone] = args;
  const format = constantText(node, 0);
  const kind = node.arguments[1]?.type.kind;
  const local =
    kind === 'TIMESTAMP'
      ? localTime(value, zoneOf(node.arguments[2], zone))
      : kind === 'TIME'
        ? `(DATE '1970-01-01' + ${value})`
        : value;
  if (format === undefined) {
    const micros = `epoch_us(CAST(${local} AS TIMESTAMP))`;
    return `bq_time_formatted(${micros}, ${kind === 'TIMESTAMP' ? `epoch_us(${value})` : micros}, ${pattern})`;
  }
  const parts: string[] = [];
  let run = '';
  const flush = () => {
    if (run !== '') parts.push(/%/.test(run) ? `strftime(${local}, ${quoteText(run)})` : quoteText(run));
    run = '';
  };
  for (const piece of pieces(format)) {
    if ('text' in piece) run += piece.text;
    else if (KNOWN.has(piece.element)) run += piece.element;
    else {
      flush();
      parts.push(computed(piece.element, local, value, zone, node));
    }
  }
  flush();
  // Plain text alone does not hang on the value, but for NULL.
  const [only = "''"] = parts;
  if (parts.length <= 1 && only.startsWith("'")) return `CASE WHEN ${value} IS NOT NULL THEN ${only} END`;
  return `(${parts.join(' || ')})`;
}

function computed(element: string, local: string, value: string, zone: string | undefined, node: CallNode): string {
  const digits = /^%E(\d)S$/.exec(element)?.[1];
  if (digits !== undefined)
    return digits === '0'
      ? `strftime(${local}, '%S')`
      : `(strftime(${local}, '%S') || left(strftime(${local}, '.%f'), ${Number(digits) + 1}))`;
  if (zone !== undefined && /^%(E?z|Z)$/.test(element)) {
    return `bq_zone_offset(${value}, ${zone}, ${quoteText(element)})`;
  }
  const expression = COMPUTED[element];
  if (expression === undefined) throw unsupported(node, `with the format element ${element}`);
  return expression.replaceAll('$', () => (element === '%s' ? value : local));
}

/** Elements as strptime reads them. */
const READ: Readonly<Record<string, string>> = {
  '%e': '%d',
  '%k': '%H',
  '%l': '%I',
  '%P': '%p',
  '%E*S': '%S.%f',
  '%Ez': '%z',
  '%E4Y': '%Y',
};
const READABLE = new Set('%A %a %B %b %d %H %I %j %M %m %p %S %Y %y %% %z %Z %f %U %W %u %w %G %V'.split(' '));

function isReadable(format: string): boolean {
  return pieces(format).every(
    (piece) =>
      'text' in piece || READABLE.has(READ[piece.element] ?? piece.element) || /^%E[*\d]S$/.test(piece.element),
  );
}

/** A text by a format that only its row knows, or that DuckDB does not read: slower. */
function emitRead([format = '', text = '', zone]: readonly string[], node: CallNode): string {
  const read = `bq_time_read(${text}, ${format})`;
  const local = `CAST(split_part(${read}, '|', 1) AS TIMESTAMP)`;
  const named = `nullif(split_part(${read}, '|', 2), '')`;
  const instant = `bq_instant(${local}, coalesce(${named}, ${zone ?? "'UTC'"}))`;
  const wrong = node.safe ? 'NULL' : failure(node.type, { sql: `'Failed to parse input string "' || ${text} || '"'` });
  // A date or time of day of a text with a zone is that in UTC.
  const value =
    node.type.kind === 'TIMESTAMP'
      ? instant
      : `CAST(CASE WHEN ${named} IS NULL THEN ${local} ELSE ${instant} AT TIME ZONE 'UTC' END AS ${duckdbType(node.type)})`;
  return `CASE WHEN ${text} IS NOT NULL AND ${format} IS NOT NULL AND ${read} IS NULL THEN ${wrong} ELSE ${value} END`;
}

/** PARSE_DATE and its like. */
export function emitParse(args: readonly string[], node: CallNode): string {
  const [, text = '', zoneText] = args;
  const zone = zoneOf(node.arguments[2], zoneText);
  const format = constantText(node, 0);
  const type = duckdbType(node.type);
  if (format === undefined || !isReadable(format)) return emitRead(args, node);
  if (format === '%s') return `CAST(make_timestamptz(CAST(${text} AS BIGINT) * 1000000) AS ${type})`;
  let pattern = '';
  let zoned = false;
  for (const piece of pieces(format)) {
    if ('text' in piece) {
      pattern += piece.text;
      continue;
    }
    const element = READ[piece.element] ?? (/^%E\dS$/.test(piece.element) ? '%S.%f' : piece.element);
    zoned ||= element === '%z' || element === '%Z';
    pattern += element;
  }
  // Seconds may have a fraction only where %E*S allows it. What is not told is as on 1970-01-01, not 1900.
  const dated = /%[YyGs]/.test(pattern);
  if (!dated) pattern = `%Y ${pattern}`;
  const zulu = /%z$/.test(pattern) ? `regexp_replace(${text}, '(\\d)Z\\s*$', '\\1+00:00')` : text;
  const trimmed = dated ? `trim(${zulu})` : `('1970 ' || trim(${zulu}))`;
  const optional = pattern.includes('%S.%f')
    ? `[${quoteText(pattern)}, ${quoteText(pattern.replace('%S.%f', '%S'))}]`
    : quoteText(pattern);
  const parsed = checkedZone(
    `${node.safe ? 'try_strptime' : 'strptime'}(${trimmed}, ${optional})`,
    trimmed,
    pattern,
    node,
  );
  if (node.type.kind !== 'TIMESTAMP') {
    const cast = node.safe ? 'TRY_CAST' : 'CAST';
    return `${cast}(${zoned ? localTime(`CAST(${parsed} AS TIMESTAMPTZ)`, UTC) : parsed} AS ${type})`;
  }
  return zoned ? `CAST(${parsed} AS TIMESTAMPTZ)` : instantOf(parsed, zone);
}

/** DuckDB reads abbreviations such as IST, which mean several zones, where %Z ends the format. */
function checkedZone(parsed: string, text: string, pattern: string, node: CallNode): string {
  if (!pattern.endsWith('%Z')) return parsed;
  const name = `regexp_extract(${text}, '[A-Za-z]+$')`;
  const wrong = node.safe ? 'NULL' : failure({ kind: 'TIMESTAMP' }, { sql: `'Invalid time zone: ' || ${name}` });
  const ambiguous = `length(${name}) BETWEEN 2 AND 4 AND ${name} NOT IN ('UTC', 'GMT', 'EST', 'MST', 'HST', 'CET', 'EET', 'MET', 'WET', 'UCT')`;
  return `CASE WHEN ${ambiguous} AND NOT regexp_matches(${text}, '/[A-Za-z_]+$') THEN ${wrong} ELSE ${parsed} END`;
}

function unsupported(node: CallNode, what: string): ArcosError {
  return new ArcosError('UNSUPPORTED', `${node.name} ${what} is not available`);
}
