import { type Kysely, sql } from 'kysely';
import { ArcosError } from '../base/errors.ts';
import { ABSENT, type Conditions, checkConditions, unmet } from './conditions.ts';
import type { Outcome } from './grouped.ts';
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

/** An object that is to be, with what must hold of the one it takes the place of. */
export interface NewObject {
  readonly row: ObjectRow;
  readonly conditions: Conditions;
}

/**
 * Makes objects of different names visible in place of those before them, in a transaction: three statements however
 * many there are. Generations are always higher than those before. An outcome each, in their order: PRECONDITION, or
 * UNAVAILABLE for one whose content was swept meanwhile, keeps none of the others.
 */
export async function putObjects(
  db: Database,
  objects: readonly NewObject[],
  now: Date,
): Promise<Outcome<StoredObject>[]> {
  const pairs = JSON.stringify(objects.map(({ row: { bucket, name } }) => ({ bucket, name })));
  // Two first writers of one name have no row to lock: the name itself is. In one order, so that nobody waits in a ring.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(path, 0)) FROM (
    SELECT bucket || '/' || name AS path FROM jsonb_to_recordset(${pairs}::jsonb) AS r(bucket text, name text)
    ORDER BY name COLLATE "C", bucket) AS paths`.execute(db);
  const { rows: found } = await sql<{ bucket: string; name: string; generation: number; metageneration: number }>`
    SELECT o.bucket, o.name, o.generation, o.metageneration FROM lake.object o
    JOIN jsonb_to_recordset(${pairs}::jsonb) AS r(bucket text, name text) ON o.bucket = r.bucket AND o.name = r.name`.execute(
    db,
  );
  const before = new Map(found.map((state) => [`${state.bucket}/${state.name}`, state]));
  const checked = objects.map(({ row, conditions }): Outcome<ObjectRow> => {
    const path = `${row.bucket}/${row.name}`;
    const state = before.get(path) ?? ABSENT;
    const reason = unmet(path, state, conditions);
    if (reason !== undefined) return { error: new ArcosError('PRECONDITION', reason) };
    return { value: { ...row, generation: Math.max(row.generation, state.generation + 1) } };
  });
  const put = checked.flatMap((outcome) => ('value' in outcome ? [outcome.value] : []));
  if (put.length === 0)
    return checked.map((outcome) => ('value' in outcome ? { value: toObject(outcome.value) } : outcome));
  const { rows: visible } = await sql<{ blob: string }>`
    WITH wanted AS (SELECT * FROM jsonb_populate_recordset(NULL::lake.object, ${JSON.stringify(put)}::jsonb)),
    own AS (DELETE FROM lake.garbage g USING wanted w WHERE g.blob = w.blob RETURNING g.blob),
    old AS (SELECT o.*, b.versioning FROM lake.object o JOIN wanted w ON o.bucket = w.bucket AND o.name = w.name
      JOIN own ON own.blob = w.blob JOIN lake.bucket b ON b.name = o.bucket),
    kept AS (INSERT INTO lake.version
      SELECT o.*, ${now}::timestamptz FROM lake.object o JOIN old ON old.bucket = o.bucket AND old.name = o.name
      WHERE old.versioning),
    garbage AS (INSERT INTO lake.garbage SELECT blob, ${now}::timestamptz FROM old WHERE NOT versioning)
    INSERT INTO lake.object SELECT w.* FROM wanted w JOIN own ON own.blob = w.blob
    ON CONFLICT (bucket, name) DO UPDATE SET generation = excluded.generation, size = excluded.size,
      content_type = excluded.content_type, md5 = excluded.md5, crc32c = excluded.crc32c, metadata = excluded.metadata,
      created_at = excluded.created_at, blob = excluded.blob, metageneration = excluded.metageneration,
      updated_at = excluded.updated_at, headers = excluded.headers
    RETURNING blob`.execute(db);
  const there = new Set(visible.map(({ blob }) => blob));
  return checked.map((outcome) => {
    if (!('value' in outcome)) return outcome;
    if (there.has(outcome.value.blob)) return { value: toObject(outcome.value) };
    return { error: new ArcosError('UNAVAILABLE', 'The write took too long, and its content was swept') };
  });
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
