import type { ExternalRelation, TablePath } from '../../sql/catalog.ts';
import type { Known, Reader } from '../catalog/source.ts';
import { COLUMN_FIELD_PATHS, COLUMNS } from './columns.ts';
import { JOBS, JOBS_BY_USER } from './jobs.ts';
import { MATERIALIZED_VIEWS, META_TABLES } from './metatables.ts';
import { PARAMETERS, ROUTINES } from './routines.ts';
import { SCHEMATA, SCHEMATA_OPTIONS } from './schemata.ts';
import { PARTITIONS, TABLE_OPTIONS, TABLE_STORAGE, TABLES, VIEWS } from './tables.ts';
import { columnsOf, type SchemaView, scopeOf } from './view.ts';

const PREFIX = 'INFORMATION_SCHEMA.';

const VIEWS_BY_NAME: Readonly<Record<string, SchemaView>> = {
  SCHEMATA,
  SCHEMATA_OPTIONS,
  TABLES,
  TABLE_OPTIONS,
  COLUMNS,
  COLUMN_FIELD_PATHS,
  PARTITIONS,
  TABLE_STORAGE,
  TABLE_STORAGE_BY_PROJECT: TABLE_STORAGE,
  VIEWS,
  MATERIALIZED_VIEWS,
  ROUTINES,
  PARAMETERS,
  JOBS,
  JOBS_BY_PROJECT: JOBS,
  JOBS_BY_USER,
};

/** The view of a dataset's tables that was there before INFORMATION_SCHEMA. */
const META_TABLE = '__TABLES__';

export function isInformationSchema({ table }: TablePath): boolean {
  return table.startsWith(PREFIX) || table.toUpperCase() === META_TABLE;
}

/**
 * A view of INFORMATION_SCHEMA as the reader sees it at this moment: its rows are written to a file that
 * lives as long as the statement. Undefined for a view that there is not.
 */
export async function informationSchema(
  known: Known,
  reader: Reader,
  path: TablePath,
): Promise<ExternalRelation | undefined> {
  const view = path.table.startsWith(PREFIX) ? VIEWS_BY_NAME[path.table.slice(PREFIX.length)] : META_TABLES;
  if (view === undefined) return undefined;
  const { authoriser, principal } = reader;
  const scope = scopeOf({ ...known, authoriser, principal: principal.id }, path);
  const uri = await reader.scratch.lines(await view.rows(scope));
  return {
    kind: 'external',
    path,
    columns: columnsOf(view),
    format: 'NEWLINE_DELIMITED_JSON',
    files: [{ uri, partition: {} }],
    partitionKeys: [],
  };
}

/** Names of the views, for hints. */
export const SCHEMA_VIEWS: readonly string[] = Object.keys(VIEWS_BY_NAME).map((name) => PREFIX + name);
