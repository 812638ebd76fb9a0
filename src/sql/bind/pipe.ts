import type { Argument, Expression, Name } from '../ast/expression.ts';
import type { GroupBy, Ordering, Pipe } from '../ast/query.ts';
import type { BoundExpression, BoundOrder, BoundQuery, BoundSelect } from '../bound.ts';
import type { Span } from '../source.ts';
import { INT64 } from '../type.ts';
import type { Binder, Place } from './binder.ts';
import { withClusters } from './cluster.ts';
import { bindCondition, bindExpression, impliedName } from './expression.ts';
import { bindFrom, bindTableOperator, derivedItem, type FromItem, joinItems } from './from.ts';
import { bindGroupBy, checkGrouped } from './group.ts';
import { coerce } from './make.ts';
import { bindOrder, ordered } from './order.ts';
import { outputColumns } from './output.ts';
import { asserted } from './pipeassert.ts';
import { bindQuery, bindWith } from './query.ts';
import { Scope, type ScopeColumn, sameName } from './scope.ts';
import { bindItems, type NamedItem, selectAll } from './select.ts';
import { unionQueries } from './setoperation.ts';
import { bindTableFunction } from './tablefunction.ts';
import { fingerprint, hasAggregate } from './walk.ts';

/** The table so far, and the order its last ORDER BY gave it. */
interface Flow {
  readonly item: FromItem;
  readonly orderBy: readonly BoundOrder[];
  readonly place: Place;
  readonly ctes: BoundQuery['ctes'];
}

/** Pipe operators one after the other, each a SELECT over what came before (GoogleSQL, Pipe query syntax). */
export function bindPipes(binder: Binder, place: Place, start: FromItem, pipes: readonly Pipe[]): BoundQuery {
  let flow: Flow = { item: start, orderBy: [], place, ctes: [] };
  for (const pipe of pipes) flow = step(binder, flow, pipe);
  const all = selectAll(flow.item);
  return { ctes: flow.ctes, recursive: false, ...all, orderBy: flow.orderBy, valueTable: false };
}

function step(binder: Binder, flow: Flow, pipe: Pipe): Flow {
  const { item } = flow;
  const scope = new Scope(flow.place.scope, item.tables, item.columns);
  const inside: Place = { scope, ctes: flow.place.ctes };
  switch (pipe.kind) {
    case 'where': {
      const condition = bindCondition(
        binder,
        { ...inside, noAggregates: 'pipe WHERE clause' },
        pipe.condition,
        'Pipe WHERE',
      );
      return filtered(binder, flow, condition, pipe);
    }
    case 'select': {
      const items = bindItems(
        binder,
        { ...inside, windows: pipe.windows, noAggregates: 'pipe SELECT clause' },
        pipe.items,
      );
      return reshaped(binder, flow, items, pipe, { distinct: pipe.distinct });
    }
    case 'extend': {
      const added = bindItems(binder, { ...inside, noAggregates: 'pipe EXTEND clause' }, pipe.items);
      return extended(binder, flow, added, pipe);
    }
    case 'set':
      for (const { name } of pipe.assignments) mustHave(binder, item, name);
      return withColumns(binder, flow, pipe, (column) => {
        const found = pipe.assignments.find(
          ({ name }) => column.name !== undefined && sameName(name.name, column.name),
        );
        return found === undefined ? column : { ...column, expression: bindExpression(binder, inside, found.value) };
      });
    case 'drop':
      for (const name of pipe.names) mustHave(binder, item, name);
      return withColumns(binder, flow, pipe, (column) => (named(column, pipe.names) ? undefined : column));
    case 'rename':
      for (const { from } of pipe.names) mustHave(binder, item, from);
      return withColumns(binder, flow, pipe, (column) => {
        const found = pipe.names.find(({ from }) => named(column, [from]));
        return found === undefined ? column : { ...column, name: found.to.name };
      });
    case 'as': {
      const table = { alias: pipe.alias.name, columns: item.columns };
      return { ...flow, item: { ...item, tables: [table] } };
    }
    case 'aggregate':
      return aggregated(binder, flow, pipe, inside);
    case 'distinct':
      return reshaped(binder, flow, itemsOf(item), pipe, { distinct: true });
    case 'order':
      return { ...flow, orderBy: pipe.items.map((order) => bindOrder(binder, inside, order)) };
    case 'limit': {
      const limit = coerce(binder, bindExpression(binder, inside, pipe.limit), INT64, 'LIMIT');
      const offset = pipe.offset && coerce(binder, bindExpression(binder, inside, pipe.offset), INT64, 'OFFSET');
      const all = selectAll(item);
      const query = {
        ctes: [],
        recursive: false,
        ...all,
        orderBy: flow.orderBy,
        limit,
        ...(offset === undefined ? {} : { offset }),
        valueTable: false,
      };
      return remapped(binder, flow, query, pipe);
    }
    case 'set_operation': {
      const right = pipe.queries.map((query) => bindQuery(binder, { ...flow.place }, query));
      const left: BoundQuery = { ctes: [], recursive: false, ...selectAll(item), orderBy: [], valueTable: false };
      const union = right.reduce<BoundQuery>(
        (all, next) => ({ ctes: [], recursive: false, orderBy: [], ...unionQueries(binder, all, next, pipe) }),
        left,
      );
      return { ...flow, item: derivedItem(binder, union, undefined, pipe), orderBy: [] };
    }
    case 'join': {
      const right = bindFrom(binder, { ...inside }, pipe.right);
      return { ...flow, item: joinItems(binder, flow.place, pipe, item, right), orderBy: [] };
    }
    case 'call':
      return called(binder, flow, pipe);
    case 'table_operator':
      return { ...flow, item: bindTableOperator(binder, inside, item, pipe.operator), orderBy: [] };
    case 'assert':
      return filtered(binder, flow, asserted(binder, inside, pipe), pipe);
    case 'with': {
      const { ctes, inside: place } = bindWith(binder, flow.place, pipe.with);
      return { ...flow, place, ctes: [...flow.ctes, ...ctes] };
    }
  }
}

