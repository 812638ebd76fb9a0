import { argumentKind, type CallNode, constantText, type Emissions } from '../emission.ts';
import { failure } from '../failure.ts';

const end = (position: string) => (args: readonly string[], node: CallNode) =>
  `CASE WHEN len(${args[0]}) = 0 THEN ${failure(node.type, 'The array is empty')} ELSE ${args[0]}[${position}] END`;

function generateArray(args: readonly string[], node: CallNode): string {
  const [from = '', to = '', step = '1'] = args;
  const endless = failure(node.type, 'Sequence step cannot be 0.');
  const checked = (series: string): string =>
    args[2] === undefined ? series : `CASE WHEN ${step} = 0 THEN ${endless} ELSE ${series} END`;
  if (argumentKind(node, 0) === 'INT64') return checked(`generate_series(${from}, ${to}, ${step})`);
  return checked(
    `list_transform(generate_series(0, CAST(floor((${to} - ${from}) / ${step} + 1e-9) AS BIGINT)), lambda _i: ${from} + _i * ${step})`,
  );
}

function arrayToString(args: readonly string[], node: CallNode): string {
  const [array = '', delimiter = '', missing] = args;
  const { type } = node.arguments[0] ?? node;
  if (type.kind === 'ARRAY' && type.element.kind === 'BYTES') {
    const digits = missing === undefined ? 'hex(_e)' : `hex(coalesce(_e, ${missing}))`;
    const kept = `list_filter(list_transform(${array}, lambda _e: ${digits}), lambda _e: _e IS NOT NULL)`;
    return `unhex(${joined(kept, `hex(${delimiter})`, node.arguments[1]?.kind === 'literal')})`;
  }
  const values =
    missing === undefined
      ? `list_filter(${array}, lambda _e: _e IS NOT NULL)`
      : `list_transform(${array}, lambda _e: coalesce(_e, ${missing}))`;
  return joined(values, delimiter, constantText(node, 1) !== undefined);
}

/** DuckDB's own takes only constants between the elements. */
function joined(list: string, delimiter: string, isConstant: boolean): string {
  if (isConstant) return `array_to_string(${list}, ${delimiter})`;
  const behind = `list_reduce(${list}, lambda _l, _r: _l || ${delimiter} || _r, '')`;
  return `substring(${behind}, length(${delimiter}) + 1)`;
}

/** Months are counted from the start each time: stepping on would shorten the 31st for good. */
function dateArray(args: readonly string[], node: CallNode): string {
  const [from = '', to = '', step = 'to_days(1)'] = args;
  const series = `generate_series(CAST(${from} AS TIMESTAMP), CAST(${to} AS TIMESTAMP), ${step})`;
  const interval = node.arguments[2];
  const days = interval === undefined || (interval.kind === 'call' && /^(DAY|WEEK)$/.test(interval.part?.name ?? ''));
  const endless = failure(node.type, 'Sequence step cannot be 0.');
  const checked = (dates: string): string =>
    interval === undefined ? dates : `CASE WHEN ${step} = to_days(0) THEN ${endless} ELSE ${dates} END`;
  if (days) return checked(`list_transform(${series}, lambda _d: CAST(_d AS DATE))`);
  const dates = `list_transform(range(len(${series})), lambda _i: CAST(${from} + ${step} * _i AS DATE))`;
  return checked(`list_filter(${dates}, lambda _d: _d BETWEEN least(${from}, ${to}) AND greatest(${from}, ${to}))`);
}

export const ARRAYS: Emissions = {
  ARRAY_CONCAT: (args) => args.reduce((all, next) => `bq_array_concat(${all}, ${next})`),
  ARRAY_FILTER: 'list_filter($1, $2)',
  ARRAY_FIRST: end('1'),
  ARRAY_INCLUDES: 'list_contains($1, $2)',
  ARRAY_LAST: end('-1'),
  ARRAY_LENGTH: 'len($1)',
  ARRAY_REVERSE: 'list_reverse($1)',
  ARRAY_SLICE: 'bq_array_slice($1, $2, $3)',
  ARRAY_TO_STRING: arrayToString,
  ARRAY_TRANSFORM: 'list_transform($1, $2)',
  GENERATE_ARRAY: generateArray,
  GENERATE_DATE_ARRAY: dateArray,
  GENERATE_TIMESTAMP_ARRAY: 'generate_series($1, $2, $3)',
};
