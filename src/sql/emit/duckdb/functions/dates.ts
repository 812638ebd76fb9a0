import type { BoundPart } from '../../../bound.ts';
import type { SqlType } from '../../../type.ts';
import { emitCast } from '../cast.ts';
import { argumentKind, type CallNode, type Emissions } from '../emission.ts';
import { emitFormat, emitParse } from '../format.ts';
import { duckdbType } from '../type.ts';
import { instantOf, localTime, type Zone, zoneOf } from '../zone.ts';

/** Days by which a week that begins on the part's weekday lies before one that begins on Monday, as DuckDB's do. */
function weekShift({ name, weekday }: BoundPart): number {
  if (name === 'ISOWEEK') return 0;
  const first = WEEKDAYS.indexOf(weekday ?? 'SUNDAY');
  return (8 - first) % 7;
}

const WEEKDAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];

const isWeek = (part: BoundPart): boolean => part.name === 'WEEK' || part.name === 'ISOWEEK';

function truncated(value: string, part: BoundPart): string {
  if (!isWeek(part)) return `date_trunc('${part.name.toLowerCase()}', ${value})`;
  const shift = weekShift(part);
  return shift === 0
    ? `date_trunc('week', ${value})`
    : `(date_trunc('week', ${value} + to_days(${shift})) - to_days(${shift}))`;
}

function trunc(args: readonly string[], node: CallNode): string {
  const [value = ''] = args;
  const part = node.part ?? { name: 'DAY' };
  const type = duckdbType(node.type);
  if (argumentKind(node, 0) === 'TIME') return `bq_time_trunc('${part.name.toLowerCase()}', ${value})`;
  if (args[1] === undefined) return `CAST(${truncated(value, part)} AS ${type})`;
  const zone = zoneAt(args, node, 1);
  return instantOf(`CAST(${truncated(localTime(value, zone), part)} AS TIMESTAMP)`, zone);
}

/** Boundaries of a part that lie between two dates. */
function difference(args: readonly string[], node: CallNode): string {
  const [later = '', earlier = ''] = args;
  const part = node.part ?? { name: 'DAY' };
  if (!isWeek(part)) return `date_diff('${part.name.toLowerCase()}', ${earlier}, ${later})`;
  return `(date_diff('day', ${truncated(earlier, part)}, ${truncated(later, part)}) // 7)`;
}

/** Whole parts between two instants: TIMESTAMP_DIFF counts no boundaries. */
function elapsed(args: readonly string[], node: CallNode): string {
  const [later = '', earlier = ''] = args;
  const part = node.part ?? { name: 'SECOND' };
  if (argumentKind(node, 0) !== 'TIMESTAMP') return difference(args, node);
  return `date_sub('${part.name.toLowerCase()}', ${earlier}, ${later})`;
}

function extract(args: readonly string[], node: CallNode): string {
  const [operand = ''] = args;
  const part = node.part ?? { name: 'DAY' };
  const value = argumentKind(node, 0) === 'TIMESTAMP' ? localTime(operand, zoneAt(args, node, 1)) : operand;
  switch (part.name) {
    case 'DATE':
      return `CAST(${value} AS DATE)`;
    case 'TIME':
      return `CAST(${value} AS TIME)`;
    case 'DATETIME':
      return `CAST(${value} AS TIMESTAMP)`;
    case 'DAYOFWEEK':
      return `(dayofweek(${value}) + 1)`;
    case 'ISOWEEK':
      return `date_part('week', ${value})`;
    case 'WEEK': {
      // Full weeks since the first one that begins in the year, from 0.
      const first = WEEKDAYS.indexOf(part.weekday ?? 'SUNDAY');
      return `((dayofyear(${value}) + 6 - (dayofweek(${value}) + 7 - ${first}) % 7) // 7)`;
    }
    case 'MICROSECOND':
      return `(date_part('microsecond', ${value}) % 1000000)`;
    case 'MILLISECOND':
      return `(date_part('millisecond', ${value}) % 1000)`;
    default:
      return `date_part('${part.name.toLowerCase()}', ${value})`;
  }
}

const zoneAt = (args: readonly string[], node: CallNode, index: number): Zone =>
  zoneOf(node.arguments[index], args[index]);

