import { type Kysely, sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { quoteName, quoteText } from '../sql/duckdb.ts';
import { readDocument } from './catalog/document.ts';
import { dropTableStep } from './engines/duckdb/ddl.ts';
import type { Engine } from './engines/duckdb/engine.ts';
import { CATALOG } from './tablename.ts';

export interface MaintenanceOptions {
  /** Says what would be done, and does nothing. */
  readonly dryRun: boolean;
  /** Days that tables can be read as they were (FOR SYSTEM_TIME AS OF). */
  readonly keepDays: number;
}

/** What was done, or would be. */
export interface MaintenanceReport {
  readonly dryRun: boolean;
  /** Tables whose time was over. */
  readonly expiredTables: readonly string[];
  /** Tables that lost partitions whose time was over. */
  readonly expiredPartitions: readonly string[];
  /** Tables with small files that became larger ones, or with files of which much was deleted. */
  readonly compacted: readonly string[];
  /** States of the past that can no longer be read. */
  readonly expiredSnapshots: number;
  /** Files that no state needs any more. */
  readonly removedFiles: number;
  /** Files that work left behind which was killed. */
  readonly orphans: number;
}

const SMALL_BYTES = 64 * 1024 * 1024;
const DELETED_SHARE = 0.1;
/** A query may still read what was replaced, and a transaction may still be writing. */
const GRACE = '1 day';

interface StoredTable {
  readonly schema: string;
  readonly table: string;
  readonly comment: string;
  readonly small: boolean;
  readonly deleted: boolean;
}

/**
 * Tidies the tables up: each table in a transaction of its own, which is there whole or not at all, and files are removed
 * only a day after the last state that needs them went, so that whoever reads goes on reading. Killed at any moment it
 * leaves nothing that the next run does not find.
 */
export async function maintain(
  db: Kysely<never>,
  engine: Engine,
  { dryRun, keepDays }: MaintenanceOptions,
  clock: Clock,
): Promise<MaintenanceReport> {
  const now = clock.now();
  const stored = await storedTables(db);
  const expired = stored.filter(
    ({ comment }) => (readDocument(comment)?.lifetime?.expiresAt ?? Infinity) <= now.getTime(),
  );
  const kept = stored.filter((table) => !expired.includes(table));
  const old = kept.flatMap((table) => {
    const condition = expiredRows(table, now);
    return condition === undefined ? [] : [{ table, condition }];
  });
  const scattered = kept.filter(({ small, deleted }) => small || deleted);
  const before: StoredTable[] = [];
  for (const { table, condition } of old) {
    const [rows] = await ask(engine, `SELECT count(*) FROM ${nameOf(table)} WHERE ${condition}`);
    if (Number(rows) > 0) before.push(table);
    if (Number(rows) > 0 && !dryRun)
      await engine.run({ steps: [`DELETE FROM ${nameOf(table)} WHERE ${condition}`], counted: [0] });
  }
  if (!dryRun) {
    for (const { schema, table } of expired) {
      const [project = '', dataset = ''] = splitSchema(schema);
      await engine.run({ steps: [dropTableStep({ project, dataset, table })] });
    }
    for (const table of scattered) await engine.run({ steps: compaction(table) });
  }
  const only = dryRun ? ', dry_run => true' : '';
  const past = (functionName: string, interval: string) =>
    ask(
      engine,
      `SELECT count(*) FROM ${functionName}('${CATALOG}', older_than => now() - INTERVAL '${interval}'${only})`,
    );
  const [snapshots] = await past('ducklake_expire_snapshots', `${keepDays} days`);
  const [files] = await past('ducklake_cleanup_old_files', GRACE);
  const [orphans] = await past('ducklake_delete_orphaned_files', GRACE);
  return {
    dryRun,
    expiredTables: expired.map(display),
    expiredPartitions: before.map(display),
    compacted: scattered.map(display),
    expiredSnapshots: Number(snapshots),
    removedFiles: Number(files),
    orphans: Number(orphans),
  };
}

const nameOf = ({ schema, table }: StoredTable): string => `${CATALOG}.${quoteName(schema)}.${quoteName(table)}`;
const display = ({ schema, table }: StoredTable): string => `${schema}.${table}`;
const splitSchema = (schema: string): string[] => {
  const at = schema.lastIndexOf('.');
  return [schema.slice(0, at), schema.slice(at + 1)];
};

/** The name behind it is for the commit, which syncs the files of the tables that its steps name. */
function compaction(stored: StoredTable): string[] {
  const { schema, table, small, deleted } = stored;
  const of = `${quoteText(CATALOG)}, ${quoteText(table)}, schema => ${quoteText(schema)}`;
  const about = `/* ${nameOf(stored).replaceAll('*/', '')} */`;
  return [
    ...(deleted ? [`CALL ducklake_rewrite_data_files(${of}, delete_threshold => ${DELETED_SHARE}) ${about}`] : []),
    ...(small ? [`CALL ducklake_merge_adjacent_files(${of}) ${about}`] : []),
  ];
}

/** The rows of partitions whose time is over (GoogleSQL, partition_expiration_days); undefined where none ends. */
function expiredRows({ comment }: StoredTable, now: Date): string | undefined {
  const document = readDocument(comment);
  const { partitioning, columns = [] } = document ?? {};
  const after = document?.lifetime?.partitionExpirationMs;
  if (after === undefined || partitioning === undefined || partitioning.kind === 'range') return undefined;
  const column = partitioning.kind === 'time' ? partitioning.column : '_PARTITIONTIME';
  const kind = columns.find(({ name }) => name === column)?.type.kind ?? 'TIMESTAMP';
  const moment = new Date(now.getTime() - after).toISOString().replace('T', ' ').slice(0, 19);
  const type = kind === 'TIMESTAMP' ? 'TIMESTAMPTZ' : 'TIMESTAMP';
  return `date_trunc(${quoteText(partitioning.unit.toLowerCase())}, CAST(${quoteName(column)} AS ${type})) <= CAST(${quoteText(`${moment}${kind === 'TIMESTAMP' ? '+00' : ''}`)} AS ${type})`;
}

/** A question whose first row is wanted. Not as a table of its own: what it calls writes to the lake. */
async function ask(engine: Engine, question: string): Promise<readonly string[]> {
  const result = { sql: question, forms: ['CAST(COLUMNS(*) AS VARCHAR)'], firstPage: 1, constant: true };
  const answer = await engine.run({ steps: [], result });
  return answer.pages ?? [];
}

/** Every native table, whether several of its files within a partition are small, and whether much of one is deleted. */
async function storedTables(db: Kysely<never>): Promise<StoredTable[]> {
  const { rows } = await sql<StoredTable>`
    SELECT s.schema_name AS schema, t.table_name AS "table", comment.value AS comment,
      EXISTS (
        SELECT FROM ducklake.ducklake_data_file f
        CROSS JOIN LATERAL (
          SELECT coalesce(string_agg(partition_value, '/' ORDER BY partition_key_index), '') AS key
          FROM ducklake.ducklake_file_partition_value WHERE data_file_id = f.data_file_id) place
        WHERE f.table_id = t.table_id AND f.end_snapshot IS NULL AND f.file_size_bytes < ${SMALL_BYTES}
        GROUP BY place.key HAVING count(*) > 1) AS small,
      EXISTS (
        SELECT FROM ducklake.ducklake_delete_file d JOIN ducklake.ducklake_data_file f ON f.data_file_id = d.data_file_id
        WHERE d.table_id = t.table_id AND d.end_snapshot IS NULL AND f.end_snapshot IS NULL
          AND d.delete_count > f.record_count * ${DELETED_SHARE}::numeric) AS deleted
    FROM ducklake.ducklake_table t
    JOIN ducklake.ducklake_schema s ON s.schema_id = t.schema_id AND s.end_snapshot IS NULL
    JOIN ducklake.ducklake_tag comment
      ON comment.object_id = t.table_id AND comment.key = 'comment' AND comment.end_snapshot IS NULL
    WHERE t.end_snapshot IS NULL
    ORDER BY s.schema_name, t.table_name`.execute(db);
  return rows;
}
