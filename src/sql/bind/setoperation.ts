import type { SetOperation } from '../ast/query.ts';
import type { BoundBody, BoundExpression, BoundQuery, OutputColumn } from '../bound.ts';
import type { Span } from '../source.ts';
import { type SqlType, sameType, typeName } from '../type.ts';
import type { Binder, Place } from './binder.ts';
import { type Coercible, coercionCost, supertype } from './coercion.ts';
import { derivedItem } from './from.ts';
import { coercible, convert, literal } from './make.ts';
import { outputColumns } from './output.ts';
import { bindBodyQuery } from './query.ts';
import { sameName } from './scope.ts';

type Operation = Pick<SetOperation, 'operator' | 'all' | 'by'> & Span;

interface SetResult {
  readonly body: BoundBody;
  readonly columns: readonly OutputColumn[];
  readonly valueTable: boolean;
}

export function bindSetOperation(binder: Binder, place: Place, node: SetOperation): SetResult {
  return unionQueries(binder, bindBodyQuery(binder, place, node.left), bindBodyQuery(binder, place, node.right), node);
}

/** Two queries under one set operation, their columns paired and brought to common types. */
export function unionQueries(binder: Binder, left: BoundQuery, right: BoundQuery, node: Operation): SetResult {
  if (node.operator !== 'UNION' && node.all) {
    throw binder.fail('set-operation', node, `${node.operator} ALL is not supported; use ${node.operator} DISTINCT`);
  }
  const pairs = node.by.kind === 'position' ? byPosition(binder, left, right, node) : byName(binder, left, right, node);
  const types = pairs.map(([a, b], index) => commonType(binder, left, right, a, b, node, index));
  const names = pairs.map(([a, b]) => (a === undefined ? right.columns[b ?? 0]?.name : left.columns[a]?.name));
  const leftSide = arranged(
    binder,
    left,
    pairs.map(([a]) => a),
    types,
    names,
    node,
  );
  const rightSide = arranged(
    binder,
    right,
    pairs.map(([, b]) => b),
    types,
    names,
    node,
  );
  return {
    body: { kind: 'set', operator: node.operator, all: node.all, left: leftSide, right: rightSide },
    columns: leftSide.columns,
    valueTable: left.valueTable && right.valueTable,
  };
}

/** Two queries one below the other. */
export function unionAll(binder: Binder, left: BoundQuery, right: BoundQuery, span: Span): BoundQuery {
  const node: Operation = { operator: 'UNION', all: true, by: { kind: 'position' }, ...span };
  return { ctes: [], recursive: false, orderBy: [], ...unionQueries(binder, left, right, node) };
}

/** Columns by their index on each side; absent where a side has none. */
type Pair = readonly [left: number | undefined, right: number | undefined];

function byPosition(binder: Binder, left: BoundQuery, right: BoundQuery, node: Operation): Pair[] {
  if (left.columns.length !== right.columns.length) {
    throw binder.fail(
      'set-operation',
      node,
      `Queries in ${node.operator} ${node.all ? 'ALL' : 'DISTINCT'} have mismatched column count; query 1 has ${left.columns.length} columns, query 2 has ${right.columns.length} columns`,
    );
  }
  return left.columns.map((_, index) => [index, index]);
}

function byName(binder: Binder, left: BoundQuery, right: BoundQuery, node: Operation): Pair[] {
  const { by } = node;
  if (by.kind !== 'name') return [];
  const find = (query: BoundQuery, name: string): number | undefined => {
    const index = query.columns.findIndex((column) => column.name !== undefined && sameName(column.name, name));
    return index < 0 ? undefined : index;
  };
  const wanted = by.columns?.map(({ name }) => name) ?? left.columns.map(({ name }) => name ?? '');
  const extra = right.columns.map(({ name }) => name ?? '').filter((name) => find(left, name) === undefined);
  const names = by.mode === 'full' && by.columns === undefined ? [...wanted, ...extra] : wanted;
  const pairs = names.map((name): Pair => [find(left, name), find(right, name)]);
  if (by.mode === 'inner') return pairs.filter(([a, b]) => a !== undefined && b !== undefined);
  if (by.mode === 'strict' && (extra.length > 0 || pairs.some(([a, b]) => a === undefined || b === undefined))) {
    throw binder.fail(
      'set-operation',
      node,
      'Columns of a BY NAME set operation must have the same names in every query',
    );
  }
  return pairs;
}

