import type { Expression, Name } from '../ast/expression.ts';
import type { Assignment, Dml, MergeClause, ObjectName } from '../ast/statement.ts';
import type { BoundAssignment, BoundDml, BoundExpression, BoundMergeClause, BoundQuery } from '../bound.ts';
import type { ColumnInfo, NativeRelation } from '../catalog.ts';
import type { Span } from '../source.ts';
import { type SqlType, sameType, unlimited } from '../type.ts';
import { type Binder, NOWHERE, type Place } from './binder.ts';
import { columnDefault, defaultedColumns, withDefaults } from './columndefault.ts';
import { bindCondition, bindExpression } from './expression.ts';
import { bindFrom, derivedItem, type FromItem } from './from.ts';
import { coerce, literal } from './make.ts';
import { existingRelation } from './object.ts';
import { outputColumns } from './output.ts';
import { bindQuery } from './query.ts';
import { Scope, type ScopeColumn, sameName } from './scope.ts';

export function bindDml(binder: Binder, node: Dml): BoundDml {
  const target = bindTarget(binder, node.target, node);
  switch (node.kind) {
    case 'truncate':
      return { kind: 'truncate', target, ...binder.uses };
    case 'insert':
      return bindInsert(binder, node, target);
    case 'delete': {
      const { id, place } = targetPlace(binder, target, node.alias, node);
      const where = node.where && bindCondition(binder, place, node.where, 'WHERE clause');
      if (where === undefined)
        throw binder.fail('dml', node, 'DELETE must have a WHERE clause', 'Write WHERE TRUE to delete every row.');
      return { kind: 'delete', target, id, where, ...binder.uses };
    }
    case 'update':
      return bindUpdate(binder, node, target);
    case 'merge':
      return bindMerge(binder, node, target);
  }
}

function bindTarget(binder: Binder, name: ObjectName, span: Span): NativeRelation {
  const relation = existingRelation(binder, name, span);
  const { dataset, table } = relation.path;
  if (relation.kind === 'native' && relation.snapshot !== true) return relation;
  if (relation.kind === 'native')
    throw binder.fail('dml', span, `${dataset}.${table} is a snapshot, whose rows cannot be changed`);
  const what = { view: 'a view', external: 'an external table', wildcard: 'a wildcard table' }[relation.kind];
  throw binder.fail('dml', span, `${dataset}.${table} is ${what}; only native tables can be changed`);
}

function targetPlace(
  binder: Binder,
  target: NativeRelation,
  alias: Name | undefined,
  span: Span,
): { id: string; place: Place; item: FromItem } {
  const id = binder.newId();
  const columns = target.columns.map((column): ScopeColumn => columnOf(id, column, span));
  const table = { alias: alias?.name ?? target.path.table, columns };
  const item: FromItem = { from: { kind: 'scan', id, relation: target }, tables: [table], columns };
  return { id, item, place: { ...NOWHERE, scope: new Scope(undefined, [table]) } };
}

function columnOf(id: string, { name, type }: ColumnInfo, span: Span): ScopeColumn {
  return { name, expression: { kind: 'column', table: id, column: name, type: unlimited(type), span } };
}

function findColumn(binder: Binder, target: NativeRelation, name: Name): ColumnInfo {
  const column = target.columns.find((candidate) => sameName(candidate.name, name.name));
  if (column !== undefined) return column;
  throw binder.fail(
    'unknown-column',
    name,
    `Column ${name.name} is not present in table ${target.path.dataset}.${target.path.table}`,
  );
}

/** A value as a column keeps it: converted, and held to the column's limits. */
function stored(binder: Binder, value: BoundExpression, column: ColumnInfo): BoundExpression {
  const converted = coerce(binder, value, column.type, `Value for column ${column.name}`);
  if (!limits(column.type) || !sameType(converted.type, column.type)) return converted;
  return { kind: 'cast', type: column.type, operand: converted, safe: false, implicit: true, span: value.span };
}

function limits(type: SqlType): boolean {
  return 'maxLength' in type || 'precision' in type;
}

function bindInsert(binder: Binder, node: Extract<Dml, { kind: 'insert' }>, target: NativeRelation): BoundDml {
  const columns =
    node.columns.length === 0 ? target.columns : node.columns.map((name) => findColumn(binder, target, name));
  const query =
    node.source.kind === 'values'
      ? insertedRows(binder, node.source.rows, columns, target, node)
      : insertedQuery(binder, bindQuery(binder, NOWHERE, node.source.query), columns, node);
  const more = defaultedColumns(target, columns);
  return {
    kind: 'insert',
    target,
    columns: [...columns, ...more].map(({ name }) => name),
    query: withDefaults(binder, target, query, more, node),
    ...binder.uses,
  };
}

