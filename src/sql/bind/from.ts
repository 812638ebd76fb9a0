import type { Name } from '../ast/expression.ts';
import type { TableExpression, TableOperator } from '../ast/query.ts';
import { type BoundExpression, type BoundFrom, type BoundQuery, UNNEST_OFFSET, UNNEST_VALUE } from '../bound.ts';
import type { Span } from '../source.ts';
import { BOOL, INT64, sameType, TIMESTAMP, typeName } from '../type.ts';
import type { Binder, Place } from './binder.ts';
import { bindCondition, bindExpression } from './expression.ts';
import { call, coerce, conjunction, unify } from './make.ts';
import { bindPath } from './name.ts';
import { existingRelation } from './object.ts';
import { bindPivot, bindUnpivot } from './pivot.ts';
import { bindQuery } from './query.ts';
import { relationItem } from './relation.ts';
import { Scope, type ScopeColumn, type ScopeTable, sameName } from './scope.ts';
import { bindTableFunction } from './tablefunction.ts';

/** A bound FROM clause or part of one, with the names it brings. */
export interface FromItem {
  readonly from: BoundFrom;
  readonly tables: readonly ScopeTable[];
  /** In the order of `*`. */
  readonly columns: readonly ScopeColumn[];
}

export function bindFrom(binder: Binder, place: Place, node: TableExpression): FromItem {
  if (node.kind === 'join') return bindJoin(binder, place, node);
  let item = bindOperand(binder, place, node);
  for (const operator of node.operators) item = bindTableOperator(binder, place, item, operator);
  return item;
}

/** PIVOT, UNPIVOT or TABLESAMPLE of a table. */
export function bindTableOperator(binder: Binder, place: Place, input: FromItem, node: TableOperator): FromItem {
  if (node.kind === 'pivot') return bindPivot(binder, place, input, node);
  if (node.kind === 'unpivot') return bindUnpivot(binder, place, input, node);
  if (node.unit === 'ROWS') throw binder.unsupported(node, 'TABLESAMPLE with a number of rows');
  const percent = bindExpression(binder, place, node.size);
  return { ...input, from: { kind: 'sample', id: binder.newId(), input: input.from, percent } };
}

function bindOperand(binder: Binder, place: Place, node: Exclude<TableExpression, { kind: 'join' }>): FromItem {
  switch (node.kind) {
    case 'table':
      return bindTable(binder, place, node);
    case 'subquery': {
      const query = bindQuery(binder, place, node.query);
      return derivedItem(binder, query, node.alias?.name, node);
    }
    case 'unnest': {
      const array = bindExpression(binder, place, node.array);
      return unnestItem(binder, array, node, node.alias?.name);
    }
    case 'function':
      return bindTableFunction(binder, place, node);
  }
}

/** A query in FROM under an alias. */
export function derivedItem(
  binder: Binder,
  query: Pick<BoundQuery, 'columns' | 'valueTable'> & (BoundQuery | { readonly cte: string }),
  alias: string | undefined,
  span: Span,
): FromItem {
  const id = binder.newId();
  const from: BoundFrom = 'cte' in query ? { kind: 'cte', id, cte: query.cte } : { kind: 'derived', id, query };
  const [only] = query.columns;
  if (query.valueTable && only !== undefined) {
    return valueItem(from, { kind: 'column', table: id, column: only.key, type: only.type, span }, alias);
  }
  const columns = query.columns.map(({ name, key, type }) => ({
    ...(name === undefined ? {} : { name }),
    expression: { kind: 'column' as const, table: id, column: key, type, span },
  }));
  return tableItem(from, columns, alias);
}

export function tableItem(from: BoundFrom, columns: readonly ScopeColumn[], alias: string | undefined): FromItem {
  return { from, tables: [{ ...(alias === undefined ? {} : { alias }), columns }], columns };
}

