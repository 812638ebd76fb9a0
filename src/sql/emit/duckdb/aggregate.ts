import { ArcosError } from '../../../base/errors.ts';
import type { BoundExpression } from '../../bound.ts';
import type { AggregateNode } from './emission.ts';
import { emitExpression, emitOrderBy, emitOver } from './expression.ts';
import { duckdbType } from './type.ts';

/** Where DuckDB's aggregate has another name. */
const NAMES: Readonly<Record<string, string>> = {
  ANY_VALUE: 'any_value',
  ARRAY_AGG: 'list',
  BIT_XOR: 'bit_xor',
  LOGICAL_AND: 'bool_and',
  LOGICAL_OR: 'bool_or',
  MAX_BY: 'arg_max',
  MIN_BY: 'arg_min',
  STRING_AGG: 'string_agg',
  ST_UNION_AGG: 'ST_Union_Agg',
};

const PLAIN = new Set(
  `BIT_AND BIT_OR CORR COUNT COVAR_POP COVAR_SAMP CUME_DIST DENSE_RANK FIRST_VALUE GROUPING LAG LAST_VALUE LEAD MAX MIN NTH_VALUE
  NTILE PERCENT_RANK RANK ROW_NUMBER STDDEV_POP STDDEV_SAMP SUM VAR_POP VAR_SAMP`.split(/\s+/),
);

/** Those whose DuckDB type is another. */
const CAST_RESULT = new Set(['SUM', 'GROUPING', 'BIT_AND', 'BIT_OR', 'BIT_XOR', 'COUNT']);

/** An aggregate, or a window function. */
export function emitAggregate(node: AggregateNode): string {
  const special = SPECIAL[node.name];
  if (node.having !== undefined && node.name !== 'ANY_VALUE') return atExtreme(node);
  return special === undefined ? plain(node) : special(node);
}

function plain(node: AggregateNode): string {
  const name = NAMES[node.name] ?? (PLAIN.has(node.name) ? node.name.toLowerCase() : undefined);
  if (name === undefined) throw new ArcosError('UNSUPPORTED', `Aggregate function ${node.name} is not available`);
  const called = invocation(node, name, node.arguments.map(emitExpression));
  return CAST_RESULT.has(node.name) ? `CAST(${called} AS ${duckdbType(node.type)})` : called;
}

/** Aggregates that can also be taken of a list, by their name for that. */
const OF_LISTS: Readonly<Record<string, string>> = {
  ...NAMES,
  AVG: 'avg',
  BIT_AND: 'bit_and',
  BIT_OR: 'bit_or',
  COUNT: 'count',
  MAX: 'max',
  MIN: 'min',
  STDDEV_POP: 'stddev_pop',
  STDDEV_SAMP: 'stddev_samp',
  SUM: 'sum',
  VAR_POP: 'var_pop',
  VAR_SAMP: 'var_samp',
};

/** What becomes of the list of values that are aggregated. */
function ofList(node: AggregateNode, list: string): string | undefined {
  const present = `list_filter(${list}, lambda _v: _v IS NOT NULL)`;
  switch (node.name) {
    case 'ARRAY_AGG':
      return limited(node, node.ignoreNulls === true ? present : list);
    case 'ARRAY_CONCAT_AGG':
      return `flatten(${limited(node, present)})`;
    case 'STRING_AGG': {
      const [, delimiter] = node.arguments.map(emitExpression);
      return node.type.kind === 'BYTES'
        ? undefined
        : `nullif(array_to_string(${limited(node, present)}, ${delimiter ?? "','"}), '')`;
    }
    case 'COUNTIF':
      return `len(list_filter(${list}, lambda _v: _v))`;
    case 'APPROX_COUNT_DISTINCT':
      return `len(list_distinct(${present}))`;
    default: {
      const of = OF_LISTS[node.name];
      return of === undefined || node.arguments.length > 1 ? undefined : `list_aggregate(${list}, '${of}')`;
    }
  }
}

