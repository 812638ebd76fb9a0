import type { BoundAggregate, BoundExpression, BoundFrom, BoundOrder, BoundQuery, BoundSelect } from '../bound.ts';
import { arrayOf, INT64, type SqlType } from '../type.ts';
import type { Binder } from './binder.ts';
import { call } from './make.ts';
import { outputColumns } from './output.ts';
import { children, fingerprint, hasWindow, withChildren } from './walk.ts';

const NAME = 'ST_CLUSTERDBSCAN';
/** The function that a group's places, with the numbers of their rows, are given to. */
const OF_ROWS = '$CLUSTERS';

interface Selected {
  readonly body: BoundSelect;
  readonly orderBy: readonly BoundOrder[];
}

/**
 * A SELECT with ST_CLUSTERDBSCAN, which looks at a whole partition at once: the rows are numbered, each partition's
 * places are clustered together, and each row is joined to the number of its cluster.
 */
export function withClusters<Select extends Selected>(binder: Binder, select: Select): Select {
  if (!binder.clusters) return select;
  const { body, orderBy } = select;
  const expressions = [
    ...body.items,
    ...(body.qualify === undefined ? [] : [body.qualify]),
    ...orderBy.map(({ value }) => value),
  ];
  const calls = distinct(expressions.flatMap((one) => parts(one, isCluster)));
  const { from } = body;
  if (calls.length === 0 || from === undefined) return select;
  const [{ span } = body.items[0] ?? { span: { start: 0, end: 0 } }] = calls;
  for (const { arguments: given } of calls) {
    const column = given.slice(1).flatMap((one) => parts(one, ({ kind }) => kind === 'column'))[0];
    if (column !== undefined) {
      throw binder.fail('argument', column.span, `Arguments 2 and 3 to ${NAME} must be literals or query parameters`);
    }
  }
  if (body.groupBy !== undefined || expressions.some((one) => parts(one, isQuery).length > 0)) {
    throw binder.unsupported(span, `${NAME} beside GROUP BY or subqueries in one SELECT`);
  }
  // Those without a table are parameters of lambdas.
  const isColumn = (one: BoundExpression): boolean => one.kind === 'column' && one.table !== '';
  const columns = distinct(expressions.flatMap((one) => parts(one, isColumn)));
  const rows = { id: binder.newId('q'), query: plain(numbered(columns, calls, body, from)) };
  const all: BoundFrom = { kind: 'cte', id: binder.newId(), cte: rows.id };
  const at = (id: string, query: BoundQuery, index: number): BoundExpression => {
    const { key = '', type = INT64 } = query.columns[index] ?? {};
    return { kind: 'column', table: id, column: key, type, span };
  };
  let joined: BoundFrom = all;
  const results: BoundExpression[] = [];
  let before = 1 + columns.length;
  for (const one of calls) {
    const found = clustered(binder, one, before, rows);
    before += neededFor(one).length;
    const id = binder.newId();
    const on = call({ kind: 'BOOL' }, '=', [at(all.id, rows.query, 0), at(id, found, 0)], span);
    joined = { kind: 'join', join: 'LEFT', left: joined, right: { kind: 'derived', id, query: found }, on };
    results.push(at(id, found, 1));
  }
  const kept = [...columns.map((_, index) => at(all.id, rows.query, index + 1)), ...results];
  const query = { ...plain({ kind: 'select', distinct: false, items: kept, from: joined }), ctes: [rows] };
  const outer = binder.newId();
  const places = new Map([...columns, ...calls].map((one, index) => [fingerprint(one), at(outer, query, index)]));
  const replaced = (one: BoundExpression): BoundExpression =>
    (one.kind === 'column' || isCluster(one) ? places.get(fingerprint(one)) : undefined) ?? withChildren(one, replaced);
  const { where: _where, qualify, ...rest } = body;
  const items = body.items.map(replaced);
  const condition = qualify && replaced(qualify);
  // QUALIFY is for windows; what it asked of clusters is a column by now.
  const clause = [...items, ...(condition === undefined ? [] : [condition])].some(hasWindow) ? 'qualify' : 'where';
  return {
    ...select,
    body: {
      ...rest,
      items,
      from: { kind: 'derived', id: outer, query },
      ...(condition === undefined ? {} : { [clause]: condition }),
    },
    orderBy: orderBy.map((order) => ({ ...order, value: replaced(order.value) })),
  };
}

