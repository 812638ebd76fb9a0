import { csvField } from '../base/csv.ts';
import type { Row } from '../warehouse/port.ts';

/** Rows as CSV (RFC 4180), with a header. */
export function csv(columns: readonly string[], rows: readonly Row[]): string {
  const lines = [columns.map(field), ...rows.map((row) => columns.map((name) => field(row[name])))];
  return `${lines.map((line) => line.join(',')).join('\r\n')}\r\n`;
}

function field(value: unknown): string {
  if (value === null || value === undefined) return '';
  return csvField(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
