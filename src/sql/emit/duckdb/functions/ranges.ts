import { argumentKind, type CallNode, type Emissions } from '../emission.ts';
import { failure } from '../failure.ts';
import { duckdbType } from '../type.ts';

export const RANGES: Emissions = {
  RANGE: (args, node) => {
    const [start = '', end = ''] = args;
    const wrong = failure(node.type, 'Range start element must be smaller than range end element');
    return `CASE WHEN ${start} >= ${end} THEN ${wrong} ELSE struct_pack("start" := ${start}, "end" := ${end}) END`;
  },
  RANGE_CONTAINS: (args, node) =>
    argumentKind(node, 1) === 'RANGE'
      ? `bq_range_covers(${args[0]}, ${args[1]})`
      : `bq_range_contains(${args[0]}, ${args[1]})`,
  RANGE_END: `struct_extract($1, 'end')`,
  RANGE_INTERSECT: (args, node) => {
    const wrong = failure(node.type, 'Provided RANGE inputs do not overlap');
    return `CASE WHEN ${args[0]} IS NULL OR ${args[1]} IS NULL THEN NULL WHEN NOT bq_range_overlaps(${args[0]}, ${args[1]}) THEN ${wrong} ELSE bq_range_intersect(${args[0]}, ${args[1]}) END`;
  },
  RANGE_OVERLAPS: 'bq_range_overlaps($1, $2)',
  RANGE_START: `struct_extract($1, 'start')`,
  GENERATE_RANGE_ARRAY: rangeArray,
};

/** A range cut at every step from its start; the last piece may be shorter, and is left out unless it is wanted. */
function rangeArray(args: readonly string[], node: CallNode): string {
  const [range = '', step = '', partial = 'TRUE'] = args;
  const { type } = node.arguments[0] ?? node;
  if (type.kind !== 'RANGE') return '';
  const element = duckdbType(type.element);
  // generate_series steps through times; dates are times at midnight.
  const series = type.element.kind === 'TIMESTAMP' ? element : 'TIMESTAMP';
  const [start, end] = ['start', 'end'].map((bound) => `struct_extract(${range}, '${bound}')`);
  const starts = `list_filter(generate_series(CAST(${start} AS ${series}), CAST(${end} AS ${series}), ${step}), lambda _s: _s < CAST(${end} AS ${series}))`;
  const piece = `struct_pack("start" := CAST(_s AS ${element}), "end" := least(CAST(_s + ${step} AS ${element}), ${end}))`;
  const whole = `CAST(struct_extract(_r, 'start') + ${step} AS ${element}) <= ${end}`;
  return `list_filter(list_transform(${starts}, lambda _s: ${piece}), lambda _r: ${partial} OR ${whole})`;
}
