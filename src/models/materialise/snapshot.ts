import { ArcosError } from '../../base/errors.ts';
import type { ColumnInfo } from '../../sql/catalog.ts';
import { typeName } from '../../sql/type.ts';
import { quoteRelation, type RelationName, type SnapshotNode } from '../node.ts';
import type { Session } from '../session.ts';
import { listOf, mapOf, textOf } from '../yaml.ts';
import { columnName, layoutClauses } from './layout.ts';
import { type AdapterResponse, responseOf } from './response.ts';
import { besideOf, createBeside } from './statements.ts';
import { columnsOf } from './table.ts';

/** The columns that tell when a row held. */
interface MetaColumns {
  readonly id: string;
  readonly updatedAt: string;
  readonly from: string;
  readonly to: string;
  readonly deleted: string;
}

/** What makes a row another version of the one that is kept (docs.getdbt.com, "Snapshot configurations"). */
export interface SnapshotRules {
  readonly uniqueKey: readonly string[];
  /** When a row of the query came to hold, as an expression. */
  readonly updatedAt: string;
  /** Columns that are compared; undefined where `updatedAt` decides, `all` for all. */
  readonly checked: readonly string[] | 'all' | undefined;
  readonly deletes: 'ignore' | 'invalidate' | 'new_record';
  /** What stands in the column `to` of rows that hold. */
  readonly current: string;
  readonly meta: MetaColumns;
}

/** Throws INVALID for a snapshot that does not say how rows are told apart. */
export function snapshotRules({ config, name }: Pick<SnapshotNode, 'config' | 'name'>): SnapshotRules {
  const wrong = (message: string, hint: string) =>
    new ArcosError('INVALID', `The snapshot "${name}" ${message}`, { hint });
  const uniqueKey = listOf(config['unique_key']).map(String);
  if (uniqueKey.length === 0) throw wrong('has no unique_key', "Write unique_key='id' in its config.");
  const strategy = textOf(config['strategy']);
  const updatedAt = textOf(config['updated_at']);
  const checked = config['check_cols'] === 'all' ? 'all' : listOf(config['check_cols']).map(String);
  if (strategy === 'timestamp' && updatedAt === undefined) {
    throw wrong('has no updated_at', 'The strategy timestamp needs the column that says when a row changed.');
  }
  if (strategy === 'check' && checked.length === 0) {
    throw wrong('has no check_cols', "The strategy check needs the columns to compare, or 'all'.");
  }
  if (strategy !== 'timestamp' && strategy !== 'check') {
    throw wrong(`has the strategy "${strategy ?? ''}"`, 'It is timestamp or check.');
  }
  const deletes =
    textOf(config['hard_deletes']) ?? (config['invalidate_hard_deletes'] === true ? 'invalidate' : 'ignore');
  if (deletes !== 'ignore' && deletes !== 'invalidate' && deletes !== 'new_record') {
    throw wrong(`has hard_deletes "${deletes}"`, 'It is ignore, invalidate or new_record.');
  }
  const names = mapOf(config['snapshot_meta_column_names']);
  const column = (key: string) => columnName(textOf(names[key]) ?? key);
  return {
    uniqueKey,
    updatedAt: updatedAt ?? 'CURRENT_TIMESTAMP()',
    checked: strategy === 'check' ? checked : undefined,
    deletes,
    current: textOf(config['dbt_valid_to_current']) ?? 'NULL',
    meta: {
      id: column('dbt_scd_id'),
      updatedAt: column('dbt_updated_at'),
      from: column('dbt_valid_from'),
      to: column('dbt_valid_to'),
      deleted: column('dbt_is_deleted'),
    },
  };
}

/** Keeps every version of the query's rows: the table the first time, then one MERGE of what has changed. */
export async function buildSnapshot(node: SnapshotNode, sql: string, session: Session): Promise<AdapterResponse> {
  const rules = snapshotRules(node);
  const existing = await session.table(node.relation);
  if (existing === undefined) {
    const result = await session.query(
      `CREATE TABLE ${quoteRelation(node.relation)}${layoutClauses(node.config)}\nAS (\n${firstVersions(sql, rules)}\n)`,
    );
    return responseOf(result, (await session.table(node.relation))?.rows ?? 0);
  }
  const columns = await columnsOf(sql, session);
  const there = new Set(existing.columns.map(({ name }) => name.toLowerCase()));
  if (!there.has(bare(rules.meta.id))) {
    throw new ArcosError('INVALID', `${quoteRelation(node.relation)} is not a snapshot: it has no ${rules.meta.id}`, {
      hint: 'Drop it, or give the snapshot another name.',
    });
  }
  for (const { name, type } of columns.filter((column) => !there.has(column.name.toLowerCase()))) {
    await session.query(`ALTER TABLE ${quoteRelation(node.relation)} ADD COLUMN ${columnName(name)} ${typeName(type)}`);
  }
  // What changes is found once, beside the table.
  const beside = besideOf(node.relation);
  await session.query(createBeside(beside, changesQuery(quoteRelation(node.relation), sql, columns, rules)));
  const response = responseOf(await session.query(mergeVersions(node.relation, beside, columns, rules)));
  await session.drop(beside);
  return response;
}

const bare = (name: string) => name.replaceAll('`', '').toLowerCase();

/** dbt-bigquery's hash of a version. */
function versionId(parts: readonly string[]): string {
  return `TO_HEX(MD5(CONCAT(${parts.map((part) => `COALESCE(CAST(${part} AS STRING), '')`).join(", '|', ")})))`;
}

