import { type ColumnInfo, type Partitioning, type TablePath, TEMPORARY_DATASET } from '../../../sql/catalog.ts';
import type { BoundTableDdl } from '../../../sql/ddl.ts';
import { duckdbType, emitQuery, quoteName, quoteText } from '../../../sql/duckdb.ts';
import { type TableDocument, writeDocument } from '../../catalog/document.ts';
import { CATALOG, displayName, engineName, lastName, schemaOf } from '../../tablename.ts';
import { type EngineTask, SOURCE } from './protocol.ts';

type CreateTable = Extract<BoundTableDdl, { kind: 'create_table' }>;

/** Steps that make a table, replacing one of its name, and fill it from `source`: to be run in one transaction. */
export function createTableSteps(
  statement: CreateTable,
  document: TableDocument,
): Required<Pick<EngineTask, 'steps'>> & Pick<EngineTask, 'source'> {
  const { path, columns } = statement;
  // One that is made of itself is written beside itself: its rows are needed to the last.
  const own = readsItself(statement);
  const table = engineName(own ? { ...path, table: `${path.table} (new)` } : path);
  const definitions = columns.map(
    ({ name, type, nullable }) => `${quoteName(name)} ${duckdbType(type)}${nullable ? '' : ' NOT NULL'}`,
  );
  const { partitioning } = document;
  if (partitioning?.kind === 'ingestion') {
    definitions.push(`"_PARTITIONTIME" TIMESTAMPTZ DEFAULT date_trunc('${partitioning.unit.toLowerCase()}', now())`);
  }
  // DuckDB knows no table without columns.
  if (definitions.length === 0) definitions.push('"_empty" BOOLEAN');
  const temporary = path.dataset === TEMPORARY_DATASET;
  const steps = temporary ? [] : [`CREATE SCHEMA IF NOT EXISTS ${CATALOG}.${quoteName(schemaOf(path))}`];
  steps.push(`CREATE OR REPLACE ${temporary ? 'TEMP ' : ''}TABLE ${table} (${definitions.join(', ')})`);
  if (partitioning !== undefined && !temporary) {
    const keys = partitionKeys(partitioning, columns);
    if (keys.length > 0) steps.push(`ALTER TABLE ${table} SET PARTITIONED BY (${keys.join(', ')})`);
  }
  if (statement.query !== undefined) {
    const order = sortKeys(document);
    const names = columns.map(({ name }) => quoteName(name)).join(', ');
    const sorted = order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`;
    steps.push(`INSERT INTO ${table} (${names}) SELECT * FROM ${SOURCE}${sorted}`);
  }
  if (own) steps.push(dropTableStep(path), `ALTER TABLE ${table} RENAME TO ${lastName(path)}`);
  if (!temporary) steps.push(documentStep(path, document));
  return statement.query === undefined ? { steps } : { steps, source: emitQuery(statement.query) };
}

function readsItself({ path, query, reads }: CreateTable): boolean {
  const name = displayName(path).toLowerCase();
  return query !== undefined && reads.some((read) => displayName(read).toLowerCase() === name);
}

/** Writes what the table is beside its columns. */
export function documentStep(path: TablePath, document: TableDocument): string {
  return `COMMENT ON TABLE ${engineName(path)} IS ${quoteText(writeDocument(document))}`;
}

export function dropTableStep(path: TablePath): string {
  return `DROP TABLE ${engineName(path)}`;
}

/** Drops the tables of a dataset. */
export function dropSchemaStep(dataset: { readonly project: string; readonly dataset: string }): string {
  return `DROP SCHEMA IF EXISTS ${CATALOG}.${quoteName(schemaOf(dataset))} CASCADE`;
}

/**
 * DuckLake's partitioning for BigQuery's. A DATE by day is its own key; coarser units, and instants, are
 * keys of year, month, day and hour, so that a filter on the column still skips files. Ranges of integers
 * have no key: the rows are sorted by the column and each file knows its least and greatest value.
 */
function partitionKeys(partitioning: Partitioning, columns: readonly ColumnInfo[]): string[] {
  if (partitioning.kind === 'range') return [];
  const units = ['year', 'month', 'day', 'hour'];
  const column = partitioning.kind === 'time' ? partitioning.column : '_PARTITIONTIME';
  const name = quoteName(column);
  const type = columns.find((candidate) => candidate.name === column)?.type.kind;
  if (partitioning.unit === 'DAY' && type === 'DATE') return [name];
  return units.slice(0, units.indexOf(partitioning.unit.toLowerCase()) + 1).map((unit) => `${unit}(${name})`);
}

function sortKeys({ partitioning, clustering = [] }: TableDocument): string[] {
  const keys = partitioning?.kind === 'range' ? [partitioning.column, ...clustering] : clustering;
  return keys.map(quoteName);
}
