import { type Kysely, sql } from 'kysely';
import { ArcosError } from '../base/errors.ts';
import { ABSENT, type Conditions, checkConditions } from './conditions.ts';
import {
  DEFAULT_CONTENT_TYPE,
  merge,
  type ObjectChange,
  type ObjectRow,
  type StoredObject,
  toObject,
  type VersionRef,
} from './object.ts';
import type { ObjectRef } from './port.ts';
import type { LakeTables } from './tables.ts';

type Database = Kysely<LakeTables>;
type Table = 'lake.object' | 'lake.version';

/** The object, or the version of it that `generation` names, current or not. Throws NOT_FOUND. */
export async function findObject(db: Database, ref: VersionRef): Promise<StoredObject> {
  const found = await lookUp(db, ref);
  if (found === undefined) throw notFound(ref);
  return toObject(found.row);
}

/** What is there under a name now; nothing when there is no current version. */
export async function currentState(db: Database, { bucket, name }: ObjectRef) {
  const row = await db
    .selectFrom('lake.object')
    .select(['generation', 'metageneration'])
    .where('bucket', '=', bucket)
    .where('name', '=', name)
    .executeTakeFirst();
  return row ?? ABSENT;
}

/** Makes the object visible in place of the one before it, in a transaction; its generation is always higher. */
export async function putObject(
  db: Database,
  object: ObjectRow,
  conditions: Conditions,
  now: Date,
): Promise<StoredObject> {
  // Two first writers of one name have no row to lock: the name itself is.
  await lockName(db, object);
  const before = await lookUp(db, { bucket: object.bucket, name: object.name });
  checkConditions(`${object.bucket}/${object.name}`, before?.row ?? ABSENT, conditions);
  if (before !== undefined) await retire(db, before.row, now);
  const row = { ...object, generation: Math.max(object.generation, (before?.row.generation ?? 0) + 1) };
  const values = { ...row, metadata: JSON.stringify(row.metadata), headers: JSON.stringify(row.headers) };
  await db
    .insertInto('lake.object')
    .values(values)
    .onConflict((conflict) => conflict.columns(['bucket', 'name']).doUpdateSet(values))
    .execute();
  const { numDeletedRows } = await db.deleteFrom('lake.garbage').where('blob', '=', row.blob).executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw new ArcosError('UNAVAILABLE', 'The write took too long, and its content was swept');
  return toObject(row);
}

/** Removes the object, or for good the version that `generation` names, in a transaction. Throws NOT_FOUND. */
export async function removeObject(db: Database, ref: VersionRef, conditions: Conditions, now: Date): Promise<void> {
  await lockName(db, ref);
  const found = await lookUp(db, ref);
  checkConditions(`${ref.bucket}/${ref.name}`, found?.row ?? ABSENT, conditions);
  if (found === undefined) throw notFound(ref);
  const { table, row } = found;
  if (ref.generation === undefined) await retire(db, row, now);
  else await discard(db, row.blob, now);
  await db
    .deleteFrom(table)
    .where('bucket', '=', row.bucket)
    .where('name', '=', row.name)
    .where('generation', '=', row.generation)
    .execute();
}

/** Changes what is told of an object, in a transaction; its content stays. Throws NOT_FOUND. */
export async function changeObject(
  db: Database,
  ref: VersionRef,
  change: ObjectChange,
  conditions: Conditions,
  now: Date,
): Promise<StoredObject> {
  await lockName(db, ref);
  const found = await lookUp(db, ref);
  if (found === undefined) throw notFound(ref);
  const { table, row } = found;
  checkConditions(`${ref.bucket}/${ref.name}`, row, conditions);
  const { contentType = row.content_type, metadata = {}, headers = {} } = change;
  const changed: ObjectRow = {
    ...row,
    content_type: contentType ?? DEFAULT_CONTENT_TYPE,
    metadata: metadata === null ? {} : merge(row.metadata, metadata),
    headers: merge({ ...row.headers }, headers),
    metageneration: row.metageneration + 1,
    updated_at: now,
  };
  await db
    .updateTable(table)
    .set({
      content_type: changed.content_type,
      metadata: JSON.stringify(changed.metadata),
      headers: JSON.stringify(changed.headers),
      metageneration: changed.metageneration,
      updated_at: now,
    })
    .where('bucket', '=', row.bucket)
    .where('name', '=', row.name)
    .where('generation', '=', row.generation)
    .execute();
  return toObject(changed);
}

async function lookUp(db: Database, ref: VersionRef): Promise<{ table: Table; row: ObjectRow } | undefined> {
  const select = (table: Table) =>
    db.selectFrom(table).selectAll().where('bucket', '=', ref.bucket).where('name', '=', ref.name);
  const row = await select('lake.object').executeTakeFirst();
  if (row !== undefined && (ref.generation === undefined || ref.generation === row.generation))
    return { table: 'lake.object', row };
  if (ref.generation === undefined) return undefined;
  const version = await select('lake.version').where('generation', '=', ref.generation).executeTakeFirst();
  return version === undefined ? undefined : { table: 'lake.version', row: version };
}

/** Locks several names in one order, so that two who want the same do not wait for each other. */
export async function lockNames(db: Database, refs: readonly ObjectRef[]): Promise<void> {
  for (const ref of refs.toSorted((a, b) => (a.name < b.name ? -1 : 1))) await lockName(db, ref);
}

function lockName(db: Database, { bucket, name }: ObjectRef) {
  return sql`SELECT pg_advisory_xact_lock(hashtextextended(${`${bucket}/${name}`}, 0))`.execute(db);
}

/** What comes of a current object that is no longer one: a version where the bucket keeps them, else garbage. */
async function retire(db: Database, { bucket, name, blob }: ObjectRow, now: Date): Promise<void> {
  const { numAffectedRows } = await sql`
    INSERT INTO lake.version
    SELECT o.*, ${now}::timestamptz FROM lake.object o JOIN lake.bucket b ON b.name = o.bucket
    WHERE o.bucket = ${bucket} AND o.name = ${name} AND b.versioning`.execute(db);
  if (numAffectedRows !== 1n) await discard(db, blob, now);
}

async function discard(db: Database, blob: string, since: Date): Promise<void> {
  await db.insertInto('lake.garbage').values({ blob, since }).execute();
}

function notFound({ bucket, name, generation }: VersionRef): ArcosError {
  const version = generation === undefined ? '' : `#${generation}`;
  return new ArcosError('NOT_FOUND', `No such object: ${bucket}/${name}${version}`);
}
