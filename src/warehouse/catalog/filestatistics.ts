import { type Kysely, sql } from 'kysely';
import type { TablePath } from '../../sql/catalog.ts';
import { schemaOf } from '../tablename.ts';

/** What DuckLake knows of a column of a data file. */
export interface ColumnStatistics {
  /** Compressed, with all that is inside of a struct or array. */
  readonly bytes: number;
  /** Texts as DuckDB writes values; absent for columns of nulls, and for types that have no order. */
  readonly min?: string;
  readonly max?: string;
}

export type FileStatistics = ReadonlyMap<string, ColumnStatistics>;

/** The statistics of a table's current files, by column (DuckLake, ducklake_file_column_stats). */
export async function fileStatistics(db: Kysely<never>, { table, ...dataset }: TablePath): Promise<FileStatistics[]> {
  const { rows } = await sql<{
    file: number;
    name: string;
    bytes: number;
    min: string | null;
    max: string | null;
  }>`
    WITH RECURSIVE own AS (
      SELECT t.table_id FROM ducklake.ducklake_table t
      JOIN ducklake.ducklake_schema s ON s.schema_id = t.schema_id AND s.end_snapshot IS NULL
      WHERE s.schema_name = ${schemaOf(dataset)} AND t.table_name = ${table} AND t.end_snapshot IS NULL),
    tree AS (
      SELECT c.column_id, c.column_name AS root, TRUE AS top FROM ducklake.ducklake_column c, own
      WHERE c.table_id = own.table_id AND c.end_snapshot IS NULL AND c.parent_column IS NULL
      UNION ALL
      SELECT c.column_id, tree.root, FALSE FROM tree, own, ducklake.ducklake_column c
      WHERE c.table_id = own.table_id AND c.end_snapshot IS NULL AND c.parent_column = tree.column_id)
    SELECT f.data_file_id AS file, tree.root AS name, coalesce(sum(s.column_size_bytes), 0)::bigint AS bytes,
      max(s.min_value) FILTER (WHERE tree.top) AS min, max(s.max_value) FILTER (WHERE tree.top) AS max
    FROM own JOIN ducklake.ducklake_data_file f ON f.table_id = own.table_id AND f.end_snapshot IS NULL
    CROSS JOIN tree
    LEFT JOIN ducklake.ducklake_file_column_stats s ON s.data_file_id = f.data_file_id AND s.column_id = tree.column_id
    GROUP BY f.data_file_id, tree.root`.execute(db);
  return [...Map.groupBy(rows, ({ file }) => file).values()].map(
    (columns) =>
      new Map(
        columns.map(({ name, bytes, min, max }) => [
          name,
          { bytes, ...(min === null ? {} : { min }), ...(max === null ? {} : { max }) },
        ]),
      ),
  );
}