/** An aggregate of the rows in which another value is largest or smallest: `SUM(x HAVING MAX y)`. */
function atExtreme(node: AggregateNode): string {
  const [value] = node.arguments;
  const result = ofList(node, 'list_transform(list_filter(_s.l, lambda _r: _r.k = _s.m), lambda _r: _r.v)');
  if (result === undefined || value === undefined || node.having === undefined) {
    throw new ArcosError('UNSUPPORTED', `${node.name} with HAVING ${node.having?.extreme ?? ''} is not available`);
  }
  const key = emitExpression(node.having.value);
  const rows = invocation(node, 'list', [`struct_pack(v := ${emitExpression(value)}, k := ${key})`]);
  const extreme = invocation({ ...node, distinct: false, orderBy: [] }, node.having.extreme.toLowerCase(), [key]);
  return `CAST(list_transform([struct_pack(l := ${rows}, m := ${extreme})], lambda _s: ${result})[1] AS ${duckdbType(node.type)})`;
}

interface Extra {
  readonly filter?: string;
  readonly distinct?: boolean;
}

/** `name(DISTINCT args ORDER BY ...) FILTER (WHERE ...) OVER (...)`. */
function invocation(node: AggregateNode, name: string, args: readonly string[], extra: Extra = {}): string {
  const distinct = node.distinct || extra.distinct === true ? 'DISTINCT ' : '';
  const order = emitOrderBy(node.orderBy);
  const window = WINDOW_ONLY.has(node.name);
  const nulls = window && node.ignoreNulls === true ? ' IGNORE NULLS' : '';
  const list = args.length === 0 && node.name === 'COUNT' ? '*' : args.join(', ');
  const filter = extra.filter === undefined ? '' : ` FILTER (WHERE ${extra.filter})`;
  const over = node.over === undefined ? '' : ` ${emitOver(node.over)}`;
  return `${name}(${distinct}${list}${nulls}${order === '' ? '' : ` ${order}`})${filter}${over}`;
}

const WINDOW_ONLY = new Set(['FIRST_VALUE', 'LAST_VALUE', 'NTH_VALUE', 'LAG', 'LEAD']);

/** A list cut to LIMIT elements. */
function limited(node: AggregateNode, list: string): string {
  return node.limit === undefined ? list : `list_slice(${list}, 1, ${emitExpression(node.limit)})`;
}

