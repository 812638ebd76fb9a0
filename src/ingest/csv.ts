import { csvField } from '../base/csv.ts';
import { ArcosError } from '../base/errors.ts';
import type { Cell, Row } from './rows.ts';

/** A line of CSV, in which nothing is NULL and "" an empty text, as the warehouse reads it. */
export function csvLine(values: readonly (string | null)[]): string {
  return `${values.map((value) => (value === null ? '' : csvField(value) || '""')).join(',')}\n`;
}

/**
 * A row as the texts of its columns. Throws INVALID, naming the row (1 is the first) and the fix, for a column
 * that is not among `columns` and a value that no cell can hold. A column the row lacks is NULL.
 */
export function rowTexts(row: Row, columns: readonly string[], number: number): (string | null)[] {
  const texts = columns.map((column) => cellText(row[column], column, number));
  const more = Object.keys(row).length > columns.length || Object.keys(row).some((name) => !columns.includes(name));
  const unknown = more ? Object.keys(row).find((name) => !columns.includes(name)) : undefined;
  if (unknown !== undefined) {
    throw new ArcosError('INVALID', `Row ${number} has a column "${unknown}" that the table has not`, {
      hint: `Add it to \`columns\`, or leave it out: the table has ${columns.join(', ')}.`,
    });
  }
  return texts;
}

function cellText(value: Cell, column: string, number: number): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (typeof value === 'number') return Number.isNaN(value) ? null : String(value);
  if (typeof value === 'object' || typeof value === 'function' || typeof value === 'symbol') {
    throw new ArcosError('INVALID', `Row ${number}, column "${column}": a cell holds no ${typeof value}`, {
      hint: 'Give a text or a number; JSON.stringify() makes a text of anything.',
    });
  }
  const text = String(value);
  if (text.includes('\0')) {
    throw new ArcosError('INVALID', `Row ${number}, column "${column}": the text has a NUL character in it`, {
      hint: String.raw`Take it out: value.replaceAll('\0', '').`,
    });
  }
  return text;
}
