import { sql } from 'kysely';
import { ArcosError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { Database } from './transition/propose.ts';
import type { ValueView } from './views.ts';

/** Of JSON: this is for positions and marks. */
const LARGEST_BYTES = 256 * 1024;

/** What runs of the namespace have left under the key; undefined when there is nothing. */
export async function readValue(db: Database, namespace: string, key: string): Promise<ValueView | undefined> {
  const row = await db
    .selectFrom('orchestrator.value')
    .select(['value', 'revision', 'updated_at'])
    .where('namespace', '=', namespace)
    .where('key', '=', key)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { revision, updated_at: at } = row;
  return { value: JSON.parse(row.value) as Json, revision, updatedAt: at.toISOString() };
}

/**
 * Leaves a value, and returns its new revision. With `revision` only when the value has it still; 0 for
 * none yet. Throws CONFLICT when it has not, TOO_LARGE.
 */
export async function writeValue(
  db: Database,
  { namespace, key, value, revision }: { namespace: string; key: string; value: Json; revision?: number | undefined },
  now: Date,
): Promise<number> {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > LARGEST_BYTES) {
    throw new ArcosError('TOO_LARGE', `The value of "${key}" is larger than ${LARGEST_BYTES} bytes of JSON`, {
      hint: 'Put the data into the lake, and where it is into the value.',
    });
  }
  const row =
    revision === undefined || revision === 0
      ? await db
          .insertInto('orchestrator.value')
          .values({ namespace, key, value: text, revision: 1, updated_at: now })
          .onConflict((conflict) =>
            conflict
              .columns(['namespace', 'key'])
              .doUpdateSet({ value: text, updated_at: now, revision: sql<number>`orchestrator.value.revision + 1` })
              .where(sql<boolean>`${revision === undefined}`),
          )
          .returning('revision')
          .executeTakeFirst()
      : await db
          .updateTable('orchestrator.value')
          .set({ value: text, updated_at: now, revision: sql<number>`revision + 1` })
          .where('namespace', '=', namespace)
          .where('key', '=', key)
          .where('revision', '=', revision)
          .returning('revision')
          .executeTakeFirst();
  if (row === undefined) throw new ArcosError('CONFLICT', `The value of "${key}" was changed by another run`);
  return row.revision;
}