const SPECIAL: Readonly<Record<string, (node: AggregateNode) => string>> = {
  CORR(node) {
    const args = node.arguments.map(emitExpression);
    return `CASE WHEN ${invocation(node, 'regr_count', args)} > 1 THEN ${invocation(node, 'corr', args)} END`;
  },
  SUM: (node) => (node.type.kind === 'INTERVAL' ? sumOfIntervals(node) : plain(node)),
  COUNTIF(node) {
    const condition = emitExpression(node.arguments[0] ?? missing(node));
    return node.distinct
      ? invocation(node, 'count', [`CASE WHEN ${condition} THEN TRUE END`])
      : invocation(node, 'count', ['*'], { filter: condition });
  },
  ARRAY_AGG(node) {
    const [value] = node.arguments;
    const text = emitExpression(value ?? missing(node));
    const filter = node.ignoreNulls === true ? { filter: `${text} IS NOT NULL` } : {};
    return limited(node, invocation(node, 'list', [text], filter));
  },
  ARRAY_CONCAT_AGG(node) {
    return `flatten(${limited(node, invocation(node, 'list', node.arguments.map(emitExpression)))})`;
  },
  STRING_AGG(node) {
    if (node.arguments[1] !== undefined && node.arguments[1].kind !== 'literal') {
      throw new ArcosError('INVALID', 'Argument 2 to STRING_AGG must be a literal or query parameter');
    }
    if (node.type.kind === 'BYTES') return bytesAgg(node);
    const [value, delimiter] = node.arguments.map(emitExpression);
    if (node.limit === undefined) return invocation(node, 'string_agg', [value ?? '', delimiter ?? "','"]);
    const list = invocation(node, 'list', [value ?? ''], { filter: `${value} IS NOT NULL` });
    return `array_to_string(${limited(node, list)}, ${delimiter ?? "','"})`;
  },
  AVG(node) {
    const args = node.arguments.map(emitExpression);
    if (node.type.kind === 'FLOAT64') return invocation(node, 'avg', args);
    if (node.type.kind === 'INTERVAL')
      return `bq_interval_divide(${sumOfIntervals(node)}, ${invocation(node, 'count', args)})`;
    return `CAST(bq_decimal_divide(${invocation(node, 'sum', args)}, ${invocation(node, 'count', args)}) AS ${duckdbType(node.type)})`;
  },
  // Exact where BigQuery approximates: an answer that is right is within any error.
  APPROX_COUNT_DISTINCT: (node) => invocation(node, 'count', node.arguments.map(emitExpression), { distinct: true }),
  APPROX_QUANTILES(node) {
    demandConstant(node, 1, 1, 100_000);
    const [value = ''] = node.arguments.map(emitExpression);
    const steps = quantileSteps(constantNumber(node.arguments[1] ?? missing(node)));
    if (node.ignoreNulls !== false) return invocation(node, 'quantile_disc', [value, steps]);
    const sorted = `list_sort(${invocation(node, 'list', [value])}, 'ASC', 'NULLS FIRST')`;
    return `list_transform([${sorted}], lambda _l: list_transform(${steps}, lambda _q: _l[greatest(1, CAST(ceil(_q * len(_l)) AS INTEGER))]))[1]`;
  },
  ANY_VALUE(node) {
    const value = emitExpression(node.arguments[0] ?? missing(node));
    if (node.having === undefined) return invocation(node, 'any_value', [value]);
    const name = node.having.extreme === 'MAX' ? 'arg_max' : 'arg_min';
    return invocation(node, name, [value, emitExpression(node.having.value)]);
  },
  // BigQuery's NaN is the extreme wherever there is one; DuckDB's is the largest.
  MIN(node) {
    const args = node.arguments.map(emitExpression);
    const least = invocation(node, 'min', args);
    if (node.type.kind !== 'FLOAT64') return least;
    return `CASE WHEN isnan(${invocation(node, 'max', args)}) THEN CAST('nan' AS DOUBLE) ELSE ${least} END`;
  },
  PERCENTILE_CONT: (node) => percentile(node, 'quantile_cont'),
  PERCENTILE_DISC: (node) => percentile(node, 'quantile_disc'),
  APPROX_TOP_COUNT(node) {
    const [value = '', count = ''] = node.arguments.map(emitExpression);
    const entries = `map_entries(${invocation(node, 'histogram', [`struct_pack(v := ${value})`])})`;
    return top(node, `list_transform(${entries}, lambda _e: struct_pack(n := _e."value", v := _e."key".v))`, count);
  },
  APPROX_TOP_SUM(node) {
    const [value = '', weight = '', count = ''] = node.arguments.map(emitExpression);
    const rows = invocation(node, 'list', [`struct_pack(v := struct_pack(v := ${value}), w := ${weight})`]);
    const sum = 'list_sum(list_transform(list_filter(_l, lambda _r: _r.v = _k), lambda _r: _r.w))';
    const sums = `list_transform(list_distinct(list_transform(_l, lambda _r: _r.v)), lambda _k: struct_pack(n := ${sum}, v := _k.v))`;
    return `list_transform([${rows}], lambda _l: ${top(node, sums, count)})[1]`;
  },
  'HLL_COUNT.INIT'(node) {
    const [value = ''] = node.arguments.map(emitExpression);
    const precision = node.arguments[1] === undefined ? 15 : constantNumber(node.arguments[1]);
    const kind = node.arguments[0]?.type.kind;
    if (!(precision >= 10 && precision <= 24)) {
      throw new ArcosError('INVALID', 'HLL_COUNT.INIT takes a constant precision from 10 to 24');
    }
    const hash =
      kind === 'INT64'
        ? `bq_fingerprint2011_int64(${value})`
        : `bq_fingerprint2011(${kind === 'BYTES' ? value : `encode(CAST(${value} AS VARCHAR))`})`;
    const hashes = `array_to_string(${invocation(node, 'list', [hash], { distinct: true })}, ',')`;
    // Numbers that the format gives types of values: UINT64, and text or bytes.
    const type = kind === 'INT64' ? 8 : 11;
    return `bq_hll_init(nullif(${hashes}, ''), ${invocation(node, 'count', [value])}, ${precision}, ${type})`;
  },
  'HLL_COUNT.MERGE': (node) => `coalesce(bq_hll_extract(${mergedSketch(node)}), 0)`,
  'HLL_COUNT.MERGE_PARTIAL': mergedSketch,
  ST_CENTROID_AGG: (node) =>
    `ST_GeomFromWKB(bq_centroid(ST_AsWKB(ST_Collect(${invocation(node, 'list', node.arguments.map(emitExpression))}))))`,
  ST_EXTENT(node) {
    const value = emitExpression(node.arguments[0] ?? missing(node));
    const bound = (aggregate: string, of: string): string => invocation(node, aggregate, [`${of}(${value})`]);
    return `struct_pack(xmin := ${bound('min', 'ST_XMin')}, ymin := ${bound('min', 'ST_YMin')}, xmax := ${bound('max', 'ST_XMax')}, ymax := ${bound('max', 'ST_YMax')})`;
  },
};