function date(args: readonly string[], node: CallNode): string {
  const [first = ''] = args;
  if (args.length === 3) return `make_date(${args.join(', ')})`;
  if (argumentKind(node, 0) === 'TIMESTAMP') return `CAST(${localTime(first, zoneAt(args, node, 1))} AS DATE)`;
  return `CAST(${first} AS DATE)`;
}

function datetime(args: readonly string[], node: CallNode): string {
  const [first = '', second] = args;
  if (args.length === 6) return `make_timestamp(${args.slice(0, 5).join(', ')}, CAST(${args[5]} AS DOUBLE))`;
  if (argumentKind(node, 0) === 'TIMESTAMP') return localTime(first, zoneAt(args, node, 1));
  if (argumentKind(node, 0) === 'DATE' && second !== undefined) return `(${first} + ${second})`;
  return `CAST(${first} AS TIMESTAMP)`;
}

function time(args: readonly string[], node: CallNode): string {
  const [first = ''] = args;
  if (args.length === 3) return `make_time(${args[0]}, ${args[1]}, CAST(${args[2]} AS DOUBLE))`;
  if (argumentKind(node, 0) === 'TIMESTAMP') return `CAST(${localTime(first, zoneAt(args, node, 1))} AS TIME)`;
  return `CAST(${first} AS TIME)`;
}

function timestamp(args: readonly string[], node: CallNode): string {
  const [value = ''] = args;
  const { type } = node.arguments[0] ?? node;
  if (type.kind === 'TIMESTAMP') return value;
  if (type.kind === 'STRING' && args[1] === undefined) return emitCast(value, type, node.type, false);
  return instantOf(`CAST(${value} AS TIMESTAMP)`, zoneAt(args, node, 1));
}

/** Dates and times are of the years 1 to 9999. */
export function inRange(value: string, kind: SqlType['kind']): string {
  return kind === 'DATE' || kind === 'DATETIME' || kind === 'TIMESTAMP' ? `bq_${kind.toLowerCase()}(${value})` : value;
}

const INTERVAL_MAKERS: Readonly<Record<string, string>> = {
  YEAR: 'to_years(CAST($ AS INTEGER))',
  QUARTER: 'to_months(CAST($ * 3 AS INTEGER))',
  MONTH: 'to_months(CAST($ AS INTEGER))',
  WEEK: 'to_weeks(CAST($ AS INTEGER))',
  DAY: 'to_days(CAST($ AS INTEGER))',
  HOUR: 'to_hours($)',
  MINUTE: 'to_minutes($)',
  SECOND: 'to_seconds($)',
  MILLISECOND: 'to_milliseconds($)',
  MICROSECOND: 'to_microseconds($)',
};

function interval(args: readonly string[], node: CallNode): string {
  const maker = INTERVAL_MAKERS[node.part?.name ?? 'DAY'] ?? 'to_days($)';
  return maker.replace('$', () => args[0] ?? '');
}

const moved = (operator: string) => (args: readonly string[], node: CallNode) =>
  inRange(`CAST((${args[0]} ${operator} ${args[1]}) AS ${duckdbType(node.type)})`, node.type.kind);

const nowIn = (type: string) => (args: readonly string[], node: CallNode) =>
  `CAST(${localTime('now()', zoneAt(args, node, 0))} AS ${type})`;

/** Weeks, days and the like since 1950, or since an origin, rounded down. */
const bucket = (origin: string) => (args: readonly string[], node: CallNode) =>
  `CAST(time_bucket(${args[1]}, ${args[0]}, ${args[2] ?? origin}) AS ${duckdbType(node.type)})`;

function lastDay(args: readonly string[], node: CallNode): string {
  const [value = ''] = args;
  const part = node.part ?? { name: 'MONTH' };
  if (part.name === 'MONTH') return `last_day(${value})`;
  const length = part.name === 'ISOYEAR' ? undefined : isWeek(part) ? 'to_days(7)' : `INTERVAL 1 ${part.name}`;
  const start = truncated(value, part);
  // An ISO year has 52 or 53 weeks: the next one begins where a date ten days beyond its shortest length lies.
  const next = length === undefined ? `date_trunc('isoyear', ${start} + to_days(375))` : `(${start} + ${length})`;
  return `CAST((${next} - to_days(1)) AS DATE)`;
}

