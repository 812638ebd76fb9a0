import type { Readable } from 'node:stream';
import { sql } from 'kysely';
import { type Clock, systemClock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Store } from '../store/store.ts';
import { type Bucket, type Buckets, createBuckets, type NewBucket } from './bucket.ts';
import { ChecksumStream, type Checksums, checkChecksums } from './checksum.ts';
import { commitObjects } from './commit.ts';
import { type Conditions, checkConditions, hasConditions } from './conditions.ts';
import type { Sending } from './driver.ts';
import { openDriver } from './drivers/open.ts';
import { changeObject, currentState, findObject, lockNames, putObjects, removeObject } from './index.ts';
import { expiredObjects } from './lifecycle.ts';
import { type LakeListRequest, type LakePage, listObjects } from './list.ts';
import { checkObjectName } from './name.ts';
import { blobOf, type ObjectChange, type StoredObject, type VersionRef, type WriteOptions } from './object.ts';
import type { ByteRange, ObjectInfo, ObjectRef, ObjectStore } from './port.ts';
import { openScratch, type Scratch } from './scratch.ts';
import type { LakeTables } from './tables.ts';
import { createUploads, type Uploads } from './upload.ts';
import { createWriter } from './write.ts';

/** The objects of a city: contents where the driver keeps them, their index in the store. */
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
  /** The same for less, to be sent to a client. */
  sending(object: ObjectInfo, range: Required<ByteRange>): Promise<Sending>;
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
  /** By what DuckDB reads an object's content, a path or an address; it stays there for a while after a replacement. */
  path(object: ObjectInfo): string;
  /** Statements that a DuckDB with httpfs needs before it reads those; undefined when they are paths. */
  readonly engine: readonly string[] | undefined;
  /** Puts the content of a file of the scratch folder into its place, as `write` does. */
  adopt(ref: ObjectRef, file: string, checksums: Checksums, options?: WriteOptions): Promise<StoredObject>;

  readonly scratch: Scratch;
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
  /** A folder of this machine: contents, unless `url` says where else, and those that are under way. */
  readonly root: string;
  /** `s3://bucket/prefix?...` or `gs://bucket/prefix?...`: where contents are instead. */
  readonly url?: string;
  /** Where the credentials for it are. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
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
  const { store, root, url = '', environment = process.env, log, clock = systemClock, graceMs = 10 * 60_000 } = options;
  const db = store.tables<LakeTables>();
  const scratch = await openScratch(root);
  const driver = await openDriver({ url, root, scratch, environment });
  const buckets = createBuckets(db, clock.now);
  const uploads = createUploads(store);
  const writer = createWriter(db, driver, clock.now);
  let timer: NodeJS.Timeout | undefined;
  let tidying: Promise<void> = Promise.resolve();

  /** Another object's content under a key of its own, with what is told of it. */
  async function again(from: VersionRef, to: ObjectRef) {
    const source = await findObject(db, from);
    const { contentType, metadata, headers } = source;
    const key = writer.keyFor(to);
    const staged = { settle: () => driver.copy(blobOf(source), key) };
    return { source, key, staged, content: { ...to, checksums: source }, write: { contentType, metadata, headers } };
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
      await Promise.all(rows.map(({ blob }) => driver.remove(blob)));
      return rows.length;
    });

  async function sweep(): Promise<void> {
    const before = new Date(clock.now().getTime() - graceMs);
    while ((await sweepSome(before)) > 0);
    const abandoned = new Date(clock.now().getTime() - ABANDONED_MS);
    await db.deleteFrom('lake.upload').where('created_at', '<', abandoned).execute();
    await Promise.all([scratch.removeAbandoned(abandoned), driver.removeAbandoned(abandoned)]);
  }

  const lake: Lake = {
    scratch,
    engine: driver.engine,
    buckets,
    uploads,
    putBucket: buckets.put,
    bucket: buckets.find,

    async write(ref, content, write = {}) {
      checkObjectName(ref.name);
      await buckets.find(ref.bucket);
      if (hasConditions(write)) {
        // Spares the transfer where it is clear that it would be for nothing; the commit decides.
        checkConditions(`${ref.bucket}/${ref.name}`, await currentState(db, ref), write);
      }
      const key = writer.keyFor(ref);
      const stream = new ChecksumStream();
      const staged = await driver.stage(key, stream.through(content));
      const checksums = stream.result();
      try {
        checkChecksums(checksums, write.expected);
      } catch (error) {
        await staged.drop();
        throw error;
      }
      return writer.finish(key, staged, { ...ref, checksums }, write);
    },

    async adopt(ref, file, checksums, write = {}) {
      const key = writer.keyFor(ref);
      return writer.finish(key, await driver.stageFile(key, file), { ...ref, checksums }, write);
    },

    async read(ref, range) {
      const object = await findObject(db, ref);
      if (range !== undefined && range.start >= object.size) {
        throw new ArcosError('INVALID', `The object has ${object.size} bytes; none at ${range.start}`);
      }
      return { info: object, content: lake.content(object, range) };
    },

    content: (object, range) => driver.read(blobOf(object), range),

    sending: async (object, range) =>
      (await driver.send?.(blobOf(object), range)) ?? { stream: lake.content(object, range) },

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
      const { key, staged, content, write } = await again(from, to);
      return writer.finish(key, staged, content, { ...write, ...options });
    },

    async move(from, name, conditions = {}) {
      checkObjectName(name);
      const to = { bucket: from.bucket, name };
      if (name === from.name) throw new ArcosError('INVALID', 'An object cannot be moved to its own name');
      const { source, key, staged, content, write } = await again(from, to);
      const row = await writer.settle(key, staged, content, write);
      return db.transaction().execute(async (transaction) => {
        const now = clock.now();
        await lockNames(transaction, [from, to]);
        await removeObject(transaction, from, { ifGenerationMatch: source.generation }, now);
        const [outcome] = await putObjects(transaction, [{ row, conditions }], now);
        if (outcome !== undefined && 'value' in outcome) return outcome.value;
        throw outcome?.error;
      });
    },

    change: (ref, change, conditions = {}) =>
      db.transaction().execute((transaction) => changeObject(transaction, ref, change, conditions, clock.now())),

    async commit(commit) {
      await buckets.find(commit.bucket);
      await commitObjects({ db, driver, now: clock.now, ...writer }, commit);
    },

    path: (object) => driver.uri(blobOf(object)),

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
