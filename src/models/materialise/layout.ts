import { ArcosError } from '../../base/errors.ts';
import type { NodeConfig } from '../config.ts';
import { isMap, listOf, mapOf, textOf } from '../yaml.ts';

/** A text as GoogleSQL writes it. */
export function stringLiteral(text: string): string {
  return JSON.stringify(text);
}

/** A column's name as GoogleSQL writes it, quotes or not. */
export function columnName(name: string): string {
  return name.startsWith('`') ? name : `\`${name}\``;
}

/** How a table is partitioned: dbt-bigquery's `partition_by`. */
export interface PartitionBy {
  readonly field: string;
  readonly dataType: string;
  readonly granularity: string;
  readonly range: { readonly start: number; readonly end: number; readonly interval: number } | undefined;
  /** By the moment rows arrive; the field is then only read. */
  readonly byIngestion: boolean;
}

const TRUNCATE: Readonly<Record<string, string>> = {
  date: 'DATE_TRUNC',
  datetime: 'DATETIME_TRUNC',
  timestamp: 'TIMESTAMP_TRUNC',
};

/** Throws INVALID for a partition_by that cannot be. */
export function partitionBy(config: NodeConfig): PartitionBy | undefined {
  const written = config['partition_by'];
  if (written === undefined || written === null) return undefined;
  const parts = typeof written === 'string' ? { field: written } : written;
  if (!isMap(parts) || textOf(parts['field']) === undefined) {
    throw new ArcosError('INVALID', 'partition_by needs a field', {
      hint: "Write partition_by={'field': 'data', 'data_type': 'date', 'granularity': 'month'}.",
    });
  }
  const dataType = (textOf(parts['data_type']) ?? 'date').toLowerCase();
  const range = mapOf(parts['range']);
  const bounds = [range['start'], range['end'], range['interval']].map(Number);
  const [start = Number.NaN, end = Number.NaN, interval = Number.NaN] = bounds;
  if (dataType === 'int64' && bounds.some(Number.isNaN)) {
    throw new ArcosError('INVALID', `partition_by on the integers of "${String(parts['field'])}" needs a range`, {
      hint: "Add 'range': {'start': 0, 'end': 1000, 'interval': 10}.",
    });
  }
  if (dataType !== 'int64' && TRUNCATE[dataType] === undefined) {
    throw new ArcosError('INVALID', `A table cannot be partitioned by a ${dataType.toUpperCase()}`, {
      hint: 'data_type is date, datetime, timestamp or int64.',
    });
  }
  return {
    field: String(parts['field']),
    dataType,
    granularity: (textOf(parts['granularity']) ?? 'day').toLowerCase(),
    range: dataType === 'int64' ? { start, end, interval } : undefined,
    byIngestion: parts['time_ingestion_partitioning'] === true,
  };
}

/** The partition of a row, as an expression; `alias` stands before the column. */
export function partitionOf(partition: PartitionBy, alias?: string): string {
  const { field, dataType, granularity, range } = partition;
  const column = `${alias === undefined ? '' : `${alias}.`}${columnName(field)}`;
  if (range !== undefined) {
    const { start, end, interval } = range;
    return `RANGE_BUCKET(${column}, GENERATE_ARRAY(${start}, ${end}, ${interval}))`;
  }
  if (dataType === 'date' && granularity === 'day') return column;
  return `${TRUNCATE[dataType]}(${column}, ${granularity.toUpperCase()})`;
}

/** `PARTITION BY ... CLUSTER BY ...`, each on a line of its own. */
export function layoutClauses(config: NodeConfig): string {
  const partition = partitionBy(config);
  const ingestion =
    partition?.byIngestion === true ? `_PARTITION${partition.granularity === 'day' ? 'DATE' : 'TIME'}` : undefined;
  const clustering = listOf(config['cluster_by']).map((column) => columnName(String(column)));
  const lines = [
    ...(partition === undefined ? [] : [`PARTITION BY ${ingestion ?? partitionOf(partition)}`]),
    ...(clustering.length === 0 ? [] : [`CLUSTER BY ${clustering.join(', ')}`]),
  ];
  return lines.map((line) => `\n${line}`).join('');
}

/** `OPTIONS(...)` of a table or view, or nothing. */
export function optionsClause(config: NodeConfig, description: string, what: 'table' | 'view'): string {
  const options: string[] = [];
  if (persists(config, 'relation') && description !== '') options.push(`description = ${stringLiteral(description)}`);
  const labels = Object.entries(mapOf(config['labels']));
  if (labels.length > 0) {
    const pairs = labels.map(([key, value]) => `(${stringLiteral(key)}, ${stringLiteral(String(value))})`);
    options.push(`labels = [${pairs.join(', ')}]`);
  }
  const hours = config['hours_to_expiration'];
  if (hours !== undefined && hours !== null) {
    options.push(`expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL ${Number(hours)} HOUR)`);
  }
  if (what === 'table') {
    if (config['require_partition_filter'] === true && partitionBy(config) !== undefined) {
      options.push('require_partition_filter = TRUE');
    }
    const days = config['partition_expiration_days'];
    if (days !== undefined && days !== null) options.push(`partition_expiration_days = ${Number(days)}`);
  }
  return options.length === 0 ? '' : `\nOPTIONS(${options.join(', ')})`;
}

/** Whether descriptions go into the warehouse: `persist_docs`. */
export function persists(config: NodeConfig, what: 'relation' | 'columns'): boolean {
  return mapOf(config['persist_docs'])[what] === true;
}
