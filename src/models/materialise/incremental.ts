import { ArcosError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { ColumnInfo } from '../../sql/catalog.ts';
import { sameType, typeName } from '../../sql/type.ts';
import { type ModelNode, quoteRelation } from '../node.ts';
import type { Session } from '../session.ts';
import { listOf, textOf } from '../yaml.ts';
import type { Building } from './building.ts';
import { columnName, type PartitionBy, partitionBy, partitionOf } from './layout.ts';
import { type AdapterResponse, responseOf } from './response.ts';
import { besideOf, createBeside, insertRows, mergeRows, overwritePartitions } from './statements.ts';
import { buildTable, columnsOf } from './table.ts';

/** Builds the table the first time and when everything is to be made again; otherwise brings it up to date. */
export async function buildIncremental(building: Building): Promise<AdapterResponse> {
  const { node, session, invocation } = building;
  const { config, relation } = node;
  const fullRefresh = typeof config['full_refresh'] === 'boolean' ? config['full_refresh'] : invocation.fullRefresh;
  const existing = await session.table(relation);
  if (existing === undefined || existing.kind !== 'native' || fullRefresh) return buildTable(building);

  const { sql } = building.compiled;
  const columns = await reconcileColumns(node, sql, existing.columns, session);
  const names = columns.map(({ name }) => name);
  const strategy = textOf(config['incremental_strategy']) ?? 'merge';
  const uniqueKey = listOf(config['unique_key']).map(String);
  if (strategy === 'append' || (strategy === 'merge' && uniqueKey.length === 0)) {
    return responseOf(await session.query(insertRows(relation, sql, names)));
  }
  if (strategy === 'merge') {
    const predicates = listOf(config['incremental_predicates'] ?? config['predicates']).map(String);
    const update = updatedColumns(node, names);
    return responseOf(await session.query(mergeRows(relation, sql, { columns: names, uniqueKey, update, predicates })));
  }
  if (strategy === 'insert_overwrite') return overwrite(node, sql, names, session);
  throw new ArcosError('UNSUPPORTED', `There is no incremental strategy "${strategy}"`, {
    hint: 'It is merge, insert_overwrite, microbatch or append.',
  });
}

async function overwrite(
  node: ModelNode,
  sql: string,
  names: readonly string[],
  session: Session,
): Promise<AdapterResponse> {
  const { config, relation } = node;
  const partition = partitionBy(config);
  if (partition === undefined) {
    throw new ArcosError('INVALID', 'The insert_overwrite strategy needs partition_by', {
      hint: "Write partition_by={'field': ..., 'data_type': ...}, or use the merge strategy.",
    });
  }
  const given = listOf(config['partitions']).map(String);
  if (given.length > 0)
    return responseOf(await session.query(overwritePartitions(relation, sql, names, partition, given)));
  // Which partitions change is only known from the rows: they are made once, beside the table.
  const beside = besideOf(relation);
  await session.query(createBeside(beside, sql));
  const rows = `SELECT * FROM ${quoteRelation(beside)}`;
  const distinct = await session.query(
    `SELECT DISTINCT ${partitionOf(partition)} AS p\nFROM ${quoteRelation(beside)}\nWHERE ${columnName(partition.field)} IS NOT NULL`,
  );
  const partitions = distinct.rows.map(({ p }) => literalOf(p ?? null, partition));
  const statement =
    partitions.length === 0
      ? insertRows(relation, rows, names)
      : overwritePartitions(relation, rows, names, partition, partitions);
  const response = responseOf(await session.query(statement));
  await session.drop(beside);
  return response;
}

function literalOf(value: Json, { dataType }: PartitionBy): string {
  return dataType === 'int64' ? String(value) : `${dataType.toUpperCase()} '${String(value)}'`;
}

/** Columns that a match writes (`merge_update_columns`, `merge_exclude_columns`). */
function updatedColumns({ config }: ModelNode, names: readonly string[]): readonly string[] {
  const only = listOf(config['merge_update_columns']).map((name) => String(name).toLowerCase());
  if (only.length > 0) return names.filter((name) => only.includes(name.toLowerCase()));
  const except = new Set(listOf(config['merge_exclude_columns']).map((name) => String(name).toLowerCase()));
  return names.filter((name) => !except.has(name.toLowerCase()));
}

/** The table's columns after `on_schema_change` has been followed. */
async function reconcileColumns(
  node: ModelNode,
  sql: string,
  there: readonly ColumnInfo[],
  session: Session,
): Promise<readonly ColumnInfo[]> {
  const policy = textOf(node.config['on_schema_change']) ?? 'ignore';
  if (policy === 'ignore') return there;
  const wanted = await columnsOf(sql, session);
  const added = missing(wanted, there);
  const gone = missing(there, wanted);
  const changed = wanted.filter((column) => {
    const before = there.find(({ name }) => name.toLowerCase() === column.name.toLowerCase());
    return before !== undefined && !sameType(before.type, column.type);
  });
  if (policy === 'fail' && added.length + gone.length + changed.length > 0) {
    const list = (columns: readonly ColumnInfo[]) => columns.map(({ name }) => name).join(', ') || 'none';
    throw new ArcosError(
      'INVALID',
      `The query's columns are no longer the table's: new ${list(added)}; gone ${list(gone)}; of another type ${list(changed)}`,
      { hint: 'Run with --full-refresh, or set on_schema_change to sync_all_columns.' },
    );
  }
  const actions = [
    ...added.map(({ name, type }) => `ADD COLUMN IF NOT EXISTS ${columnName(name)} ${typeName(type)}`),
    ...(policy === 'sync_all_columns'
      ? [
          ...gone.map(({ name }) => `DROP COLUMN IF EXISTS ${columnName(name)}`),
          ...changed.map(({ name, type }) => `ALTER COLUMN ${columnName(name)} SET DATA TYPE ${typeName(type)}`),
        ]
      : []),
  ];
  for (const action of actions) await session.query(`ALTER TABLE ${quoteRelation(node.relation)} ${action}`);
  return policy === 'sync_all_columns' ? wanted : [...there, ...added];
}

function missing(from: readonly ColumnInfo[], other: readonly ColumnInfo[]): ColumnInfo[] {
  const known = new Set(other.map(({ name }) => name.toLowerCase()));
  return from.filter(({ name }) => !known.has(name.toLowerCase()));
}