type Cluster = BoundAggregate;

function isCluster(expression: BoundExpression): expression is Cluster {
  return expression.kind === 'aggregate' && expression.name === NAME;
}

const isQuery = ({ kind }: BoundExpression): boolean => kind === 'subquery' || kind === 'in_query';

function parts<Part extends BoundExpression>(
  expression: BoundExpression,
  is: ((one: BoundExpression) => one is Part) | ((one: BoundExpression) => boolean),
): Part[] {
  const inside = children(expression).flatMap((child) => parts<Part>(child, is));
  return is(expression) ? [expression as Part, ...inside] : inside;
}

function distinct<One extends BoundExpression>(expressions: readonly One[]): One[] {
  return [...new Map(expressions.map((one) => [fingerprint(one), one])).values()];
}

function plain(body: BoundSelect): BoundQuery {
  const columns = outputColumns(body.items, []);
  return { ctes: [], recursive: false, body, orderBy: [], columns, valueTable: false };
}

/** The rows' numbers, the columns, and of each call its place and what it is partitioned by. */
function numbered(
  columns: readonly BoundExpression[],
  calls: readonly Cluster[],
  { where }: BoundSelect,
  from: BoundFrom,
): BoundSelect {
  const [{ span } = { span: { start: 0, end: 0 } }] = calls;
  const number: BoundExpression = {
    kind: 'aggregate',
    type: INT64,
    name: 'ROW_NUMBER',
    arguments: [],
    distinct: false,
    orderBy: [],
    over: { partitionBy: [], orderBy: [] },
    span,
  };
  const needed = calls.flatMap(neededFor);
  return {
    kind: 'select',
    distinct: false,
    items: [number, ...columns, ...needed],
    from,
    ...(where === undefined ? {} : { where }),
  };
}

/** A call's place, and what it is partitioned by. */
function neededFor({ arguments: given, over }: Cluster): BoundExpression[] {
  return [...given.slice(0, 1), ...(over?.partitionBy ?? [])];
}

/** The numbers of rows with those of their clusters; `before` columns of the rows stand before the call's own. */
function clustered(
  binder: Binder,
  one: Cluster,
  before: number,
  rows: { readonly id: string; readonly query: BoundQuery },
): BoundQuery {
  const { arguments: given, span, type } = one;
  const id = binder.newId();
  const columns = rows.query.columns.map(
    ({ key, type: of }): BoundExpression => ({ kind: 'column', table: id, column: key, type: of, span }),
  );
  const [place, ...keys] = columns.slice(before, before + neededFor(one).length);
  const [number] = columns;
  if (number === undefined || place === undefined) throw binder.unsupported(span, NAME);
  const row: SqlType = {
    kind: 'STRUCT',
    fields: [
      { name: 'n', type: INT64 },
      { name: 'g', type: place.type },
    ],
  };
  const found: SqlType = {
    kind: 'STRUCT',
    fields: [
      { name: 'n', type: INT64 },
      { name: 'c', type },
    ],
  };
  const values: BoundExpression = { kind: 'struct', type: row, values: [number, place], span };
  const list: BoundExpression = {
    kind: 'aggregate',
    type: arrayOf(row),
    name: 'ARRAY_AGG',
    arguments: [values],
    distinct: false,
    orderBy: [{ value: number, descending: false, nullsFirst: true }],
    span,
  };
  const [, metres, least] = given;
  if (metres === undefined || least === undefined) throw binder.unsupported(span, NAME);
  const groups = plain({
    kind: 'select',
    distinct: false,
    items: [call(arrayOf(found), OF_ROWS, [list, metres, least], span)],
    from: { kind: 'cte', id, cte: rows.id },
    groupBy: { keys },
  });
  const group = binder.newId();
  const each = binder.newId();
  const array: BoundExpression = {
    kind: 'column',
    table: group,
    column: groups.columns[0]?.key ?? '',
    type: arrayOf(found),
    span,
  };
  const value: BoundExpression = { kind: 'column', table: each, column: 'value', type: found, span };
  return plain({
    kind: 'select',
    distinct: false,
    items: [
      { kind: 'field', object: value, index: 0, type: INT64, span },
      { kind: 'field', object: value, index: 1, type, span },
    ],
    from: {
      kind: 'join',
      join: 'CROSS',
      left: { kind: 'derived', id: group, query: groups },
      right: { kind: 'unnest', id: each, array, withOffset: false },
    },
  });
}
