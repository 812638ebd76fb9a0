import { type Kysely, type SqlBool, sql } from 'kysely';
import type { Bucket } from './bucket.ts';
import type { VersionRef } from './object.ts';
import type { LifecycleCondition } from './rule.ts';
import type { LakeTables } from './tables.ts';

/** At most this many objects go by a rule at a time; the next time takes the rest. */
const MOST = 10_000;

/** What a rule removes, while it has the generation it was found with. */
export interface Expired {
  /** With a generation for a version that is not current, which goes for good. */
  readonly ref: VersionRef;
  readonly generation: number;
}

/** The objects and versions of a bucket that its lifecycle rules want gone at the moment `now`. */
export async function expiredObjects(db: Kysely<LakeTables>, bucket: Bucket, now: Date): Promise<Expired[]> {
  const expired: Expired[] = [];
  for (const { condition } of bucket.lifecycle) {
    for (const live of [true, false]) {
      if (condition.isLive !== undefined && condition.isLive !== live) continue;
      const { rows } = await sql<{ name: string; generation: number }>`
        SELECT o.name, o.generation FROM ${sql.table(live ? 'lake.object' : 'lake.version')} o
        WHERE o.bucket = ${bucket.name} AND ${sql.join(terms(condition, live, now), sql` AND `)}
        LIMIT ${MOST}`.execute(db);
      for (const { name, generation } of rows) {
        const ref = { bucket: bucket.name, name };
        expired.push({ ref: live ? ref : { ...ref, generation }, generation });
      }
    }
  }
  return expired;
}

/** A condition as SQL over `o`; those about versions that are not current hold for no current one. */
function terms(condition: LifecycleCondition, live: boolean, now: Date) {
  const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
  const {
    age,
    createdBefore,
    customTimeBefore,
    daysSinceCustomTime,
    daysSinceNoncurrentTime,
    noncurrentTimeBefore,
    matchesPrefix,
    matchesSuffix,
    numNewerVersions,
  } = condition;
  const customTime = sql`(o.headers->>'customTime')::timestamptz`;
  const list = [sql<SqlBool>`true`];
  if (age !== undefined) list.push(sql`o.created_at <= ${daysAgo(age)}`);
  if (createdBefore !== undefined) list.push(sql`o.created_at < ${new Date(createdBefore)}`);
  if (customTimeBefore !== undefined) list.push(sql`${customTime} < ${new Date(customTimeBefore)}`);
  if (daysSinceCustomTime !== undefined) list.push(sql`${customTime} <= ${daysAgo(daysSinceCustomTime)}`);
  if (daysSinceNoncurrentTime !== undefined)
    list.push(live ? sql`false` : sql`o.deleted_at <= ${daysAgo(daysSinceNoncurrentTime)}`);
  if (noncurrentTimeBefore !== undefined)
    list.push(live ? sql`false` : sql`o.deleted_at < ${new Date(noncurrentTimeBefore)}`);
  if (matchesPrefix !== undefined)
    list.push(sql`EXISTS (SELECT FROM unnest(${matchesPrefix}::text[]) p WHERE starts_with(o.name, p))`);
  if (matchesSuffix !== undefined)
    list.push(sql`EXISTS (SELECT FROM unnest(${matchesSuffix}::text[]) s WHERE right(o.name, length(s)) = s)`);
  if (numNewerVersions !== undefined) list.push(newerVersions(numNewerVersions));
  return list;
}

function newerVersions(least: number) {
  return sql<SqlBool>`(
    (SELECT count(*) FROM lake.version v WHERE v.bucket = o.bucket AND v.name = o.name AND v.generation > o.generation)
    + (SELECT count(*) FROM lake.object l WHERE l.bucket = o.bucket AND l.name = o.name AND l.generation > o.generation)
    ) >= ${least}`;
}