function commonType(
  binder: Binder,
  left: BoundQuery,
  right: BoundQuery,
  a: number | undefined,
  b: number | undefined,
  node: Operation,
  index: number,
): SqlType {
  const items = [columnOf(left, a), columnOf(right, b)].filter((item) => item !== undefined);
  const type = supertype(items);
  if (type !== undefined) return type;
  const types = items.map((item) => typeName(item.type)).join(', ');
  throw binder.fail(
    'set-operation',
    node,
    `Column ${index + 1} in ${node.operator} ${node.all ? 'ALL' : 'DISTINCT'} has incompatible types: ${types}`,
  );
}

/** A column as the rules of conversion see it: literals in a SELECT without tables stay literals. */
function columnOf(query: BoundQuery, index: number | undefined): Coercible | undefined {
  if (index === undefined) return undefined;
  const item = selected(query, index);
  const column = query.columns[index];
  if (item !== undefined) return coercible(item);
  return column && { type: column.type, literal: false, untyped: false };
}

function selected(query: BoundQuery, index: number): BoundExpression | undefined {
  return query.body.kind === 'select' ? query.body.items[index] : undefined;
}

/** The query with its columns in a new order, converted, gaps filled with NULL. */
function arranged(
  binder: Binder,
  query: BoundQuery,
  order: readonly (number | undefined)[],
  types: readonly SqlType[],
  names: readonly (string | undefined)[],
  span: Span,
): BoundQuery {
  const inPlace = order.every((from, index) => from === index) && order.length === query.columns.length;
  const typed = inPlace && types.every((type, index) => sameType(type, query.columns[index]?.type ?? type));
  if (typed) {
    // Only names may differ; keys are the engine's business.
    return { ...query, columns: query.columns.map((column, index) => ({ ...column, ...nameOf(names[index]) })) };
  }
  if (
    inPlace &&
    query.body.kind === 'select' &&
    !query.body.distinct &&
    query.body.groupBy === undefined &&
    query.orderBy.length === 0
  ) {
    const items = query.body.items.map((item, index) => convertTo(binder, item, types[index] ?? item.type, span));
    const columns = query.columns.map((column, index) => ({
      ...column,
      ...nameOf(names[index]),
      type: types[index] ?? column.type,
    }));
    return { ...query, body: { ...query.body, items }, columns };
  }
  const item = derivedItem(binder, { ...query, valueTable: false }, undefined, span);
  const items = order.map((from, index): BoundExpression => {
    const type = types[index];
    const column = from === undefined ? undefined : item.columns[from]?.expression;
    const value = column ?? literal(type ?? { kind: 'INT64' }, null, span);
    return type === undefined ? value : convert(value, type);
  });
  return {
    ctes: [],
    recursive: false,
    body: { kind: 'select', distinct: false, items, from: item.from },
    orderBy: [],
    columns: outputColumns(items, names),
    valueTable: query.valueTable,
  };
}

function nameOf(name: string | undefined): { name?: string } {
  return name === undefined ? {} : { name };
}

function convertTo(binder: Binder, item: BoundExpression, type: SqlType, span: Span): BoundExpression {
  if (coercionCost(coercible(item), type) === undefined) {
    throw binder.fail('set-operation', span, `Cannot coerce ${typeName(item.type)} to ${typeName(type)}`);
  }
  return convert(item, type);
}
