import type { Name } from '../ast/expression.ts';
import type { ColumnDefinition, Ddl } from '../ast/statement.ts';
import type { BoundQuery } from '../bound.ts';
import { TEMPORARY_DATASET } from '../catalog.ts';
import type { BoundColumn, BoundTableDdl } from '../ddl.ts';
import type { Span } from '../source.ts';
import { unlimited } from '../type.ts';
import { type Binder, NOWHERE } from './binder.ts';
import { bindExpression } from './expression.ts';
import { derivedItem } from './from.ts';
import { coerce, literal } from './make.ts';
import { bindTablePath, existingRelation } from './object.ts';
import { bindOptions } from './option.ts';
import { outputColumns } from './output.ts';
import { bindPartitioning } from './partition.ts';
import { asRows, bindQuery } from './query.ts';
import { relationItem } from './relation.ts';
import { sameName } from './scope.ts';
import { selectAll } from './select.ts';
import { bindType } from './typenode.ts';

type CreateTable = Extract<Ddl, { kind: 'create_table' }>;

export function bindCreateTable(binder: Binder, node: CreateTable): BoundTableDdl {
  const path = node.temporary ? temporaryPath(binder, node) : bindTablePath(binder, node.name, node);
  refuseCollation(binder, node.collate, node);
  const declared = node.columns?.map((column) => bindColumn(binder, column));
  const copied = node.source && copiedTable(binder, node.source);
  const query = node.query && asRows(binder, bindQuery(binder, NOWHERE, node.query), node);
  const columns = declared ?? copied?.columns ?? (query === undefined ? [] : namedColumns(binder, query, node));
  if (columns.length === 0 && declared === undefined) {
    throw binder.fail('table', node, 'CREATE TABLE needs columns or a query');
  }
  const partitioning =
    node.partitionBy === undefined ? copied?.partitioning : bindPartitioning(binder, node.partitionBy, columns);
  const rows = query ?? copied?.rows;
  return {
    kind: 'create_table',
    mode: node.mode,
    path,
    columns,
    ...(partitioning === undefined ? {} : { partitioning }),
    clustering: node.clusterBy.map((name) => clusterColumn(binder, name, columns)),
    options: bindOptions(binder, node.options),
    ...(rows === undefined ? {} : { query: declared === undefined ? rows : shaped(binder, rows, declared, node) }),
    ...(copied === undefined ? {} : { source: copied.source }),
    ...binder.uses,
  };
}

function temporaryPath(binder: Binder, { name, ...span }: CreateTable) {
  const [only] = name;
  if (only === undefined || name.length > 1) {
    throw binder.fail('table-name', span, 'A temporary table has no dataset: write its name alone');
  }
  return { project: binder.session.defaults.project, dataset: TEMPORARY_DATASET, table: only.name };
}

/** Only values can be collated (COLLATE): a column that says so and compares by bytes would be wrong. */
export function refuseCollation(binder: Binder, collate: string | undefined, span: Span): void {
  if (collate === undefined || collate === '') return;
  throw binder.fail(
    'unsupported',
    span,
    `Columns with the collation '${collate}' are not available`,
    'Write COLLATE(column, ...) where it is compared.',
  );
}

export function bindColumn(binder: Binder, node: ColumnDefinition): BoundColumn {
  refuseCollation(binder, node.collate, node);
  const options = bindOptions(binder, node.options);
  const { description } = options;
  const type = bindType(binder, node.type);
  if (node.default !== undefined) coerce(binder, bindExpression(binder, NOWHERE, node.default), type, 'A default');
  return {
    name: node.name.name,
    type,
    nullable: !node.notNull,
    ...(typeof description === 'string' ? { description } : {}),
    ...(node.default === undefined ? {} : { default: binder.source.text.slice(node.default.start, node.default.end) }),
    options,
  };
}

export function clusterColumn(binder: Binder, name: Name, columns: readonly BoundColumn[]): string {
  const column = columns.find((candidate) => sameName(candidate.name, name.name));
  if (column !== undefined) return column.name;
  throw binder.fail('cluster', name, 'The field specified for clustering cannot be found in the schema');
}

/** A query's columns as those of a table, which need names of their own. */
export function namedColumns(binder: Binder, query: BoundQuery, span: Span): BoundColumn[] {
  const seen = new Set<string>();
  return query.columns.map(({ name, type }, index) => {
    if (name === undefined) {
      throw binder.fail('table', span, `CREATE TABLE columns must be named, but column ${index + 1} has no name`);
    }
    if (seen.has(name.toLowerCase())) {
      throw binder.fail('table', span, `CREATE TABLE has columns with duplicate name ${name}`);
    }
    seen.add(name.toLowerCase());
    return { name, type: unlimited(type), nullable: true, options: {} };
  });
}

/** The layout of the table that the new one is made after, and its rows where it takes them. */
function copiedTable(binder: Binder, node: NonNullable<CreateTable['source']>) {
  const { start = 0 } = node.name[0] ?? {};
  const span = { start, end: node.name.at(-1)?.end ?? start };
  const relation = existingRelation(binder, node.name, span);
  const asOf = node.asOf && bindExpression(binder, NOWHERE, node.asOf);
  const item = relationItem(binder, relation, undefined, span, asOf);
  const rows: BoundQuery = { ctes: [], recursive: false, ...selectAll(item), orderBy: [], valueTable: false };
  return {
    columns: relation.columns.map((column): BoundColumn => ({ ...column, options: {} })),
    partitioning: relation.kind === 'native' ? relation.partitioning : undefined,
    source: { how: node.how, path: relation.path },
    rows: node.how === 'LIKE' ? undefined : rows,
  };
}

/** A query's result in the columns that were declared for it. */
function shaped(binder: Binder, query: BoundQuery, columns: readonly BoundColumn[], span: Span): BoundQuery {
  if (query.columns.length !== columns.length) {
    const wrong = `CREATE TABLE declares ${columns.length} columns but its query has ${query.columns.length}`;
    throw binder.fail('table', span, wrong);
  }
  const item = derivedItem(binder, { ...query, valueTable: false }, undefined, span);
  const items = columns.map((column, index) => {
    const value = item.columns[index]?.expression ?? literal(column.type, null, span);
    return coerce(binder, value, column.type, `Column ${column.name}`);
  });
  const names = columns.map(({ name }) => name);
  return {
    ctes: [],
    recursive: false,
    body: { kind: 'select', distinct: false, items, from: item.from },
    orderBy: [],
    columns: outputColumns(items, names),
    valueTable: false,
  };
}
