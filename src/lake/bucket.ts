import type { Kysely, Selectable } from 'kysely';
import { ArcosError } from '../base/errors.ts';
import { type Conditions, checkConditions } from './conditions.ts';
import { checkBucketName } from './name.ts';
import type { Grant } from './permission.ts';
import type { LifecycleRule } from './rule.ts';
import type { BucketPurpose, LakeTables } from './tables.ts';

export interface Bucket extends BucketSettings {
  readonly name: string;
  readonly project: string;
  readonly purpose: BucketPurpose;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Grows with every change of its settings. */
  readonly metageneration: number;
}

export interface BucketSettings {
  /** Whether replaced and removed objects stay as versions. */
  readonly versioning: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly lifecycle: readonly LifecycleRule[];
  /** Grants besides the roles that people have in the bucket's agency. */
  readonly policy: readonly Grant[];
}

export type NewBucket = Pick<Bucket, 'name' | 'project' | 'purpose'>;

/** First parts of paths that mean something else: an object of such a bucket could not be reached by its URL. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(
  'api batch bigquery console dados download namespaces oauth2 projects storage upload web'.split(' '),
);
/** Folders of the lake's root that are not a bucket's. */
const FOLDERS = new Set(['warehouse']);

/** For how long a server may not know of another's change, in ms: as for keys and roles. */
const STALE_MS = 1_000;
const MOST_KNOWN = 1_000;

export interface Buckets {
  /** Makes the bucket unless it exists. */
  put(bucket: NewBucket): Promise<void>;
  /** Throws CONFLICT when there is such a bucket, whoever has it: names are one space. */
  create(bucket: NewBucket, settings?: Partial<BucketSettings>): Promise<Bucket>;
  /** Throws NOT_FOUND. */
  find(name: string): Promise<Bucket>;
  list(project?: string): Promise<Bucket[]>;
  change(name: string, change: Partial<BucketSettings>, conditions?: Conditions): Promise<Bucket>;
  /** Throws CONFLICT for a bucket that has objects or versions of them. */
  remove(name: string, conditions?: Conditions): Promise<void>;
}

export function createBuckets(db: Kysely<LakeTables>, now: () => Date): Buckets {
  const insert = (bucket: NewBucket, settings: Partial<BucketSettings>) => {
    checkBucketName(bucket.name);
    return db
      .insertInto('lake.bucket')
      .values({ ...bucket, ...columns(settings) })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returningAll()
      .executeTakeFirst();
  };
  /** Every request asks for its bucket, and they seldom change. */
  const known = new Map<string, { readonly bucket: Promise<Bucket>; readonly until: number }>();
  const forget = () => known.clear();
  async function read(name: string): Promise<Bucket> {
    const row = await db.selectFrom('lake.bucket').selectAll().where('name', '=', name).executeTakeFirst();
    if (row === undefined) throw new ArcosError('NOT_FOUND', `No such bucket: ${name}`);
    return toBucket(row);
  }

  const buckets: Buckets = {
    async put(bucket) {
      await insert(bucket, {}).finally(forget);
    },

    async create(bucket, settings = {}) {
      if (RESERVED_NAMES.has(bucket.name) || FOLDERS.has(bucket.name))
        throw new ArcosError('INVALID', `"${bucket.name}" cannot be the name of a new bucket: it means something else`);
      const row = await insert(bucket, settings).finally(forget);
      if (row === undefined) throw new ArcosError('CONFLICT', `There is a bucket ${bucket.name} already`);
      return toBucket(row);
    },

    find(name) {
      const before = known.get(name);
      if (before !== undefined && before.until > performance.now()) return before.bucket;
      const bucket = read(name);
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(name, { bucket, until: performance.now() + STALE_MS });
      // Only what is there is known.
      bucket.catch(() => known.delete(name));
      return bucket;
    },

    async list(project) {
      const query = db.selectFrom('lake.bucket').selectAll().orderBy('name');
      const rows = await (project === undefined ? query : query.where('project', '=', project)).execute();
      return rows.map(toBucket);
    },

    change: (name, change, conditions = {}) =>
      db
        .transaction()
        .execute(async (transaction) => {
          const before = await lock(transaction, name);
          checkConditions(name, { generation: 0, metageneration: before.metageneration }, conditions);
          const row = await transaction
            .updateTable('lake.bucket')
            .set({ ...columns(change), metageneration: before.metageneration + 1, updated_at: now() })
            .where('name', '=', name)
            .returningAll()
            .executeTakeFirstOrThrow();
          return toBucket(row);
        })
        .finally(forget),

    remove: (name, conditions = {}) =>
      db
        .transaction()
        .execute(async (transaction) => {
          const bucket = await lock(transaction, name);
          checkConditions(name, { generation: 0, metageneration: bucket.metageneration }, conditions);
          for (const table of ['lake.object', 'lake.version'] as const) {
            const some = await transaction
              .selectFrom(table)
              .select('name')
              .where('bucket', '=', name)
              .executeTakeFirst();
            if (some !== undefined) throw new ArcosError('CONFLICT', 'The bucket you tried to delete is not empty');
          }
          await transaction.deleteFrom('lake.upload').where('bucket', '=', name).execute();
          await transaction.deleteFrom('lake.bucket').where('name', '=', name).execute();
        })
        .finally(forget),
  };
  return buckets;
}

/** The lock keeps writers of objects out, whose rows refer to the bucket's. */
async function lock(db: Kysely<LakeTables>, name: string) {
  const row = await db.selectFrom('lake.bucket').selectAll().where('name', '=', name).forUpdate().executeTakeFirst();
  if (row === undefined) throw new ArcosError('NOT_FOUND', `No such bucket: ${name}`);
  return row;
}

function columns({ versioning, labels, lifecycle, policy }: Partial<BucketSettings>) {
  return {
    ...(versioning === undefined ? {} : { versioning }),
    ...(labels === undefined ? {} : { labels: JSON.stringify(labels) }),
    ...(lifecycle === undefined ? {} : { lifecycle: JSON.stringify(lifecycle) }),
    ...(policy === undefined ? {} : { policy: JSON.stringify(policy) }),
  };
}

function toBucket({ created_at, updated_at, ...row }: Selectable<LakeTables['lake.bucket']>): Bucket {
  return { ...row, createdAt: created_at, updatedAt: updated_at };
}
