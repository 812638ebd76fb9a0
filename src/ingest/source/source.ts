import type { Cell } from '../rows.ts';

/** A row of a source, under the names it has there. */
export type SourceRecord = Record<string, Cell>;

/**
 * Rows, read as they are asked for, a bounded batch at a time. A source with a cursor says how far it has been read:
 * keep `cursor` once the rows are staged, and pass it as `since` the next time.
 */
export interface Source<Item = SourceRecord> extends AsyncIterable<Item> {
  /** The greatest that was seen, or what `since` was. */
  readonly cursor: string | undefined;
}

/** A source from a generator that says when the cursor moves. */
export function sourceOf<Item>(
  since: string | undefined,
  read: (moved: (cursor: string) => void) => AsyncIterable<Item>,
): Source<Item> {
  let cursor = since;
  return {
    get cursor() {
      return cursor;
    },
    [Symbol.asyncIterator]: () =>
      read((moved) => {
        cursor = moved;
      })[Symbol.asyncIterator](),
  };
}

/** A value of JSON or of a driver as a cell; what is nested becomes JSON, and bytes base64. */
export function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value as Cell;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return value instanceof Date ? value : JSON.stringify(value);
}

export function recordOf(values: Readonly<Record<string, unknown>>): SourceRecord {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, cellOf(value)]));
}
