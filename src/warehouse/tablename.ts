import { ArcosError } from '../base/errors.ts';
import { type TablePath, TEMPORARY_DATASET } from '../sql/catalog.ts';
import { quoteName } from '../sql/duckdb.ts';

/** DuckDB's name of the attached catalog. */
export const CATALOG = 'lake';

/** The DuckLake schema of a dataset: all datasets of all projects are in one catalog. */
export function schemaOf({ project, dataset }: { project: string; dataset: string }): string {
  return `${project}.${dataset}`;
}

/** The engine's name of a native table: `lake."project.dataset"."table"`; a temporary one is its session's. */
export function engineName(path: TablePath): string {
  const schema = path.dataset === TEMPORARY_DATASET ? 'temp.main' : `${CATALOG}.${quoteName(schemaOf(path))}`;
  return `${schema}.${lastName(path)}`;
}

/** The last part of the engine's name. */
export function lastName({ dataset, table }: TablePath): string {
  return quoteName(dataset === TEMPORARY_DATASET ? `t_${table}` : table);
}

/** `project.dataset.table`, for messages. */
export function displayName({ project, dataset, table }: TablePath): string {
  return `${project}:${dataset}.${table}`;
}

/** Throws INVALID for a name that no dataset can have (BigQuery, Name datasets). */
export function checkDatasetName(dataset: string): void {
  if (/^[A-Za-z0-9_-]{1,1024}$/.test(dataset)) return;
  throw new ArcosError(
    'INVALID',
    `Invalid dataset ID "${dataset}". Dataset IDs must be alphanumeric (plus underscores and dashes) and must be at most 1024 characters long.`,
  );
}

/** Throws INVALID for a name that no table can have (BigQuery, Table naming). */
export function checkTableName(table: string): void {
  if (/^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]+$/u.test(table) && Buffer.byteLength(table) <= 1024) return;
  throw new ArcosError('INVALID', `Invalid table ID "${table}"`, {
    hint: 'Use letters, marks, numbers, connectors, dashes and spaces, up to 1,024 bytes.',
  });
}
