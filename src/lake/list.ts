import { type Kysely, sql } from 'kysely';
import { ArcosError } from '../base/errors.ts';
import { type ObjectRow, type StoredObject, toObject } from './object.ts';
import type { ListRequest, ObjectPage } from './port.ts';
import type { LakeTables } from './tables.ts';

export interface LakeListRequest extends ListRequest {
  /** Versions that are not current too, the oldest of a name first. */
  readonly versions?: boolean;
  /** Names from this one on. */
  readonly startOffset?: string;
  /** Names before this one. */
  readonly endOffset?: string;
  /** POSIX regular expression that names match. */
  readonly pattern?: string;
}

export interface LakePage extends ObjectPage {
  readonly objects: readonly StoredObject[];
}

/** Sorts behind every name that begins with what is before it: the last character of Unicode. */
const LAST = '\u{10ffff}';

/** Rows that are looked at first behind a rolled-up prefix. */
const FEW = 4;

/** A place in the listing: behind a name, or behind one version of it. */
interface Place {
  readonly name: string;
  readonly generation?: number;
}

/**
 * A page of a bucket. With a delimiter each rolled-up prefix costs one look into the index, however many
 * objects are below it: the scan goes on behind the prefix.
 */
export async function listObjects(db: Kysely<LakeTables>, request: LakeListRequest): Promise<LakePage> {
  const { prefix = '', delimiter, limit = 1000, versions = false } = request;
  const objects: StoredObject[] = [];
  const prefixes: string[] = [];
  // Where names roll up, a page is mostly prefixes, and each needs one row; where they do not, it takes ever more.
  let step = delimiter === undefined ? limit : FEW;
  let after = request.pageToken === undefined ? undefined : decodeToken(request.pageToken);
  for (;;) {
    const room = Math.min(limit - objects.length - prefixes.length, step);
    const rows = await rowsAfter(db, request, after, room + 1);
    const rolled =
      delimiter === undefined ? -1 : rows.findIndex(({ name }) => name.indexOf(delimiter, prefix.length) >= 0);
    const plain = rows.slice(0, rolled < 0 ? room : Math.min(rolled, room));
    objects.push(...plain.map((row) => toObject(row)));
    const last = placeOf(plain.at(-1), versions) ?? after;
    if (rolled < 0 || rolled >= room) {
      const more = rows.length > plain.length;
      if (more && last !== undefined && objects.length + prefixes.length < limit) {
        after = last;
        step *= 8;
        continue;
      }
      return { objects, prefixes, ...(more && last !== undefined ? { nextPageToken: encodeToken(last) } : {}) };
    }
    const name = rows[rolled]?.name ?? '';
    const end = name.indexOf(delimiter ?? '', prefix.length) + (delimiter?.length ?? 0);
    prefixes.push(name.slice(0, end));
    step = FEW;
    after = { name: name.slice(0, end) + LAST };
    if (objects.length + prefixes.length >= limit) {
      const next = await rowsAfter(db, request, after, 1);
      return { objects, prefixes, ...(next.length > 0 ? { nextPageToken: encodeToken(after) } : {}) };
    }
  }
}

function placeOf(row: ObjectRow | undefined, versions: boolean): Place | undefined {
  return row === undefined ? undefined : { name: row.name, ...(versions ? { generation: row.generation } : {}) };
}

async function rowsAfter(
  db: Kysely<LakeTables>,
  request: LakeListRequest,
  after: Place | undefined,
  limit: number,
): Promise<ObjectRow[]> {
  const current = await rowsOf(db, 'lake.object', request, after, limit);
  if (request.versions !== true) return current;
  const past = await rowsOf(db, 'lake.version', request, after, limit);
  return [...current, ...past].sort(byNameThenGeneration).slice(0, limit);
}

function byNameThenGeneration(a: ObjectRow, b: ObjectRow): number {
  return Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)) || a.generation - b.generation;
}

function rowsOf(
  db: Kysely<LakeTables>,
  table: 'lake.object' | 'lake.version',
  { bucket, prefix = '', startOffset, endOffset, pattern }: LakeListRequest,
  after: Place | undefined,
  limit: number,
): Promise<ObjectRow[]> {
  let query = db.selectFrom(table).selectAll().where('bucket', '=', bucket).orderBy('name').limit(limit);
  if (table === 'lake.version') query = query.orderBy('generation');
  if (prefix !== '') query = query.where('name', '>=', prefix).where('name', '<', prefix + LAST);
  if (startOffset !== undefined) query = query.where('name', '>=', startOffset);
  if (endOffset !== undefined && endOffset !== '') query = query.where('name', '<', endOffset);
  if (pattern !== undefined) query = query.where('name', '~', pattern);
  if (after !== undefined) {
    const { name, generation } = after;
    query =
      generation === undefined
        ? query.where('name', '>', name)
        : query.where(sql<boolean>`(name, generation) > (${name}, ${generation})`);
  }
  return query.execute();
}

/** No name has a NUL in it. */
const encodeToken = ({ name, generation }: Place): string =>
  Buffer.from(generation === undefined ? name : `${name}\0${generation}`).toString('base64url');

function decodeToken(token: string): Place {
  const [name = '', generation] = Buffer.from(token, 'base64url').toString().split('\0');
  const place: Place = generation === undefined ? { name } : { name, generation: Number(generation) };
  if (name === '' || encodeToken(place) !== token)
    throw new ArcosError('INVALID', 'The page token is not one of this listing');
  return place;
}