/** A table of single values: the alias is the value; the fields of a struct are columns. */
function valueItem(
  from: BoundFrom,
  value: BoundExpression,
  alias: string | undefined,
  extra: readonly ScopeColumn[] = [],
): FromItem {
  const { type } = value;
  const named = alias === undefined ? {} : { name: alias };
  const columns: ScopeColumn[] =
    type.kind === 'STRUCT'
      ? type.fields.map((field, index) => ({
          ...(field.name === undefined ? {} : { name: field.name }),
          expression: { kind: 'field', object: value, index, type: field.type, span: value.span },
        }))
      : [{ ...named, expression: value }];
  return {
    from,
    tables: [{ ...(alias === undefined ? {} : { alias }), columns, value }],
    columns: [...columns, ...extra],
  };
}

type Decorated = Span & { readonly withOffset?: { readonly alias?: Name } };

function unnestItem(binder: Binder, array: BoundExpression, node: Decorated, alias: string | undefined): FromItem {
  const { type } = array;
  if (type.kind !== 'ARRAY') {
    throw binder.fail(
      'type-mismatch',
      node,
      `Values referenced in UNNEST must be arrays. UNNEST contains expression of type ${typeName(type)}`,
    );
  }
  const id = binder.newId();
  const withOffset = node.withOffset !== undefined;
  const from: BoundFrom = { kind: 'unnest', id, array, withOffset };
  const value: BoundExpression = { kind: 'column', table: id, column: UNNEST_VALUE, type: type.element, span: node };
  const offset: ScopeColumn = {
    name: node.withOffset?.alias?.name ?? 'offset',
    expression: { kind: 'column', table: id, column: UNNEST_OFFSET, type: INT64, span: node },
  };
  return valueItem(from, value, alias, withOffset ? [offset] : []);
}

function bindTable(binder: Binder, place: Place, node: Extract<TableExpression, { kind: 'table' }>): FromItem {
  const [first, ...rest] = node.path;
  const last = node.path.at(-1);
  if (first === undefined || last === undefined) throw binder.fail('syntax', node, 'Syntax error: Empty table name');
  if (rest.length === 0) {
    const cte = place.ctes.findLast((candidate) => sameName(candidate.name, first.name));
    if (cte !== undefined) {
      return derivedItem(binder, { ...cte.query, cte: cte.id }, node.alias?.name ?? first.name, node);
    }
  }
  // `FROM t, t.items`: an array of a table to the left, or of a query around this one.
  if (rest.length > 0 && visibleTable(place.scope, first.name)) {
    const array = bindPath(binder, place, { kind: 'path', parts: node.path, start: node.start, end: node.end });
    return unnestItem(binder, array, node, node.alias?.name ?? last.name);
  }
  const relation = existingRelation(binder, node.path, node);
  const alias = node.alias?.name ?? relation.path.table.split('.').at(-1);
  const asOf =
    node.asOf === undefined
      ? undefined
      : coerce(binder, bindExpression(binder, place, node.asOf), TIMESTAMP, 'FOR SYSTEM_TIME AS OF');
  return relationItem(binder, relation, alias, node, asOf);
}

function visibleTable(scope: Scope | undefined, alias: string): boolean {
  for (let current = scope; current !== undefined; current = current.parent) {
    if (
      current.table(alias) !== undefined ||
      current.named(alias).some(({ expression }) => expression.type.kind === 'STRUCT')
    ) {
      return true;
    }
  }
  return false;
}

function bindJoin(binder: Binder, place: Place, node: Extract<TableExpression, { kind: 'join' }>): FromItem {
  const left = bindFrom(binder, place, node.left);
  const lateral: Place = { ...place, scope: new Scope(place.scope, left.tables, left.columns) };
  const right = bindFrom(binder, lateral, node.right);
  checkAliases(binder, left, right, node.right);
  return joinItems(binder, place, node, left, right);
}