/** The name that a table function's argument has for the rows so far. */
const INPUT = '_pipe_input';

/** CALL: the rows so far are the table function's first argument. */
function called(binder: Binder, flow: Flow, pipe: Extract<Pipe, { kind: 'call' }>): Flow {
  const { name, alias, start, end } = pipe;
  const query: BoundQuery = { ctes: [], recursive: false, ...selectAll(flow.item), orderBy: [], valueTable: false };
  const cte = { id: binder.newId('q'), query };
  const place: Place = { ...flow.place, ctes: [...flow.place.ctes, { name: INPUT, ...cte }] };
  const input: Argument = { value: { kind: 'table', path: [{ name: INPUT, start, end }], start, end }, start, end };
  const node = { name, arguments: [input, ...pipe.arguments], ...(alias === undefined ? {} : { alias }), start, end };
  const item = bindTableFunction(binder, place, node);
  return { ...flow, item, orderBy: [], ctes: [...flow.ctes, cte] };
}

function itemsOf(item: FromItem): NamedItem[] {
  return item.columns
    .filter(({ hidden }) => hidden !== true)
    .map(({ name, expression }) => ({ ...(name === undefined ? {} : { name }), expression, alias: false }));
}

function named(column: ScopeColumn, names: readonly Name[]): boolean {
  return column.name !== undefined && names.some((name) => sameName(name.name, column.name ?? ''));
}

function mustHave(binder: Binder, item: FromItem, name: Name): void {
  if (item.columns.some((column) => named(column, [name]))) return;
  throw binder.fail('unknown-column', name, `Unrecognized name: ${name.name}`);
}

/** A SELECT of new columns: the names of tables before it are gone. */
function reshaped(
  binder: Binder,
  flow: Flow,
  items: readonly NamedItem[],
  span: Span,
  options: { distinct: boolean },
): Flow {
  const expressions = items.map(({ expression }) => expression);
  const plain: BoundSelect = { kind: 'select', distinct: options.distinct, items: expressions, from: flow.item.from };
  const { body } = withClusters(binder, { body: plain, orderBy: [] });
  const columns = outputColumns(
    expressions,
    items.map(({ name }) => name),
  );
  const query = { ctes: [], recursive: false, body, orderBy: [], columns, valueTable: false };
  return { ...flow, item: derivedItem(binder, query, undefined, span), orderBy: [] };
}

function filtered(binder: Binder, flow: Flow, where: BoundExpression, span: Span): Flow {
  const all = selectAll(flow.item);
  return remapped(
    binder,
    flow,
    { ctes: [], recursive: false, ...all, body: { ...all.body, where }, orderBy: [], valueTable: false },
    span,
  );
}

function extended(binder: Binder, flow: Flow, added: readonly NamedItem[], span: Span): Flow {
  const before = itemsOf(flow.item);
  const reshapedFlow = reshaped(binder, flow, [...before, ...added], span, { distinct: false });
  return { ...reshapedFlow, item: { ...reshapedFlow.item, tables: keepTables(flow.item, reshapedFlow.item) } };
}

