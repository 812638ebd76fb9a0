import type { Field } from '../bigquery.ts';

export interface TablePlace {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
}

export const quotedTable = ({ project, dataset, table }: TablePlace): string => `\`${project}.${dataset}.${table}\``;

/** A text as GoogleSQL. */
export const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const UNCOMPARED = new Set(['RECORD', 'STRUCT', 'JSON', 'GEOGRAPHY', 'BYTES', 'RANGE', 'INTERVAL']);

/** Columns that can be profiled. */
export const profiled = (fields: readonly Field[]): Field[] =>
  fields.filter(({ type, mode }) => mode !== 'REPEATED' && !UNCOMPARED.has(type));

/** One row with four values for each column: empty ones, distinct ones, the least and the greatest. */
export function profileSql(place: TablePlace, fields: readonly Field[]): string {
  const parts = profiled(fields).flatMap(({ name }, index) => {
    const column = `\`${name}\``;
    return [
      `COUNTIF(${column} IS NULL) AS n${index}`,
      `APPROX_COUNT_DISTINCT(${column}) AS d${index}`,
      `CAST(MIN(${column}) AS STRING) AS a${index}`,
      `CAST(MAX(${column}) AS STRING) AS z${index}`,
    ];
  });
  return `SELECT COUNT(*) AS total, ${parts.join(', ')} FROM ${quotedTable(place)}`;
}

export function partitionsSql({ project, dataset, table }: TablePlace): string {
  return `SELECT partition_id, total_rows, total_logical_bytes, last_modified_time
FROM \`${project}\`.${dataset}.INFORMATION_SCHEMA.PARTITIONS WHERE table_name = ${literal(table)}
ORDER BY partition_id DESC LIMIT 1000`;
}

/** Jobs of the last 30 days whose text names the table; `writes` says whether of those that change tables. */
export function jobsSql({ project, dataset, table }: TablePlace, writes: boolean): string {
  const about = `REGEXP_CONTAINS(query, r${literal(`\\b${dataset}\`?\\.\`?${table}\\b`).replaceAll('\\\\', '\\')})`;
  const from = `FROM \`${project}\`.INFORMATION_SCHEMA.JOBS
WHERE creation_time >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 30 DAY) AND ${about}`;
  return writes
    ? `SELECT creation_time, user_email, statement_type, job_id ${from} AND statement_type != 'SELECT' AND error_result IS NULL
ORDER BY creation_time DESC LIMIT 100`
    : `SELECT user_email, COUNT(*) AS times, MAX(creation_time) AS last ${from} AND statement_type = 'SELECT'
GROUP BY user_email ORDER BY times DESC LIMIT 100`;
}
