import { createHash } from 'node:crypto';
import { ArcosError } from '../base/errors.ts';

/** Where the next page of an answer begins. It holds for one question about one state of a table. */
export interface Cursor {
  readonly offset: number;
  /** Of the question and the table's state. */
  readonly of: string;
}

/** Rows behind which no page begins: whoever wants more takes the file. */
export const FARTHEST = 100_000;

export function fingerprint(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

export function writeCursor({ offset, of }: Cursor): string {
  return Buffer.from(JSON.stringify([offset, of])).toString('base64url');
}

/** Throws INVALID for what is no cursor, and GONE for one of another question or an earlier state of the table. */
export function readCursor(text: string, of: string): number {
  const [offset, whose] = parsed(text);
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0 || offset > FARTHEST)
    throw new ArcosError('INVALID', 'cursor: this is no cursor', { hint: 'Pass "next" of the page before.' });
  if (whose !== of) {
    throw new ArcosError('GONE', 'The table has changed since the page before, or the question has', {
      hint: 'Begin again without a cursor.',
    });
  }
  return offset;
}

function parsed(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
