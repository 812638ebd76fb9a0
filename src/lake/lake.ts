import type { Readable } from 'node:stream';
import { type Kysely, sql } from 'kysely';
import { type Clock, systemClock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { Store } from '../store/store.ts';
import { type Bucket, type Buckets, createBuckets, type NewBucket } from './bucket.ts';
import { ChecksumStream, type Checksums, checkChecksums } from './checksum.ts';
import { commitObjects } from './commit.ts';
import { type Conditions, checkConditions, hasConditions } from './conditions.ts';
import { type Folder, openFolder } from './folder.ts';
import { changeObject, currentState, findObject, lockNames, putObject, removeObject } from './index.ts';
import { expiredObjects } from './lifecycle.ts';
import { type LakeListRequest, type LakePage, listObjects } from './list.ts';
import { blobPath, checkObjectName } from './name.ts';
import {
  blobOf,
  DEFAULT_CONTENT_TYPE,
  type ObjectChange,
  type StoredObject,
  type VersionRef,
  type WriteOptions,
} from './object.ts';
import type { ByteRange, ObjectInfo, ObjectRef, ObjectStore } from './port.ts';
import type { LakeTables } from './tables.ts';
import { createUploads, type Uploads } from './upload.ts';

/** The objects of a city on this machine: contents in a folder, their index in the store. */
export interface Lake extends ObjectStore {
  /** Makes the bucket unless it exists. */
  putBucket(bucket: NewBucket): Promise<void>;
  /** Throws NOT_FOUND. */
  bucket(name: string): Promise<Bucket>;
  readonly buckets: Buckets;

  write(ref: ObjectRef, content: AsyncIterable<Uint8Array>, options?: WriteOptions): Promise<StoredObject>;
  read(ref: VersionRef, range?: ByteRange): ReturnType<ObjectStore['read']>;
  stat(ref: VersionRef): Promise<StoredObject>;
  /** The content of an object that `stat` or a listing gave, also when it was replaced a moment ago. */
  content(object: ObjectInfo, range?: ByteRange): Readable;
  list(request: LakeListRequest): Promise<LakePage>;
  /** With a generation that version goes for good; without, the bucket may keep it as a version. */
  remove(ref: VersionRef, conditions?: Conditions): Promise<void>;
  /** A new object with the content of another, and what is told of it unless `options` say otherwise. */
  copy(from: VersionRef, to: ObjectRef, options?: WriteOptions): Promise<StoredObject>;
  /** Gives an object another name in its bucket, at once: nobody sees both, or none. The conditions are on that name. */
  move(from: ObjectRef, name: string, conditions?: Conditions): Promise<StoredObject>;
  /** Changes what is told of an object. */
  change(ref: VersionRef, change: ObjectChange, conditions?: Conditions): Promise<StoredObject>;
  /** All objects whose names begin with `prefix`, in order. */
  files(bucket: string, prefix: string): Promise<ObjectInfo[]>;
  /** Path of an object's content on this machine; it stays there for a while after a replacement. */
  path(object: ObjectInfo): string;
  /** Puts content that is already in a file written aside into its place, as `write` does. */
  adopt(ref: ObjectRef, aside: string, checksums: Checksums, options?: WriteOptions): Promise<StoredObject>;

  readonly folder: Folder;
  readonly uploads: Uploads;
  /** Removes objects that lifecycle rules want gone. */
  expire(): Promise<void>;
  /** Removes contents that no object has had for longer than the grace. */
  sweep(): Promise<void>;
  /** Sweeps every minute, and applies lifecycle rules every hour. */
  start(): void;
  stop(): Promise<void>;
}

export interface LakeOptions {
  readonly store: Store;
  readonly root: string;
  readonly log: Log;
  readonly clock?: Clock;
  /** How long a replaced content stays for those who are reading it. */
  readonly graceMs?: number;
}

const SWEEP_EVERY_MS = 60_000;
/** Sweeps from one look at the lifecycle rules to the next, for which all objects of a bucket are read. */
const EXPIRE_EVERY = 60;
/** A resumable upload may take a week (Cloud Storage, Resumable uploads). */
const ABANDONED_MS = 7 * 24 * 3_600_000;

export async function createLake(options: LakeOptions): Promise<Lake> {
  const { store, log, clock = systemClock, graceMs = 10 * 60_000 } = options;
  const db = store.tables<LakeTables>();
  const folder = await openFolder(options.root);
  const buckets = createBuckets(db, clock.now);
  const uploads = createUploads(store);
  let timer: NodeJS.Timeout | undefined;
  let tidying: Promise<void> = Promise.resolve();
  let newest = 0;

  /** Microseconds, and never the same twice, so that a name's generations grow within one millisecond too. */
  function nextGeneration(now: Date): number {
    newest = Math.max(now.getTime() * 1000, newest + 1);
    return newest;
  }

  async function adopt(
    ref: ObjectRef,
    aside: string,
    checksums: Checksums,
    write: WriteOptions = {},
    /** What else is to be done in the same transaction, before. */
    first: (transaction: Kysely<LakeTables>, now: Date) => Promise<void> = async () => {},
  ): Promise<StoredObject> {
    const now = clock.now();
    const blob = `${ref.bucket}/${blobPath(ref.name, newId(now.getTime()).replaceAll('-', ''))}`;
    // Known as garbage until the object has it, so that a killed write leaves nothing behind for good.
    // Nobody waits for this row to reach the disk: the commit below does it too.
    await sql`INSERT INTO lake.garbage (blob, since)
      SELECT ${blob}, ${now}::timestamptz FROM set_config('synchronous_commit', 'off', true)`.execute(db);
    await folder.settle(aside, blob);
    const row = {
      bucket: ref.bucket,
      name: ref.name,
      size: checksums.size,
      md5: checksums.md5,
      crc32c: checksums.crc32c,
      generation: nextGeneration(now),
      metageneration: 1,
      content_type: write.contentType ?? DEFAULT_CONTENT_TYPE,
      metadata: { ...write.metadata },
      headers: { ...write.headers },
      created_at: now,
      updated_at: now,
      blob,
    };
    return db.transaction().execute(async (transaction) => {
      await first(transaction, now);
      return putObject(transaction, row, write, now);
    });
  }

  /** Another object's content once more aside, with what is told of it. */
  async function again(from: VersionRef): Promise<{ source: StoredObject; aside: string; write: WriteOptions }> {
    const source = await findObject(db, from);
    const { contentType, metadata, headers } = source;
    return { source, aside: await folder.linkAside(blobOf(source)), write: { contentType, metadata, headers } };
  }

  async function expire(): Promise<void> {
    for (const bucket of await buckets.list()) {
      if (bucket.lifecycle.length === 0) continue;
      for (const { ref, generation } of await expiredObjects(db, bucket, clock.now())) {
        // Two rules may want the same object, and a writer may have been faster.
        await lake.remove(ref, { ifGenerationMatch: generation }).catch((error: unknown) => {
          if (!(error instanceof ArcosError && ['NOT_FOUND', 'PRECONDITION'].includes(error.code))) throw error;
        });
      }
    }
  }

  /** The rows are locked until their files are gone: a write that is so late finds that it has lost its content. */
  const sweepSome = (before: Date): Promise<number> =>
    db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ blob: string }>`
        DELETE FROM lake.garbage WHERE blob IN (
          SELECT blob FROM lake.garbage WHERE since < ${before} ORDER BY since LIMIT 100 FOR UPDATE SKIP LOCKED)
        RETURNING blob`.execute(transaction);
      await Promise.all(rows.map(({ blob }) => folder.remove(blob)));
      return rows.length;
    });

  async function sweep(): Promise<void> {
    const before = new Date(clock.now().getTime() - graceMs);
    while ((await sweepSome(before)) > 0);
    const abandoned = new Date(clock.now().getTime() - ABANDONED_MS);
    await db.deleteFrom('lake.upload').where('created_at', '<', abandoned).execute();
    await folder.removeAbandoned(abandoned);
  }

  const lake: Lake = {
    folder,
    buckets,
    uploads,
    adopt,
    putBucket: buckets.put,
    bucket: buckets.find,

    async write(ref, content, write = {}) {
      checkObjectName(ref.name);
      await buckets.find(ref.bucket);
      if (hasConditions(write)) {
        // Spares the transfer where it is clear that it would be for nothing; the commit decides.
        checkConditions(`${ref.bucket}/${ref.name}`, await currentState(db, ref), write);
      }
      const stream = new ChecksumStream();
      const aside = await folder.writeAside(stream.through(content));
      const checksums = stream.result();
      try {
        checkChecksums(checksums, write.expected);
      } catch (error) {
        await folder.dropAside(aside);
        throw error;
      }
      return adopt(ref, aside, checksums, write);
    },

    async read(ref, range) {
      const object = await findObject(db, ref);
      if (range !== undefined && range.start >= object.size) {
        throw new ArcosError('INVALID', `The object has ${object.size} bytes; none at ${range.start}`);
      }
      return { info: object, content: lake.content(object, range) };
    },

    content: (object, range) => folder.read(blobOf(object), range),

    stat: (ref) => findObject(db, ref),

    list: (request) => listObjects(db, request),

    async files(bucket, prefix) {
      const objects: ObjectInfo[] = [];
      let pageToken: string | undefined;
      do {
        const page = await listObjects(db, {
          bucket,
          prefix,
          limit: 10_000,
          ...(pageToken === undefined ? {} : { pageToken }),
        });
        objects.push(...page.objects);
        pageToken = page.nextPageToken;
      } while (pageToken !== undefined);
      return objects;
    },

    remove: (ref, conditions = {}) =>
      db.transaction().execute((transaction) => removeObject(transaction, ref, conditions, clock.now())),

    async copy(from, to, options = {}) {
      checkObjectName(to.name);
      await buckets.find(to.bucket);
      const { source, aside, write } = await again(from);
      return adopt(to, aside, source, { ...write, ...options });
    },

    async move(from, name, conditions = {}) {
      checkObjectName(name);
      const to = { bucket: from.bucket, name };
      if (name === from.name) throw new ArcosError('INVALID', 'An object cannot be moved to its own name');
      const { source, aside, write } = await again(from);
      return adopt(to, aside, source, { ...write, ...conditions }, async (transaction, now) => {
        await lockNames(transaction, [from, to]);
        await removeObject(transaction, from, { ifGenerationMatch: source.generation }, now);
      });
    },

    change: (ref, change, conditions = {}) =>
      db.transaction().execute((transaction) => changeObject(transaction, ref, change, conditions, clock.now())),

    async commit(commit) {
      await buckets.find(commit.bucket);
      await commitObjects({ db, folder, now: clock.now, nextGeneration }, commit);
    },

    path: (object) => folder.absolute(blobOf(object)),

    expire,
    sweep,

    start() {
      let minutes = 0;
      timer = setInterval(() => {
        const work = async () => {
          if (minutes++ % EXPIRE_EVERY === 0) await expire();
          await sweep();
        };
        tidying = tidying
          .then(work)
          .catch((error: unknown) => log.warn('sweep of the lake failed', { error: String(error) }));
      }, SWEEP_EVERY_MS);
      timer.unref();
    },

    async stop() {
      clearInterval(timer);
      await tidying;
    },
  };
  return lake;
}