function insertedRows(
  binder: Binder,
  rows: readonly (readonly Expression[])[],
  columns: readonly ColumnInfo[],
  target: NativeRelation,
  span: Span,
): BoundQuery {
  const bound = rows.map((row) => {
    if (row.length !== columns.length) {
      throw binder.fail(
        'dml',
        row[0] ?? span,
        `Inserted row has wrong column count; Has ${row.length}, expected ${columns.length}`,
      );
    }
    return row.map((value, index) => assigned(binder, NOWHERE, value, target, columns[index] as ColumnInfo));
  });
  const keys = outputColumns(
    bound[0] ?? [],
    columns.map(({ name }) => name),
  );
  return {
    ctes: [],
    recursive: false,
    body: { kind: 'values', rows: bound },
    orderBy: [],
    columns: keys,
    valueTable: false,
  };
}

/** An assigned value; DEFAULT is the column's default, which is NULL unless the table says otherwise. */
function assigned(
  binder: Binder,
  place: Place,
  value: Expression,
  target: NativeRelation,
  column: ColumnInfo,
): BoundExpression {
  if (value.kind === 'default') return columnDefault(binder, target, column, value);
  return stored(binder, bindExpression(binder, place, value), column);
}

function insertedQuery(binder: Binder, query: BoundQuery, columns: readonly ColumnInfo[], span: Span): BoundQuery {
  if (query.columns.length !== columns.length) {
    throw binder.fail(
      'dml',
      span,
      `Inserted row has wrong column count; Has ${query.columns.length}, expected ${columns.length}`,
    );
  }
  const { body } = query;
  const literals = body.kind === 'select' && !body.distinct ? body.items : undefined;
  if (literals !== undefined && query.orderBy.length === 0) {
    // Literals in the list convert as freely as in VALUES.
    const items = literals.map((item, index) => stored(binder, item, columns[index] as ColumnInfo));
    return { ...query, body: { ...body, items } as BoundQuery['body'] };
  }
  const item = derivedItem(binder, { ...query, valueTable: false }, undefined, span);
  const items = columns.map((column, index) =>
    stored(binder, item.columns[index]?.expression ?? literal(column.type, null, span), column),
  );
  const keys = outputColumns(
    items,
    columns.map(({ name }) => name),
  );
  return {
    ctes: [],
    recursive: false,
    body: { kind: 'select', distinct: false, items, from: item.from },
    orderBy: [],
    columns: keys,
    valueTable: false,
  };
}

function bindUpdate(binder: Binder, node: Extract<Dml, { kind: 'update' }>, target: NativeRelation): BoundDml {
  const { id, place, item } = targetPlace(binder, target, node.alias, node);
  const from = node.from && bindFrom(binder, place, node.from);
  const scope = new Scope(undefined, [...item.tables, ...(from?.tables ?? [])]);
  const inside: Place = { ...NOWHERE, scope, noAggregates: 'UPDATE', noWindows: 'UPDATE' };
  if (node.where === undefined)
    throw binder.fail('dml', node, 'UPDATE must have a WHERE clause', 'Write WHERE TRUE to update every row.');
  const where = bindCondition(binder, inside, node.where, 'WHERE clause');
  const assignments = bindAssignments(binder, inside, node.assignments, target, id);
  return {
    kind: 'update',
    target,
    id,
    assignments,
    ...(from === undefined ? {} : { from: from.from }),
    where,
    ...binder.uses,
  };
}

/** Assignments by column; those to fields of one struct column are put together. */
function bindAssignments(
  binder: Binder,
  place: Place,
  nodes: readonly Assignment[],
  target: NativeRelation,
  id: string,
): BoundAssignment[] {
  const values = new Map<string, { column: ColumnInfo; value: BoundExpression }>();
  for (const node of nodes) {
    const [first, ...fields] = node.path;
    // `alias.column = ...` names the column by the table.
    const qualified =
      fields.length > 0 && first !== undefined && target.columns.every(({ name }) => !sameName(name, first.name));
    const path = qualified ? fields : node.path;
    const name = path[0];
    if (name === undefined) continue;
    const column = findColumn(binder, target, name);
    const current = values.get(column.name)?.value ?? columnOf(id, column, name).expression;
    const value =
      path.length === 1
        ? assigned(binder, place, node.value, target, column)
        : withField(binder, place, current, path.slice(1), node.value);
    if (path.length === 1 && values.has(column.name))
      throw binder.fail('dml', node, `Column ${column.name} is updated twice`);
    values.set(column.name, { column, value });
  }
  return [...values.values()].map(({ column, value }) => ({ column: column.name, value }));
}