/** NaN for what is no constant. */
function constantNumber(node: BoundExpression): number {
  return node.kind === 'literal' && typeof node.value === 'string' ? Number(node.value) : Number.NaN;
}

function mergedSketch(node: AggregateNode): string {
  const hexes = node.arguments.map((argument) => `hex(${emitExpression(argument)})`);
  return `bq_hll_merge(nullif(array_to_string(${invocation(node, 'list', hexes)}, ','), ''))`;
}

/** The first of a list of structs (n, v) by n, under the names that the result has. */
function top(node: AggregateNode, list: string, count: string): string {
  const { type } = node;
  const counted = type.kind === 'ARRAY' && type.element.kind === 'STRUCT' ? type.element : undefined;
  const [, second] = counted?.fields ?? [];
  const member = `"${second?.name ?? ''}" := CAST(_t.n AS ${duckdbType(second?.type ?? node.type)})`;
  return `list_transform(list_slice(list_reverse_sort(${list}), 1, ${count}), lambda _t: struct_pack("value" := _t.v, ${member}))`;
}

/** Bytes are joined by their digits. */
function bytesAgg(node: AggregateNode): string {
  const [value = '', delimiter = "'2c'"] = node.arguments.map((argument) => `hex(${emitExpression(argument)})`);
  const list = invocation(node, 'list', [value], { filter: `${value} IS NOT NULL` });
  return `unhex(array_to_string(${limited(node, list)}, ${delimiter}))`;
}

/** The parts of an interval are summed one by one (GoogleSQL, Interval type). */
function sumOfIntervals(node: AggregateNode): string {
  const value = emitExpression(node.arguments[0] ?? missing(node));
  const sum = (part: string): string => invocation(node, 'sum', [part]);
  return `(to_months(CAST(${sum(`bq_months(${value})`)} AS INTEGER)) + to_days(CAST(${sum(`date_part('day', ${value})`)} AS INTEGER))
    + to_microseconds(CAST(${sum(`bq_micros(${value})`)} AS BIGINT)))`;
}

/** A number that the form of a result hangs on, or that DuckDB wants to know beforehand. */
function demandConstant(node: AggregateNode, index: number, from: number, to: number): void {
  const argument = node.arguments[index];
  const operand = argument?.kind === 'cast' ? argument.operand : argument;
  const number = operand === undefined ? Number.NaN : constantNumber(operand);
  if (number >= from && number <= to) return;
  throw new ArcosError(
    'INVALID',
    `Argument ${index + 1} to ${node.name} must be a literal or query parameter from ${from} to ${to}`,
  );
}

function percentile(node: AggregateNode, name: string): string {
  demandConstant(node, 1, 0, 1);
  const args = node.arguments.map(emitExpression);
  if (node.ignoreNulls !== false) return invocation(node, name, args);
  const [value = '', share = ''] = args;
  const sorted = `list_sort(${invocation(node, 'list', [value])}, 'ASC', 'NULLS FIRST')`;
  const macro = node.name === 'PERCENTILE_CONT' ? 'bq_percentile_cont' : 'bq_percentile_disc';
  return `CAST(${macro}(${sorted}, ${share}) AS ${duckdbType(node.type)})`;
}

function quantileSteps(count: number): string {
  return `[${Array.from({ length: count + 1 }, (_, index) => index / count).join(', ')}]`;
}

function missing(node: AggregateNode): never {
  throw new ArcosError('INTERNAL', `${node.name} without an argument`);
}
