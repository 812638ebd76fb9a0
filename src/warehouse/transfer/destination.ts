import { ArcosError } from '../../base/errors.ts';
import type { ColumnInfo, TablePath } from '../../sql/catalog.ts';
import { toFields } from '../api/schema.ts';
import { createTableSql, partitioningResource, quoted, type TableBody } from '../api/table.ts';
import type { WarehouseCatalog } from '../catalog/catalog.ts';
import { decorated, ingestionTime, partitionCondition } from '../decorator.ts';
import type { TableInfo } from '../port.ts';
import { displayName } from '../tablename.ts';
import type { Destination, WriteDisposition } from './configuration.ts';

/** What is there to be written to. Throws CONFLICT and NOT_FOUND as a job's dispositions have it. */
export async function checkDestination(
  catalog: WarehouseCatalog,
  path: TablePath,
  disposition: WriteDisposition,
  destination: Destination,
): Promise<TableInfo | undefined> {
  const existing = await catalog.table(path);
  if (existing === undefined && destination.createDisposition?.toUpperCase() === 'CREATE_NEVER') {
    throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`);
  }
  if (existing !== undefined && existing.kind !== 'native') {
    throw new ArcosError('INVALID', `${displayName(path)} is a ${existing.kind} table and cannot be written to`, {
      data: { reason: 'invalid' },
    });
  }
  if (existing !== undefined && disposition === 'WRITE_EMPTY' && (existing.rows ?? 0) > 0) {
    throw new ArcosError('CONFLICT', `Already Exists: Table ${displayName(path)}`, { data: { reason: 'duplicate' } });
  }
  return existing;
}

/**
 * The statement that writes a query's rows to a table as a job's dispositions have it. The query's columns
 * are those of `columns`, in order. Throws CONFLICT and NOT_FOUND.
 */
export async function writeSql(
  catalog: WarehouseCatalog,
  path: TablePath,
  query: string,
  options: {
    readonly disposition: WriteDisposition;
    readonly destination: Destination;
    readonly columns: readonly ColumnInfo[];
    /** Of the new table: its layout and descriptions. */
    readonly layout: Omit<TableBody, 'schema'>;
  },
): Promise<string> {
  const { disposition, destination, columns, layout } = options;
  const { path: table, partition } = decorated(path);
  if (partition !== undefined) return writePartitionSql(catalog, { path: table, partition }, query, options);
  const existing = await checkDestination(catalog, path, disposition, destination);
  if (existing !== undefined && disposition === 'WRITE_APPEND') {
    const names = columns.map(({ name }) => `\`${name}\``).join(', ');
    return `INSERT INTO ${quoted(path)} (${names}) ${query}`;
  }
  const body: TableBody = { ...keptLayout(existing, columns), ...layout, schema: { fields: toFields(columns) } };
  return `${createTableSql(path, body).replace(/^CREATE/, 'CREATE OR REPLACE')} AS ${query}`;
}

/**
 * The statement that writes rows to one partition, whose others stay as they are. Throws NOT_FOUND for a table that
 * is not there, CONFLICT, and, when it is run, INVALID for rows of other partitions.
 */
async function writePartitionSql(
  catalog: WarehouseCatalog,
  { path, partition }: { readonly path: TablePath; readonly partition: string },
  query: string,
  { disposition, destination, columns }: Parameters<typeof writeSql>[3],
): Promise<string> {
  const existing = await checkDestination(catalog, path, 'WRITE_APPEND', destination);
  if (existing === undefined) {
    throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`, {
      hint: 'Make the table before its partitions are written.',
    });
  }
  const condition = partitionCondition(existing, partition);
  const time = ingestionTime(existing, partition);
  const names = [...columns.map(({ name }) => `\`${name}\``), ...(time === undefined ? [] : ['_PARTITIONTIME'])];
  const values = time === undefined ? '*' : `*, ${time} AS _partition_time`;
  const wrong = `Some rows belong to different partitions rather than destination partition ${displayName(path)}$${partition}`;
  const right = time === undefined ? ` WHERE IF(${condition}, TRUE, ERROR(${JSON.stringify(wrong)}))` : '';
  const rows = `SELECT ${values} FROM (${query})${right}`;
  if (disposition === 'WRITE_APPEND') return `INSERT INTO ${quoted(path)} (${names.join(', ')}) ${rows}`;
  if (disposition === 'WRITE_EMPTY') {
    const taken = `Already Exists: Table ${displayName(path)}$${partition}`;
    const empty = `IF(EXISTS(SELECT 1 FROM ${quoted(path)} WHERE ${condition}), ERROR(${JSON.stringify(taken)}), TRUE)`;
    return `INSERT INTO ${quoted(path)} (${names.join(', ')}) SELECT * FROM (${rows}) WHERE ${empty}`;
  }
  const taken = names.map((name) => (name === '_PARTITIONTIME' ? '_partition_time' : name));
  return `MERGE INTO ${quoted(path)} USING (${rows}) ON FALSE
    WHEN NOT MATCHED BY SOURCE AND ${condition} THEN DELETE
    WHEN NOT MATCHED THEN INSERT (${names.join(', ')}) VALUES (${taken.join(', ')})`;
}

/** What a table that is written anew keeps unless the job says otherwise, as far as its new columns allow. */
function keptLayout(info: TableInfo | undefined, columns: readonly ColumnInfo[]): Omit<TableBody, 'schema'> {
  if (info === undefined) return {};
  const { partitioning, clustering, description, labels } = info;
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  const has = (name: string): boolean => names.has(name.toLowerCase());
  const fits = partitioning !== undefined && (!('column' in partitioning) || has(partitioning.column));
  return {
    ...(fits ? partitioningResource(partitioning) : {}),
    ...(clustering?.every(has) === true ? { clustering: { fields: clustering } } : {}),
    ...(description === undefined ? {} : { description }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  };
}