function firstVersions(sql: string, rules: SnapshotRules): string {
  const { meta, updatedAt, current, deletes } = rules;
  // A NULL of the type that moments have here.
  const to = current === 'NULL' ? `NULLIF(${updatedAt}, ${updatedAt})` : current;
  return [
    'SELECT *,',
    `  ${versionId([...rules.uniqueKey, updatedAt])} AS ${meta.id},`,
    `  ${updatedAt} AS ${meta.updatedAt},`,
    `  ${updatedAt} AS ${meta.from},`,
    `  ${to} AS ${meta.to}${deletes === 'new_record' ? `,\n  'False' AS ${meta.deleted}` : ''}`,
    `FROM (\n${sql}\n)`,
  ].join('\n');
}

/** Versions to close and versions to add. */
function changesQuery(table: string, sql: string, columns: readonly ColumnInfo[], rules: SnapshotRules): string {
  const { meta, uniqueKey, updatedAt, current, deletes } = rules;
  const names = columns.map(({ name }) => columnName(name));
  const flagged = deletes === 'new_record';
  const open = current === 'NULL' ? `${meta.to} IS NULL` : `(${meta.to} IS NULL OR ${meta.to} = ${current})`;
  const keys = uniqueKey.map((_, index) => `dbt_key_${index}`);
  const keyed = uniqueKey.map((key, index) => `${key} AS dbt_key_${index}`).join(', ');
  const sameKey = keys.map((key) => `source.${key} = kept.${key}`).join(' AND ');
  const compared = rules.checked === 'all' ? names : rules.checked?.map((name) => columnName(name));
  const differs =
    compared === undefined
      ? `kept.${meta.from} < source.dbt_at`
      : `(${compared.map((name) => `kept.${name} IS DISTINCT FROM source.${name}`).join(' OR ')})`;
  // A row that was told to be deleted and is there again begins anew.
  const changed = flagged ? `(${differs} OR kept.${meta.deleted} = 'True')` : differs;
  const part = (change: string, from: string, id: string, at: string, end: string, deleted: string) =>
    [
      `SELECT '${change}' AS dbt_change, ${names.map((name) => `${from}.${name}`).join(', ')},`,
      `  ${id} AS dbt_id, ${at} AS dbt_at, ${end} AS dbt_end${flagged ? `, '${deleted}' AS dbt_gone` : ''}`,
    ].join('\n');
  const end = current === 'NULL' ? 'NULLIF(source.dbt_at, source.dbt_at)' : current;
  const newId = versionId([...keys.map((key) => `source.${key}`), 'source.dbt_at']);
  const now = 'moment.dbt_at';
  const gone = `FROM kept CROSS JOIN moment LEFT JOIN source ON ${sameKey}\nWHERE source.${keys[0]} IS NULL`;
  const stillThere = flagged ? ` AND kept.${meta.deleted} = 'False'` : '';
  const parts = [
    `${part('add', 'source', newId, 'source.dbt_at', end, 'False')}\nFROM source LEFT JOIN kept ON ${sameKey}\nWHERE kept.${keys[0]} IS NULL OR ${changed}`,
    `${part('close', 'source', `kept.${meta.id}`, 'source.dbt_at', 'source.dbt_at', 'False')}\nFROM source JOIN kept ON ${sameKey}\nWHERE ${changed}`,
    ...(deletes === 'ignore'
      ? []
      : [`${part('close', 'kept', `kept.${meta.id}`, now, now, 'True')}\n${gone}${stillThere}`]),
    ...(flagged
      ? [
          `${part('add', 'kept', versionId([...keys.map((key) => `kept.${key}`), now]), now, current === 'NULL' ? `NULLIF(${now}, ${now})` : current, 'True')}\n${gone}${stillThere}`,
        ]
      : []),
  ];
  const moment =
    rules.checked === undefined ? `CAST(CURRENT_TIMESTAMP() AS ${momentType(columns, updatedAt)})` : updatedAt;
  return [
    `WITH moment AS (SELECT ${moment} AS dbt_at),`,
    // One moment for all rows of a run, where the rows do not tell their own.
    rules.checked === undefined
      ? `source AS (SELECT *, ${keyed}, ${updatedAt} AS dbt_at FROM (\n${sql}\n)),`
      : `source AS (SELECT query.*, ${keyed}, moment.dbt_at FROM (\n${sql}\n) AS query CROSS JOIN moment),`,
    `kept AS (SELECT *, ${keyed} FROM ${table} WHERE ${open})`,
    parts.join('\nUNION ALL\n'),
  ].join('\n');
}

/** Closes the versions that no longer hold and adds the new ones, at once. */
export function mergeVersions(
  relation: RelationName,
  changes: RelationName,
  columns: readonly ColumnInfo[],
  { meta, deletes }: SnapshotRules,
): string {
  const names = columns.map(({ name }) => columnName(name));
  const flagged = deletes === 'new_record';
  const written = [...names, meta.id, meta.updatedAt, meta.from, meta.to, ...(flagged ? [meta.deleted] : [])];
  const values = [
    ...names.map((name) => `change.${name}`),
    ...['dbt_id', 'dbt_at', 'dbt_at', 'dbt_end', ...(flagged ? ['dbt_gone'] : [])].map((name) => `change.${name}`),
  ];
  return [
    `MERGE INTO ${quoteRelation(relation)} AS version`,
    `USING ${quoteRelation(changes)} AS change`,
    `ON version.${meta.id} = change.dbt_id`,
    `WHEN MATCHED AND change.dbt_change = 'close' THEN UPDATE SET ${meta.to} = change.dbt_end`,
    `WHEN NOT MATCHED AND change.dbt_change = 'add' THEN INSERT (${written.join(', ')}) VALUES (${values.join(', ')})`,
  ].join('\n');
}

function momentType(columns: readonly ColumnInfo[], updatedAt: string): string {
  return columns.find(({ name }) => name.toLowerCase() === bare(updatedAt))?.type.kind ?? 'TIMESTAMP';
}
