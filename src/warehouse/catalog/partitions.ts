import { type Kysely, sql } from 'kysely';
import type { TableInfo } from '../port.ts';
import { schemaOf } from '../tablename.ts';

/** A data file of a native table. */
export interface DataFile {
  readonly dataset: string;
  readonly table: string;
  /** By the table's partition keys, in order; empty when it has none. */
  readonly values: readonly (string | null)[];
  readonly rows: number;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** The current files of a dataset's tables with the values of their partition keys (DuckLake, ducklake_file_partition_value). */
export async function dataFiles(
  db: Kysely<never>,
  dataset: { readonly project: string; readonly dataset: string },
): Promise<DataFile[]> {
  const { rows } = await sql<{
    table_name: string;
    values: (string | null)[] | null;
    records: number;
    bytes: number;
    modified: Date | null;
  }>`
    SELECT t.table_name, keys.values, f.record_count - coalesce(deletes.deleted, 0) AS records,
      f.file_size_bytes AS bytes, moment.snapshot_time AS modified
    FROM ducklake.ducklake_schema s
    JOIN ducklake.ducklake_table t ON t.schema_id = s.schema_id AND t.end_snapshot IS NULL
    JOIN ducklake.ducklake_data_file f ON f.table_id = t.table_id AND f.end_snapshot IS NULL
    LEFT JOIN ducklake.ducklake_snapshot moment ON moment.snapshot_id = f.begin_snapshot
    CROSS JOIN LATERAL (
      SELECT array_agg(partition_value ORDER BY partition_key_index) AS values
      FROM ducklake.ducklake_file_partition_value WHERE data_file_id = f.data_file_id) keys
    CROSS JOIN LATERAL (
      SELECT sum(delete_count)::bigint AS deleted
      FROM ducklake.ducklake_delete_file WHERE data_file_id = f.data_file_id AND end_snapshot IS NULL) deletes
    WHERE s.schema_name = ${schemaOf(dataset)} AND s.end_snapshot IS NULL`.execute(db);
  return rows.map((row) => ({
    dataset: dataset.dataset,
    table: row.table_name,
    values: row.values ?? [],
    rows: row.records,
    bytes: row.bytes,
    modifiedAt: row.modified ?? new Date(0),
  }));
}

export interface Partition {
  /** As BigQuery names it: `20240131`, `202401`, `__NULL__`; null for a table that is not partitioned. */
  readonly id: string | null;
  readonly rows: number;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** The partitions of a table that have rows. One by ranges of integers keeps no key by file, and is shown as a whole. */
export function partitionsOf(info: TableInfo, files: readonly DataFile[]): Partition[] {
  const { partitioning } = info;
  if (partitioning === undefined || partitioning.kind === 'range') {
    return [{ id: null, rows: info.rows ?? 0, bytes: info.bytes ?? 0, modifiedAt: info.modifiedAt }];
  }
  const groups = Map.groupBy(files, ({ values }) => partitionId(values));
  return [...groups].flatMap(([id, group]) => {
    const rows = group.reduce((sum, file) => sum + file.rows, 0);
    const bytes = group.reduce((sum, file) => sum + file.bytes, 0);
    const modifiedAt = new Date(Math.max(...group.map((file) => file.modifiedAt.getTime())));
    return rows === 0 ? [] : [{ id, rows, bytes, modifiedAt }];
  });
}

/** A day is one key, a DATE; other units are year, month and so on, each a key. */
function partitionId(values: readonly (string | null)[]): string {
  const known = values.filter((value) => value !== null);
  if (known.length < values.length || known.length === 0) return '__NULL__';
  return known.map((value) => (value.includes('-') ? value.replaceAll('-', '') : value.padStart(2, '0'))).join('');
}
