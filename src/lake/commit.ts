import { type Kysely, sql } from 'kysely';
import { ArcosError } from '../base/errors.ts';
import type { Driver } from './driver.ts';
import { checkObjectName } from './name.ts';
import { blobOf, type StoredObject, toObject } from './object.ts';
import type { ObjectCommit } from './port.ts';
import type { LakeTables } from './tables.ts';
import type { Writer } from './write.ts';

/** Names that one commit may touch: each holds a lock of PostgreSQL, which has some 6,400 of them in all. */
export const LARGEST_COMMIT = 2_000;

/** Contents copied at a time. */
const AT_ONCE = 8;

interface CommitContext extends Pick<Writer, 'keyFor' | 'nextGeneration'> {
  readonly db: Kysely<LakeTables>;
  readonly driver: Driver;
  readonly now: () => Date;
}

/**
 * Copies objects and clears prefixes in one transaction. The contents are copied before it, so it is short; it is
 * a few statements however many objects there are: 1,000 objects take 0.5 s, against 2.7 s one by one.
 * An object that has its content already stays as it is. Throws NOT_FOUND for a source that is not there.
 */
export async function commitObjects(
  { db, driver, now: clock, keyFor, nextGeneration }: CommitContext,
  { bucket, copy, clear }: ObjectCommit,
): Promise<void> {
  const targets = copy.map(({ to }) => to);
  for (const name of targets) checkObjectName(name);
  if (new Set(targets).size < targets.length) throw new ArcosError('INVALID', 'Two copies have the same name');
  if (targets.length > LARGEST_COMMIT) throw tooLarge();
  const now = clock();
  const sources = await objectsNamed(
    db,
    bucket,
    copy.map(({ from }) => from),
  );
  const before = await objectsNamed(db, bucket, targets);
  const put: { row: StoredObject; blob: string }[] = [];
  const work = [...copy];
  const worker = async () => {
    for (let each = work.shift(); each !== undefined; each = work.shift()) {
      const source = sources.get(each.from);
      if (source === undefined) throw new ArcosError('NOT_FOUND', `No such object: ${bucket}/${each.from}`);
      if (same(source, before.get(each.to))) continue;
      const blob = keyFor({ bucket, name: each.to });
      // As with each write: known as garbage until the object has it.
      await db.insertInto('lake.garbage').values({ blob, since: now }).execute();
      await driver.copy(blobOf(source), blob);
      const row = {
        ...source,
        name: each.to,
        generation: nextGeneration(now),
        metageneration: 1,
        createdAt: now,
        updatedAt: now,
      };
      put.push({ row, blob });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  await db.transaction().execute(async (transaction) => {
    const cleared = (await namesBelow(transaction, bucket, clear)).filter((name) => !targets.includes(name));
    const names = [...targets, ...cleared];
    if (names.length > LARGEST_COMMIT) throw tooLarge();
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(path, 0)) FROM (
      SELECT ${`${bucket}/`} || name AS path FROM unnest(${names}::text[]) AS name ORDER BY name COLLATE "C") AS paths`.execute(
      transaction,
    );
    const gone = [...cleared, ...put.map(({ row }) => row.name)];
    const { rows: old } = await sql<{ name: string; generation: number }>`
      WITH gone AS (DELETE FROM lake.object WHERE bucket = ${bucket} AND name = ANY(${gone}::text[]) RETURNING *),
      kept AS (INSERT INTO lake.version SELECT o.*, ${now}::timestamptz FROM gone o
        JOIN lake.bucket b ON b.name = o.bucket WHERE b.versioning),
      garbage AS (INSERT INTO lake.garbage SELECT o.blob, ${now}::timestamptz FROM gone o
        JOIN lake.bucket b ON b.name = o.bucket WHERE NOT b.versioning)
      SELECT name, generation FROM gone`.execute(transaction);
    const generations = new Map(old.map(({ name, generation }) => [name, Number(generation)]));
    if (put.length === 0) return;
    const values = put.map(({ row, blob }) => ({
      bucket,
      name: row.name,
      generation: Math.max(row.generation, (generations.get(row.name) ?? 0) + 1),
      size: row.size,
      content_type: row.contentType,
      md5: row.md5,
      crc32c: row.crc32c,
      metadata: JSON.stringify(row.metadata),
      headers: JSON.stringify(row.headers),
      created_at: now,
      updated_at: now,
      metageneration: 1,
      blob,
    }));
    await transaction.insertInto('lake.object').values(values).execute();
    const blobs = put.map(({ blob }) => blob);
    const { numDeletedRows } = await transaction
      .deleteFrom('lake.garbage')
      .where('blob', 'in', blobs)
      .executeTakeFirstOrThrow();
    if (numDeletedRows !== BigInt(blobs.length)) {
      throw new ArcosError('UNAVAILABLE', 'The commit took too long, and contents of it were swept');
    }
  });
}

async function objectsNamed(
  db: Kysely<LakeTables>,
  bucket: string,
  names: readonly string[],
): Promise<Map<string, StoredObject>> {
  if (names.length === 0) return new Map();
  const rows = await db
    .selectFrom('lake.object')
    .selectAll()
    .where('bucket', '=', bucket)
    .where('name', 'in', names)
    .execute();
  return new Map(rows.map((row) => [row.name, toObject(row)]));
}

async function namesBelow(db: Kysely<LakeTables>, bucket: string, prefixes: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`SELECT DISTINCT o.name FROM lake.object o
    JOIN unnest(${prefixes}::text[]) AS prefix ON o.name >= prefix AND starts_with(o.name, prefix)
    WHERE o.bucket = ${bucket} LIMIT ${LARGEST_COMMIT + 1}`.execute(db);
  return rows.map(({ name }) => name);
}

function same(source: StoredObject, target: StoredObject | undefined): boolean {
  return target !== undefined && target.md5 === source.md5 && target.size === source.size;
}

function tooLarge(): ArcosError {
  return new ArcosError('TOO_LARGE', `A commit changes up to ${LARGEST_COMMIT} objects`, {
    hint: 'Use larger partitions: a month instead of a day.',
  });
}
