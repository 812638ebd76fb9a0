import type { ColumnInfo } from '../../sql/catalog.ts';
import { typeName } from '../../sql/type.ts';
import { type ModelNode, quoteRelation, type RelationName, type SeedNode } from '../node.ts';
import { isNeverNull } from './contract.ts';
import { columnName, layoutClauses, optionsClause, type PartitionBy, partitionOf, stringLiteral } from './layout.ts';

/** What statements need of a node. */
type Described = Pick<ModelNode | SeedNode, 'relation' | 'config' | 'description' | 'columns'>;

/** `columns` are those of the query, where descriptions are to be kept with them; otherwise left out. */
export function createTable(node: Described, sql: string, columns?: readonly ColumnInfo[]): string {
  const list =
    columns === undefined ? '' : ` (\n  ${columns.map((column) => columnDefinition(node, column)).join(',\n  ')}\n)`;
  const { relation, config, description } = node;
  const head = `CREATE OR REPLACE TABLE ${quoteRelation(relation)}${list}`;
  return `${head}${layoutClauses(config)}${optionsClause(config, description, 'table')}\nAS (\n${sql}\n)`;
}

export function createView(node: Described, sql: string, columns?: readonly ColumnInfo[]): string {
  const list =
    columns === undefined
      ? ''
      : ` (\n  ${columns.map(({ name }) => `${columnName(name)}${columnOptions(node, name)}`).join(',\n  ')}\n)`;
  const { relation, config, description } = node;
  return `CREATE OR REPLACE VIEW ${quoteRelation(relation)}${list}${optionsClause(config, description, 'view')}\nAS (\n${sql}\n)`;
}

function columnDefinition(node: Described, { name, type }: ColumnInfo): string {
  const never = isNeverNull(node, name) ? ' NOT NULL' : '';
  return `${columnName(name)} ${typeName(type)}${never}${columnOptions(node, name)}`;
}

function columnOptions(node: Described, name: string): string {
  const described = node.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  const description = described?.description ?? '';
  return description === '' ? '' : ` OPTIONS(description = ${stringLiteral(description)})`;
}

export function insertRows(relation: RelationName, sql: string, columns: readonly string[]): string {
  const names = columns.map(columnName).join(', ');
  return `INSERT INTO ${quoteRelation(relation)} (${names})\nSELECT ${names}\nFROM (\n${sql}\n)`;
}

/** A table for what is made once and read by the statement that follows. It goes by itself, should that never come. */
export function besideOf(relation: RelationName): RelationName {
  return { ...relation, identifier: `${relation.identifier}__dbt_tmp` };
}

export function createBeside(beside: RelationName, sql: string): string {
  const options = 'OPTIONS(expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 12 HOUR))';
  return `CREATE OR REPLACE TABLE ${quoteRelation(beside)}\n${options}\nAS (\n${sql}\n)`;
}

export interface MergeOptions {
  readonly columns: readonly string[];
  readonly uniqueKey: readonly string[];
  /** Columns that a match writes; all of them unless told. */
  readonly update?: readonly string[];
  /** Further conditions of a match, e.g. one that reads fewer partitions. */
  readonly predicates: readonly string[];
}

/** Rows with a known key are written over, others are added. */
export function mergeRows(relation: RelationName, sql: string, options: MergeOptions): string {
  const { columns, uniqueKey, update = columns, predicates } = options;
  const keys = uniqueKey.map((key) =>
    /^[\w`]+$/.test(key) ? `DBT_INTERNAL_SOURCE.${columnName(key)} = DBT_INTERNAL_DEST.${columnName(key)}` : key,
  );
  const names = columns.map(columnName).join(', ');
  const sets = update.map((name) => `${columnName(name)} = DBT_INTERNAL_SOURCE.${columnName(name)}`);
  return [
    `MERGE INTO ${quoteRelation(relation)} AS DBT_INTERNAL_DEST`,
    `USING (\n${sql}\n) AS DBT_INTERNAL_SOURCE`,
    `ON ${[...predicates, ...keys].map((condition) => `(${condition})`).join(' AND ')}`,
    ...(sets.length === 0 ? [] : [`WHEN MATCHED THEN UPDATE SET\n  ${sets.join(',\n  ')}`]),
    `WHEN NOT MATCHED THEN INSERT (${names}) VALUES (${names})`,
  ].join('\n');
}

/**
 * The partitions named are emptied and filled with the query's rows, at once. No row matches another; said as an equality
 * and not as FALSE, it is joined by hash: with FALSE every pair of rows is looked at (20,000 rows took 10 s).
 */
export function overwritePartitions(
  relation: RelationName,
  sql: string,
  columns: readonly string[],
  partition: PartitionBy,
  partitions: readonly string[],
): string {
  const names = columns.map(columnName).join(', ');
  return [
    `MERGE INTO ${quoteRelation(relation)} AS DBT_INTERNAL_DEST`,
    `USING (\n${sql}\n) AS DBT_INTERNAL_SOURCE`,
    `ON ${never('old', partitionOf(partition, 'DBT_INTERNAL_DEST'))} = ${never('new', partitionOf(partition, 'DBT_INTERNAL_SOURCE'))}`,
    `WHEN NOT MATCHED BY SOURCE AND ${partitionOf(partition, 'DBT_INTERNAL_DEST')} IN (${partitions.join(', ')}) THEN DELETE`,
    `WHEN NOT MATCHED THEN INSERT (${names}) VALUES (${names})`,
  ].join('\n');
}

function never(side: 'old' | 'new', value: string): string {
  return `CONCAT('${side} ', CAST(${value} AS STRING))`;
}