/** The table's aliases, their columns found again in a derived table with the same columns first. */
function keepTables(before: FromItem, after: FromItem): FromItem['tables'] {
  const visible = before.columns.filter(({ hidden }) => hidden !== true);
  return before.tables.map((table) => ({
    ...(table.alias === undefined ? {} : { alias: table.alias }),
    columns: table.columns.flatMap((column) => {
      const expression = after.columns[visible.indexOf(column)]?.expression;
      return expression === undefined ? [] : [{ ...column, expression }];
    }),
  }));
}

/** The same columns out of a derived table; aliases go on. */
function remapped(binder: Binder, flow: Flow, query: BoundQuery, span: Span): Flow {
  const item = derivedItem(binder, query, undefined, span);
  return {
    ...flow,
    item: { ...item, tables: keepTables(flow.item, item) },
    orderBy: query.limit === undefined ? [] : reordered(flow, item),
  };
}

/** After LIMIT the order still holds. */
function reordered(flow: Flow, after: FromItem): BoundOrder[] {
  const visible = flow.item.columns.filter(({ hidden }) => hidden !== true);
  return flow.orderBy.flatMap((order) => {
    const index = visible.findIndex(({ expression }) => expression === order.value);
    const value = after.columns[index]?.expression;
    return value === undefined ? [] : [{ ...order, value }];
  });
}

function withColumns(
  binder: Binder,
  flow: Flow,
  span: Span,
  change: (column: ScopeColumn) => ScopeColumn | undefined,
): Flow {
  const items = flow.item.columns.flatMap((column): NamedItem[] => {
    const changed = column.hidden === true ? undefined : change(column);
    return changed === undefined ? [] : [{ ...changed, alias: false }];
  });
  return reshaped(binder, flow, items, span, { distinct: false });
}

function aggregated(binder: Binder, flow: Flow, pipe: Extract<Pipe, { kind: 'aggregate' }>, inside: Place): Flow {
  const scope = inside.scope;
  const items = pipe.items.map(({ value, alias }): NamedItem => {
    const expression = bindExpression(binder, inside, value);
    if (!hasAggregate(expression))
      throw binder.fail('aggregate', value, 'Pipe AGGREGATE expressions must be aggregates');
    return namedItem(expression, alias, value);
  });
  const groupBy = bindGroupBy(binder, inside, pipe.groupBy, items) ?? { keys: [] };
  for (const { expression } of items) checkGrouped(binder, expression, groupBy.keys, scope);
  const written = writtenKeys(pipe.groupBy).map((node) => ({
    ...node,
    print: fingerprint(bindExpression(binder, inside, node.value)),
  }));
  const keys = groupBy.keys.map((key) => {
    const print = fingerprint(key);
    const node = written.find((one) => one.print === print);
    const item: NamedItem =
      node === undefined ? { expression: key, alias: false } : namedItem(key, node.alias, node.value);
    return { item, ...(node?.order === undefined ? {} : { order: node.order }) };
  });
  const keyItems = keys.map(({ item }) => item);
  const all = [...keyItems, ...items];
  const expressions = all.map(({ expression }) => expression);
  const body: BoundSelect = { kind: 'select', distinct: false, items: expressions, from: flow.item.from, groupBy };
  const columns = outputColumns(
    expressions,
    all.map(({ name }) => name),
  );
  const item = derivedItem(
    binder,
    { ctes: [], recursive: false, body, orderBy: [], columns, valueTable: false },
    undefined,
    pipe,
  );
  // GROUP AND ORDER BY orders by all keys; any column may carry an order of its own.
  const orders = [
    ...keys.map(({ order }) => order ?? (pipe.andOrder ? { descending: false } : undefined)),
    ...pipe.items.map(({ order }) => order),
  ];
  const orderBy = orders.flatMap((order, index) => {
    const value = item.columns[index]?.expression;
    return order === undefined || value === undefined ? [] : [ordered(value, order)];
  });
  return { ...flow, item, orderBy };
}

/** The keys as they are written, those in grouping sets too. */
function writtenKeys(groupBy: GroupBy | undefined): { value: Expression; alias?: Name; order?: Ordering }[] {
  if (groupBy?.kind !== 'items') return [];
  return groupBy.items.flatMap((item) => {
    if (item.kind === 'expression') return [item];
    const sets = item.kind === 'grouping_sets' ? item.sets : [item];
    return sets
      .flatMap((set) => ('expressions' in set ? set.expressions : set.sets.flat()))
      .map((value) => ({ value }));
  });
}

function namedItem(expression: BoundExpression, alias: Name | undefined, node: Expression): NamedItem {
  const name = alias?.name ?? impliedName(node);
  return { ...(name === undefined ? {} : { name }), expression, alias: alias !== undefined };
}
