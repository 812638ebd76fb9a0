import { type Kysely, sql } from 'kysely';
import { newId } from '../base/ids.ts';
import type { Checksums } from './checksum.ts';
import type { Driver, Staged } from './driver.ts';
import { grouped } from './grouped.ts';
import { type NewObject, putObjects } from './index.ts';
import { DEFAULT_CONTENT_TYPE, type ObjectRow, type StoredObject, type WriteOptions } from './object.ts';
import type { ObjectRef } from './port.ts';
import type { LakeTables } from './tables.ts';

type Database = Kysely<LakeTables>;

/** The way a content becomes an object. */
export interface Writer {
  /** A key for a new content of the name. */
  keyFor(ref: ObjectRef): string;
  /** Puts a staged content into its place and makes the object of it visible. */
  finish(key: string, staged: Pick<Staged, 'settle'>, object: NewContent, options: WriteOptions): Promise<StoredObject>;
  /** The row of an object that is to be, its content known as garbage until a transaction makes the object visible. */
  settle(key: string, staged: Pick<Staged, 'settle'>, object: NewContent, options: WriteOptions): Promise<ObjectRow>;
  /** Microseconds, and never the same twice, so that a name's generations grow within one millisecond too. */
  nextGeneration(now: Date): number;
}

export interface NewContent extends ObjectRef {
  readonly checksums: Checksums;
}

/** Objects of one transaction at the most: it holds a lock of PostgreSQL for each. */
const MOST = 200;

export function createWriter(db: Database, driver: Driver, now: () => Date): Writer {
  let newest = 0;

  // Nobody waits for these rows to reach the disk: the transaction that makes the object visible does it too.
  const discard = grouped(
    async (blobs: readonly string[]) => {
      await sql`INSERT INTO lake.garbage (blob, since)
        SELECT blob, ${now()}::timestamptz
        FROM set_config('synchronous_commit', 'off', true), jsonb_array_elements_text(${JSON.stringify(blobs)}::jsonb) AS blob`.execute(
        db,
      );
      return blobs.map(() => ({ value: undefined }));
    },
    { most: MOST },
  );

  const show = grouped(
    (objects: readonly NewObject[]) =>
      db.transaction().execute((transaction) => putObjects(transaction, objects, now())),
    { most: MOST, key: ({ row }) => `${row.bucket}/${row.name}` },
  );

  const writer: Writer = {
    keyFor: ({ bucket, name }) => driver.keyOf(bucket, name, newId(now().getTime()).replaceAll('-', '')),

    nextGeneration(at) {
      newest = Math.max(at.getTime() * 1000, newest + 1);
      return newest;
    },

    async settle(key, staged, { bucket, name, checksums }, options) {
      // So that a killed write leaves nothing behind for good.
      await discard(key);
      await staged.settle();
      const at = now();
      return {
        bucket,
        name,
        size: checksums.size,
        md5: checksums.md5,
        crc32c: checksums.crc32c,
        generation: writer.nextGeneration(at),
        metageneration: 1,
        content_type: options.contentType ?? DEFAULT_CONTENT_TYPE,
        metadata: { ...options.metadata },
        headers: { ...options.headers },
        created_at: at,
        updated_at: at,
        blob: key,
      };
    },

    finish: async (key, staged, object, options) =>
      show({ row: await writer.settle(key, staged, object, options), conditions: options }),
  };
  return writer;
}