/** A text of a time, with a zone behind it where it has none. */
const zoned = ([value = '', zone = '']: readonly string[]): string => {
  const bare = String.raw`\s*\d+-\d+-\d+([ Tt]\d+:\d+(:\d+(\.\d*)?)?)?\s*`;
  const behind = `CASE WHEN regexp_matches(${zone}, '^[+-]') THEN '' ELSE ' ' END || ${zone}`;
  const timed = `rtrim(${value}) || CASE WHEN ${value} LIKE '%:%' THEN '' ELSE ' 00:00:00' END`;
  return `CASE WHEN regexp_full_match(${value}, '${bare}') THEN ${timed} || ${behind} ELSE ${value} END`;
};

export const DATES: Emissions = {
  $ZONED: zoned,
  CURRENT_DATE: nowIn('DATE'),
  CURRENT_DATETIME: nowIn('TIMESTAMP'),
  CURRENT_TIME: nowIn('TIME'),
  CURRENT_TIMESTAMP: 'now()',
  DATE: date,
  DATETIME: datetime,
  TIME: time,
  TIMESTAMP: timestamp,
  DATE_ADD: moved('+'),
  DATE_SUB: moved('-'),
  DATE_DIFF: elapsed,
  DATE_TRUNC: trunc,
  DATETIME_ADD: moved('+'),
  DATETIME_SUB: moved('-'),
  DATETIME_DIFF: difference,
  DATETIME_TRUNC: trunc,
  TIME_ADD: '($1 + $2)',
  TIME_SUB: '($1 - $2)',
  TIME_DIFF: difference,
  TIME_TRUNC: trunc,
  TIMESTAMP_ADD: moved('+'),
  TIMESTAMP_SUB: moved('-'),
  TIMESTAMP_DIFF: elapsed,
  TIMESTAMP_TRUNC: trunc,
  LAST_DAY: lastDay,
  DATE_BUCKET: bucket("DATE '1950-01-01'"),
  DATETIME_BUCKET: bucket("TIMESTAMP '1950-01-01'"),
  TIMESTAMP_BUCKET: bucket("TIMESTAMPTZ '1950-01-01 00:00:00+00'"),
  DATE_FROM_UNIX_DATE: "bq_date(DATE '1970-01-01' + CAST($1 AS INTEGER))",
  UNIX_DATE: "CAST(($1 - DATE '1970-01-01') AS BIGINT)",
  TIMESTAMP_SECONDS: 'bq_timestamp(make_timestamptz($1 * 1000000))',
  TIMESTAMP_MILLIS: 'bq_timestamp(make_timestamptz($1 * 1000))',
  TIMESTAMP_MICROS: 'bq_timestamp(make_timestamptz($1))',
  UNIX_SECONDS: 'CAST(floor(epoch_us($1) / 1000000) AS BIGINT)',
  UNIX_MILLIS: 'CAST(floor(epoch_us($1) / 1000) AS BIGINT)',
  UNIX_MICROS: 'epoch_us($1)',
  FORMAT_DATE: emitFormat,
  FORMAT_DATETIME: emitFormat,
  FORMAT_TIME: emitFormat,
  FORMAT_TIMESTAMP: emitFormat,
  PARSE_DATE: emitParse,
  PARSE_DATETIME: emitParse,
  PARSE_TIME: emitParse,
  PARSE_TIMESTAMP: emitParse,
  INTERVAL: interval,
  MAKE_INTERVAL: (args) => {
    const [year = '0', month = '0', day = '0', hour = '0', minute = '0', second = '0'] = args.map(
      (arg) => `coalesce(${arg}, 0)`,
    );
    return `(to_months(CAST(${year} * 12 + ${month} AS INTEGER)) + to_days(CAST(${day} AS INTEGER)) + to_seconds(${hour} * 3600 + ${minute} * 60 + ${second}))`;
  },
  JUSTIFY_DAYS: 'bq_justify_days($1)',
  JUSTIFY_HOURS: 'bq_justify_hours($1)',
  JUSTIFY_INTERVAL: 'bq_justify_days(bq_justify_hours($1))',
  EXTRACT: extract,
};
