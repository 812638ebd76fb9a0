import { type Kysely, sql } from 'kysely';
import type { TablePath } from '../../sql/catalog.ts';
import { schemaOf } from '../tablename.ts';
import { readDocument, type TableDocument } from './document.ts';

/** A native table as DuckLake's catalog has it now. */
export interface NativeTable {
  readonly path: TablePath;
  readonly document: TableDocument;
  readonly rows: number;
  /** Of its files. */
  readonly bytes: number;
  readonly modifiedAt: Date;
  /** Changes whenever the table does. */
  readonly version: string;
}

interface Row {
  readonly table_id: number;
  readonly table_name: string;
  readonly comment: string;
  readonly records: number;
  readonly bytes: number;
  readonly deleted: number;
  readonly snapshot: number;
  readonly modified: Date | null;
}

/**
 * The native tables of a dataset, or one of them, straight from DuckLake's tables (format version 1): no
 * engine has to be running. What has no end_snapshot is current; rows are those of the data files less
 * those that delete files take out.
 */
export async function nativeTables(
  db: Kysely<never>,
  dataset: { readonly project: string; readonly dataset: string },
  table?: string,
): Promise<NativeTable[]> {
  const { rows } = await sql<Row>`
    SELECT t.table_id, t.table_name, comment.value AS comment, files.records, files.bytes, deletes.deleted,
      changed.snapshot, moment.snapshot_time AS modified
    FROM ducklake.ducklake_schema s
    JOIN ducklake.ducklake_table t ON t.schema_id = s.schema_id AND t.end_snapshot IS NULL
    JOIN ducklake.ducklake_tag comment
      ON comment.object_id = t.table_id AND comment.key = 'comment' AND comment.end_snapshot IS NULL
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(record_count), 0)::bigint AS records, coalesce(sum(file_size_bytes), 0)::bigint AS bytes
      FROM ducklake.ducklake_data_file WHERE table_id = t.table_id AND end_snapshot IS NULL) files
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(delete_count), 0)::bigint AS deleted
      FROM ducklake.ducklake_delete_file WHERE table_id = t.table_id AND end_snapshot IS NULL) deletes
    CROSS JOIN LATERAL (
      SELECT greatest(t.begin_snapshot, comment.begin_snapshot,
        (SELECT max(greatest(begin_snapshot, end_snapshot)) FROM ducklake.ducklake_data_file WHERE table_id = t.table_id),
        (SELECT max(greatest(begin_snapshot, end_snapshot)) FROM ducklake.ducklake_delete_file WHERE table_id = t.table_id)
      ) AS snapshot) changed
    LEFT JOIN ducklake.ducklake_snapshot moment ON moment.snapshot_id = changed.snapshot
    WHERE s.schema_name = ${schemaOf(dataset)} AND s.end_snapshot IS NULL
      AND ${table === undefined ? sql`TRUE` : sql`t.table_name = ${table}`}
    ORDER BY t.table_name`.execute(db);
  return rows.flatMap((row) => {
    const document = readDocument(row.comment);
    // An expired table is there until maintenance drops it, but for nobody.
    if (document === undefined || (document.lifetime?.expiresAt ?? Infinity) <= Date.now()) return [];
    return [
      {
        path: { project: dataset.project, dataset: dataset.dataset, table: row.table_name },
        document,
        rows: row.records - row.deleted,
        bytes: row.bytes,
        modifiedAt: row.modified ?? new Date(document.createdAt),
        version: `${row.table_id}-${row.snapshot}`,
      },
    ];
  });
}

/** DuckLake keeps no indexes by table; without them every look-up reads the files of all tables. */
export async function indexDuckLake(db: Kysely<never>): Promise<void> {
  const indexes = [
    ['ducklake_data_file', 'table_id'],
    ['ducklake_delete_file', 'table_id'],
    ['ducklake_tag', 'object_id'],
    ['ducklake_column', 'table_id'],
    ['ducklake_snapshot_changes', 'commit_extra_info'],
  ] as const;
  for (const [table, column] of indexes) {
    const index = sql.id(`arcos_${table}_${column}`);
    await sql`CREATE INDEX IF NOT EXISTS ${index} ON ${sql.id('ducklake', table)} (${sql.id(column)})`.execute(db);
  }
}
