import type { Expression, OrderItem } from '../ast/expression.ts';
import type { Select, SelectItem } from '../ast/query.ts';
import type { BoundExpression, BoundOrder, BoundSelect, OutputColumn } from '../bound.ts';
import { type SqlType, typeName } from '../type.ts';
import type { Binder, Place } from './binder.ts';
import { withClusters } from './cluster.ts';
import { bindCondition, bindExpression, impliedName } from './expression.ts';
import { bindFrom, type FromItem } from './from.ts';
import { bindGroupBy, checkGrouped } from './group.ts';
import { nullLiteral } from './make.ts';
import { orderBy } from './order.ts';
import { outputColumns } from './output.ts';
import { Scope, type ScopeColumn } from './scope.ts';
import { bindStar } from './star.ts';
import { hasAggregate } from './walk.ts';

/** An item of a select list with the name its column gets. */
export interface NamedItem {
  readonly name?: string;
  readonly expression: BoundExpression;
  /** Whether the name is an alias that other clauses may use, not one implied by the expression. */
  readonly alias: boolean;
}

interface BoundSelectQuery {
  readonly body: BoundSelect;
  readonly orderBy: readonly BoundOrder[];
  readonly columns: readonly OutputColumn[];
  readonly valueTable: boolean;
}

/** A SELECT with the ORDER BY that belongs to it, since that may name columns the list leaves out. */
export function bindSelect(binder: Binder, place: Place, node: Select, order: readonly OrderItem[]): BoundSelectQuery {
  const from = node.from === undefined ? undefined : bindFrom(binder, place, node.from);
  const scope = new Scope(place.scope, from?.tables, from?.columns);
  const inside: Place = { scope, ctes: place.ctes, windows: node.windows };
  const where = node.where && binder.attempt(() => bindWhere(binder, inside, node.where as Expression));
  const items = bindItems(binder, inside, node.items);
  const aliases = aliasColumns(items);
  // FROM's names win over aliases in GROUP BY, HAVING and QUALIFY; in ORDER BY it is the other way about.
  const below = new Scope(new Scope(place.scope, [], aliases), from?.tables, from?.columns);
  const groupBy = bindGroupBy(binder, { ...inside, scope: below }, node.groupBy, items);
  const having =
    node.having &&
    bindCondition(binder, { ...inside, scope: below, noWindows: 'HAVING clause' }, node.having, 'HAVING clause');
  const qualify = node.qualify && bindCondition(binder, { ...inside, scope: below }, node.qualify, 'QUALIFY clause');
  const above: Place = { ...inside, scope: new Scope(scope, [], aliases) };
  const orders = order.map((item) => orderBy(binder, orderedBy(binder, above, item.value, items), item));
  const expressions = items.map(({ expression }) => expression);
  const later = [
    ...expressions,
    ...orders.map(({ value }) => value),
    ...[having, qualify].filter((part) => part !== undefined),
  ];
  const grouped = groupBy ?? (later.some(hasAggregate) || having !== undefined ? { keys: [] } : undefined);
  if (grouped !== undefined) for (const expression of later) checkGrouped(binder, expression, grouped.keys, scope);

  const shaped = shape(binder, node, items);
  if (node.distinct) for (const { expression } of shaped) checkDistinct(binder, expression);
  return withClusters(binder, {
    body: {
      kind: 'select',
      distinct: node.distinct,
      items: shaped.map(({ expression }) => expression),
      ...(from === undefined ? {} : { from: from.from }),
      ...(where === undefined ? {} : { where }),
      ...(grouped === undefined ? {} : { groupBy: grouped }),
      ...(having === undefined ? {} : { having }),
      ...(qualify === undefined ? {} : { qualify }),
    },
    orderBy: orders,
    columns: outputColumns(
      shaped.map(({ expression }) => expression),
      shaped.map(({ name }) => name),
    ),
    valueTable: node.as !== undefined,
  });
}

function bindWhere(binder: Binder, place: Place, node: Expression): BoundExpression {
  const clause = 'WHERE clause';
  return bindCondition(binder, { ...place, noAggregates: clause, noWindows: clause }, node, clause);
}

/** The list, stars written out. A faulty item is told and replaced, so that others are checked too. */
export function bindItems(binder: Binder, place: Place, nodes: readonly SelectItem[]): NamedItem[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'star') return binder.attempt(() => bindStar(binder, place, node)) ?? [];
    const expression = binder.attempt(() => bindExpression(binder, place, node.value)) ?? nullLiteral(node);
    const name = node.alias?.name ?? impliedName(node.value);
    return [{ ...(name === undefined ? {} : { name }), expression, alias: node.alias !== undefined }];
  });
}

function aliasColumns(items: readonly NamedItem[]): ScopeColumn[] {
  return items.flatMap(({ name, expression, alias }) => (alias && name !== undefined ? [{ name, expression }] : []));
}

/** ORDER BY 1 is by the first column. */
function orderedBy(binder: Binder, place: Place, node: Expression, items: readonly NamedItem[]): BoundExpression {
  if (node.kind !== 'integer') return bindExpression(binder, place, node);
  const item = items[Number(node.text) - 1];
  if (item !== undefined) return item.expression;
  throw binder.fail(
    'order',
    node,
    `ORDER BY column number item ${node.text} is out of range. SELECT list has ${items.length} columns`,
  );
}

/** SELECT AS STRUCT makes one value of the list; SELECT AS VALUE has one already. */
function shape(binder: Binder, node: Select, items: readonly NamedItem[]): readonly NamedItem[] {
  if (node.as === undefined) return items;
  if (node.as === 'VALUE') {
    if (items.length !== 1) throw binder.fail('select', node, 'SELECT AS VALUE query must have exactly one column');
    return items.map(({ expression }) => ({ expression, alias: false }));
  }
  if (node.as !== 'STRUCT') throw binder.unsupported(node, 'SELECT AS of a named type');
  const type: SqlType = {
    kind: 'STRUCT',
    fields: items.map(({ name, expression }) => ({ ...(name === undefined ? {} : { name }), type: expression.type })),
  };
  const values = items.map(({ expression }) => expression);
  return [{ expression: { kind: 'struct', type, values, span: node }, alias: false }];
}

/** Everything that `*` gives of a FROM item. */
/** Rows can only be told apart by columns that can be grouped by. */
function checkDistinct(binder: Binder, { type, span }: BoundExpression): void {
  if (type.kind !== 'JSON' && type.kind !== 'GEOGRAPHY') return;
  throw binder.fail('group', span, `Column of type ${typeName(type)} cannot be used in SELECT DISTINCT`);
}

export function selectAll(item: FromItem): { body: BoundSelect; columns: OutputColumn[] } {
  const columns = item.columns.filter(({ hidden }) => hidden !== true);
  const items = columns.map(({ expression }) => expression);
  return {
    body: { kind: 'select', distinct: false, items, from: item.from },
    columns: outputColumns(
      items,
      columns.map(({ name }) => name),
    ),
  };
}
