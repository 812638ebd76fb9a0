import type { BoundExpression, BoundFrom, BoundQuery } from '../bound.ts';
import type {
  ColumnInfo,
  ExternalRelation,
  NativeRelation,
  Relation,
  ViewRelation,
  WildcardRelation,
} from '../catalog.ts';
import { lex } from '../lex.ts';
import { Cursor } from '../parse/cursor.ts';
import { parseExpression } from '../parse/expression.ts';
import { parseQuery } from '../parse/query.ts';
import { Source, type Span } from '../source.ts';
import { BOOL, DATE, STRING, TIMESTAMP, unlimited } from '../type.ts';
import { type Binder, NOWHERE } from './binder.ts';
import { bindCondition } from './expression.ts';
import { derivedItem, type FromItem, tableItem } from './from.ts';
import { call, literal, text } from './make.ts';
import { outputColumns } from './output.ts';
import { asRows, bindQuery } from './query.ts';
import { Scope, type ScopeColumn, sameName } from './scope.ts';
import { unionAll } from './setoperation.ts';

/** A table, external table, wildcard or view under an alias. */
export function relationItem(
  binder: Binder,
  relation: Relation,
  alias: string | undefined,
  span: Span,
  asOf?: BoundExpression,
): FromItem {
  if (relation.kind !== 'wildcard') binder.read(relation.path);
  switch (relation.kind) {
    case 'view':
      return standingFor(relation, derivedItem(binder, bindView(binder, relation, span), alias, span));
    case 'wildcard':
      return wildcardItem(binder, relation, alias, span, asOf);
    case 'external':
      return scanItem(binder, relation, alias, span);
    case 'native': {
      const item = scanItem(binder, relation, alias, span, asOf);
      return relation.rowFilters === undefined
        ? item
        : filtered(binder, relation, relation.rowFilters, item, alias, span);
    }
  }
}

function scanItem(
  binder: Binder,
  relation: NativeRelation | ExternalRelation,
  alias: string | undefined,
  span: Span,
  asOf?: BoundExpression,
): FromItem {
  const id = binder.newId();
  const from: BoundFrom = { kind: 'scan', id, relation, ...(asOf === undefined ? {} : { asOf }) };
  const column = ({ name, type }: ColumnInfo): ScopeColumn => ({
    name,
    expression: { kind: 'column', table: id, column: name, type: unlimited(type), span },
  });
  return tableItem(from, [...relation.columns.map(column), ...pseudoColumns(relation, id, span)], alias);
}

/** _PARTITIONTIME and _PARTITIONDATE of ingestion-time tables, _FILE_NAME of external ones: only by name. */
function pseudoColumns(relation: NativeRelation | ExternalRelation, id: string, span: Span): ScopeColumn[] {
  const hidden = (name: string, expression: BoundExpression): ScopeColumn => ({ name, hidden: true, expression });
  if (relation.kind === 'external') {
    return [hidden('_FILE_NAME', { kind: 'column', table: id, column: '_FILE_NAME', type: STRING, span })];
  }
  if (relation.partitioning?.kind !== 'ingestion') return [];
  const time: BoundExpression = { kind: 'column', table: id, column: '_PARTITIONTIME', type: TIMESTAMP, span };
  return [hidden('_PARTITIONTIME', time), hidden('_PARTITIONDATE', call(DATE, 'DATE', [time], span))];
}

/** Only the rows that a policy lets this reader see: those that fulfil any of its conditions. */
function filtered(
  binder: Binder,
  relation: NativeRelation,
  filters: readonly string[],
  item: FromItem,
  alias: string | undefined,
  span: Span,
): FromItem {
  const { project, dataset, table } = relation.path;
  const conditions = filters.map((filter, index) => {
    const name = `row access policy ${index + 1} of ${project}.${dataset}.${table}`;
    const inside = binder.inside(new Source(filter, name), project, span);
    const node = parseExpression(new Cursor(inside.source, lex(inside.source)));
    return bindCondition(inside, { ...NOWHERE, scope: new Scope(undefined, item.tables, item.columns) }, node, name);
  });
  const where = conditions.reduce<BoundExpression>(
    (any, condition) => call(BOOL, 'OR', [any, condition], span),
    literal(BOOL, false, span),
  );
  // Pseudo columns go through, still hidden.
  const items = item.columns.map(({ expression }) => expression);
  const columns = outputColumns(
    items,
    item.columns.map(({ name }) => name),
  );
  const query: BoundQuery = {
    ctes: [],
    recursive: false,
    body: { kind: 'select', distinct: false, items, from: item.from, where },
    orderBy: [],
    columns,
    valueTable: false,
  };
  return standingFor(relation, withHidden(derivedItem(binder, query, undefined, span), item, alias));
}

function standingFor(relation: Relation, item: FromItem): FromItem {
  return item.from.kind === 'derived' ? { ...item, from: { ...item.from, relation } } : item;
}

/** The item with the hidden columns of another, which has the same columns, hidden too. */
function withHidden(item: FromItem, like: FromItem, alias: string | undefined): FromItem {
  const columns = item.columns.map((column, index) =>
    like.columns[index]?.hidden === true ? { ...column, hidden: true } : column,
  );
  return tableItem(item.from, columns, alias);
}

/** Every table that the wildcard matches, one below the other, with its _TABLE_SUFFIX; missing columns are NULL. */
function wildcardItem(
  binder: Binder,
  relation: WildcardRelation,
  alias: string | undefined,
  span: Span,
  asOf?: BoundExpression,
): FromItem {
  const names = [...relation.columns.map(({ name }) => name), '_TABLE_SUFFIX'];
  const queries = relation.tables.map(({ suffix, relation: table }): BoundQuery => {
    const item = relationItem(binder, table, undefined, span, asOf);
    const values = relation.columns.map(({ name, type }) => {
      const column = item.columns.find((candidate) => sameName(candidate.name ?? '', name));
      return column?.expression ?? literal(unlimited(type), null, span);
    });
    const items = [...values, text(suffix, span)];
    return {
      ctes: [],
      recursive: false,
      body: { kind: 'select', distinct: false, items, from: item.from },
      orderBy: [],
      columns: outputColumns(items, names),
      valueTable: false,
    };
  });
  const [first, ...others] = queries;
  if (first === undefined) throw binder.fail('unknown-table', span, `${relation.path.table} does not match any table`);
  const all = others.reduce((above, below) => unionAll(binder, above, below, span), first);
  const item = derivedItem(binder, all, undefined, span);
  const columns = item.columns.map((column) =>
    column.name === '_TABLE_SUFFIX' ? { ...column, hidden: true } : column,
  );
  return tableItem(item.from, columns, alias);
}

function bindView(binder: Binder, view: ViewRelation, span: Span): BoundQuery {
  const { project, dataset, table } = view.path;
  const inside = binder.inside(new Source(view.query, `${project}.${dataset}.${table}`), project, span);
  const node = parseQuery(new Cursor(inside.source, lex(inside.source)));
  const query = asRows(inside, bindQuery(inside, NOWHERE, node), node);
  // A view may name its columns itself.
  const columns = query.columns.map((column, index) => {
    const declared = view.columns[index];
    return declared === undefined ? column : { ...column, name: declared.name };
  });
  return { ...query, columns };
}
