import type { QueryResult } from '../../warehouse/port.ts';

/** What the warehouse said about a statement, in dbt-bigquery's words. */
export interface AdapterResponse {
  readonly _message: string;
  readonly code: string;
  readonly rows_affected: number;
  readonly bytes_processed: number;
  readonly job_id: string;
}

const CODES: Readonly<Record<string, string>> = {
  CREATE_TABLE_AS_SELECT: 'CREATE TABLE',
  CREATE_TABLE: 'CREATE TABLE',
  CREATE_VIEW: 'CREATE VIEW',
};

/** `rows`: of the table made, for a statement that does not count them. */
export function responseOf(result: QueryResult, rows?: number): AdapterResponse {
  const code = CODES[result.statementType] ?? result.statementType;
  const affected = rows ?? result.affectedRows ?? result.totalRows;
  const processed = `${bytesText(result.bytesProcessed)} processed`;
  const counted = code === 'CREATE VIEW' || code === 'SCRIPT' ? '' : `${rowsText(affected)} rows, `;
  return {
    _message: `${code} (${counted}${processed})`,
    code,
    rows_affected: affected,
    bytes_processed: result.bytesProcessed,
    job_id: result.jobId,
  };
}

function rowsText(rows: number): string {
  return scaled(rows, 1000, ['', 'k', 'm', 'b', 't']);
}

function bytesText(bytes: number): string {
  return bytes === 0 ? '0' : scaled(bytes, 1024, [' Bytes', ' KiB', ' MiB', ' GiB', ' TiB', ' PiB']);
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let index = 0;
  let rest = value;
  for (; rest >= step && index < units.length - 1; index++) rest /= step;
  return `${rest.toFixed(1)}${units[index] ?? ''}`;
}