/** A struct with one field, or a field of its field, changed. */
function withField(
  binder: Binder,
  place: Place,
  object: BoundExpression,
  path: readonly Name[],
  node: Expression,
): BoundExpression {
  const [name, ...rest] = path;
  const { type } = object;
  if (name === undefined) return coerce(binder, bindExpression(binder, place, node), type, 'Assigned value');
  const index =
    type.kind === 'STRUCT'
      ? type.fields.findIndex((field) => field.name !== undefined && sameName(field.name, name.name))
      : -1;
  if (type.kind !== 'STRUCT' || index < 0)
    throw binder.fail('no-field', name, `Field name ${name.name} does not exist`);
  const values = type.fields.map((field, position): BoundExpression => {
    const member = object.kind === 'struct' ? object.values[position] : undefined;
    const value: BoundExpression = member ?? { kind: 'field', object, index: position, type: field.type, span: name };
    return position === index ? withField(binder, place, value, rest, node) : value;
  });
  return { kind: 'struct', type, values, span: object.span };
}

function bindMerge(binder: Binder, node: Extract<Dml, { kind: 'merge' }>, target: NativeRelation): BoundDml {
  const { id, item } = targetPlace(binder, target, node.alias, node);
  const source = bindFrom(binder, NOWHERE, node.source);
  const places = {
    target: { ...NOWHERE, scope: new Scope(undefined, item.tables) },
    source: { ...NOWHERE, scope: new Scope(undefined, source.tables, source.columns) },
    both: {
      ...NOWHERE,
      scope: new Scope(undefined, [...item.tables, ...source.tables], [...item.columns, ...source.columns]),
    },
  };
  const on = bindCondition(binder, places.both, node.on, 'MERGE ON clause');
  const clauses = node.clauses.map((clause) => bindClause(binder, clause, places, target, id, source));
  return { kind: 'merge', target, id, source: source.from, on, clauses, ...binder.uses };
}

type Places = Readonly<Record<'target' | 'source' | 'both', Place>>;

function bindClause(
  binder: Binder,
  clause: MergeClause,
  places: Places,
  target: NativeRelation,
  id: string,
  source: FromItem,
): BoundMergeClause {
  const place =
    clause.match === 'MATCHED' ? places.both : clause.match === 'NOT MATCHED BY SOURCE' ? places.target : places.source;
  const condition = clause.condition && bindCondition(binder, place, clause.condition, 'MERGE condition');
  const base = { match: clause.match, ...(condition === undefined ? {} : { condition }) };
  const { action } = clause;
  switch (action.kind) {
    case 'delete':
      return { ...base, action };
    case 'update':
      return {
        ...base,
        action: { kind: 'update', assignments: bindAssignments(binder, place, action.assignments, target, id) },
      };
    case 'insert': {
      const columns =
        action.columns.length === 0 ? target.columns : action.columns.map((name) => findColumn(binder, target, name));
      const values =
        action.values === 'ROW'
          ? rowValues(binder, columns, source, clause)
          : action.values.map((value, index) => assigned(binder, place, value, target, columns[index] as ColumnInfo));
      if (values.length !== columns.length) {
        throw binder.fail(
          'dml',
          clause,
          `Inserted row has wrong column count; Has ${values.length}, expected ${columns.length}`,
        );
      }
      const given = columns.map(({ name }, index) => ({ column: name, value: values[index] as BoundExpression }));
      const defaults = defaultedColumns(target, columns).map((column) => ({
        column: column.name,
        value: columnDefault(binder, target, column, clause),
      }));
      return { ...base, action: { kind: 'insert', assignments: [...given, ...defaults] } };
    }
  }
}

/** INSERT ROW takes the source's columns in order. */
function rowValues(binder: Binder, columns: readonly ColumnInfo[], source: FromItem, span: Span): BoundExpression[] {
  const visible = source.columns.filter(({ hidden }) => hidden !== true);
  if (visible.length !== columns.length) {
    throw binder.fail(
      'dml',
      span,
      `INSERT ROW needs a source of ${columns.length} columns, but it has ${visible.length}`,
    );
  }
  return columns.map((column, index) => stored(binder, (visible[index] as ScopeColumn).expression, column));
}