function checkAliases(binder: Binder, left: FromItem, right: FromItem, span: Span): void {
  for (const { alias } of right.tables) {
    if (alias !== undefined && left.tables.some((table) => table.alias !== undefined && sameName(table.alias, alias))) {
      throw binder.fail('duplicate-alias', span, `Duplicate table alias ${alias} in the same FROM clause`);
    }
  }
}

type JoinNode = Pick<Extract<TableExpression, { kind: 'join' }>, 'join' | 'on' | 'using' | 'start' | 'end'>;

/** Two bound tables joined as a node says. */
export function joinItems(binder: Binder, place: Place, node: JoinNode, left: FromItem, right: FromItem): FromItem {
  const tables = [...left.tables, ...right.tables];
  const join = node.join === 'COMMA' ? 'CROSS' : node.join;
  if (node.using !== undefined) return joinUsing(binder, node.using, join, left, right, node);
  const columns = [...left.columns, ...right.columns];
  if (node.on === undefined) {
    // UNNEST beside its table needs no condition, whatever the join.
    const on: BoundExpression = { kind: 'literal', type: BOOL, value: true, span: node };
    if (join === 'CROSS') return { from: { kind: 'join', join, left: left.from, right: right.from }, tables, columns };
    if (right.from.kind !== 'unnest') {
      throw binder.fail('join', node, `${join} JOIN must have an immediately following ON or USING clause`);
    }
    return { from: { kind: 'join', join, left: left.from, right: right.from, on }, tables, columns };
  }
  const inside: Place = {
    ...place,
    scope: new Scope(place.scope, tables, columns),
    noAggregates: 'JOIN ON clause',
    noWindows: 'JOIN ON clause',
  };
  const on = bindCondition(binder, inside, node.on, 'JOIN ON clause');
  return {
    from: { kind: 'join', join: join === 'CROSS' ? 'INNER' : join, left: left.from, right: right.from, on },
    tables,
    columns,
  };
}

/** USING: one column for both, first in `*` (GoogleSQL, Join operation, USING clause). */
function joinUsing(
  binder: Binder,
  names: readonly Name[],
  join: 'CROSS' | 'INNER' | 'LEFT' | 'RIGHT' | 'FULL',
  left: FromItem,
  right: FromItem,
  span: Span,
): FromItem {
  const used = new Set<ScopeColumn>();
  const merged: ScopeColumn[] = [];
  const conditions: BoundExpression[] = [];
  for (const name of names) {
    const a = usingColumn(binder, left, name, 'left');
    const b = usingColumn(binder, right, name, 'right');
    used.add(a).add(b);
    const pair = unify(binder, [a.expression, b.expression], name, `Column ${name.name} in USING clause`);
    conditions.push(call(BOOL, '=', pair, name));
    const [first, second] = pair;
    const type = first?.type ?? a.expression.type;
    const expression =
      join === 'RIGHT'
        ? (second ?? b.expression)
        : join === 'FULL'
          ? call(type, 'COALESCE', pair, name)
          : (first ?? a.expression);
    merged.push({ name: a.name ?? name.name, expression: sameType(type, expression.type) ? expression : a.expression });
  }
  const on = conjunction(conditions, span);
  const others = [...left.columns, ...right.columns].filter((column) => !used.has(column));
  return {
    from: {
      kind: 'join',
      join: join === 'CROSS' ? 'INNER' : join,
      left: left.from,
      right: right.from,
      ...(on === undefined ? {} : { on }),
    },
    tables: [...left.tables, ...right.tables],
    columns: [...merged, ...others],
  };
}

function usingColumn(binder: Binder, side: FromItem, name: Name, which: string): ScopeColumn {
  const found = side.columns.filter((column) => column.name !== undefined && sameName(column.name, name.name));
  const [column] = found;
  if (column === undefined)
    throw binder.fail('unknown-column', name, `Column ${name.name} in USING clause not found on ${which} side of join`);
  if (found.length > 1)
    throw binder.fail('ambiguous', name, `Column ${name.name} in USING clause is ambiguous on ${which} side of join`);
  return column;
}
