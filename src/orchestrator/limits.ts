import { type RawBuilder, sql } from 'kysely';
import { ArcosError } from '../base/errors.ts';
import type { LimitScope } from './tables.ts';
import type { RunRow } from './transition/patch.ts';
import { type Database, DUE_CHANNEL } from './transition/propose.ts';
import type { LimitView } from './views.ts';

/** Whether the limit `l` is one for the run `alias`. */
export function limits(alias: 'r' | 'o'): RawBuilder<boolean> {
  const run = (column: string) => sql.ref(`${alias}.${column}`);
  return sql<boolean>`CASE l.scope
    WHEN 'tag' THEN l.name = ANY (${run('tags')})
    WHEN 'namespace' THEN l.name = ${run('namespace')}
    WHEN 'agency' THEN l.name = ${run('agency')}
    WHEN 'backfill' THEN l.name = ${run('backfill')}::text
  END`;
}

const ACTIVE_UNDER = sql<number>`(
  SELECT count(*) FROM orchestrator.run o
  WHERE o.state IN ('Pending', 'Running', 'Cancelling') AND ${limits('o')})`;

/** A condition on a run `r`: no limit it is under is reached. Of a table without limits it costs nothing. */
export const BELOW_LIMITS = sql<boolean>`NOT EXISTS (
  SELECT FROM orchestrator.run_limit l WHERE ${limits('r')} AND l.most <= ${ACTIVE_UNDER})`;

/** Limits of a run with how far they are reached. With `hold`, others who claim under them wait. */
export async function limitsOf(db: Database, run: RunRow, hold = false): Promise<(LimitView & { active: number })[]> {
  const read = () =>
    sql<LimitView & { active: number }>`
      SELECT l.scope, l.name, l.most, ${ACTIVE_UNDER} AS active
      FROM orchestrator.run_limit l JOIN orchestrator.run r ON ${limits('r')}
      WHERE r.id = ${run.id} ORDER BY l.scope, l.name`.execute(db);
  const { rows } = await read();
  if (!hold || rows.length === 0) return rows;
  await sql`SELECT FROM orchestrator.run_limit l JOIN orchestrator.run r ON ${limits('r')}
    WHERE r.id = ${run.id} ORDER BY l.scope, l.name FOR UPDATE OF l`.execute(db);
  // Once more: by now those who were waited for have done what they did.
  return (await read()).rows;
}

export async function listLimits(db: Database): Promise<LimitView[]> {
  return db
    .selectFrom('orchestrator.run_limit')
    .selectAll()
    .where('scope', '<>', 'backfill')
    .orderBy('scope')
    .orderBy('name')
    .execute();
}

/** Takes effect with the next claim; runs that are active stay so. */
export async function putLimit(db: Database, { scope, name, most }: LimitView): Promise<void> {
  await db
    .insertInto('orchestrator.run_limit')
    .values({ scope, name, most })
    .onConflict((conflict) => conflict.columns(['scope', 'name']).doUpdateSet({ most }))
    .execute();
  await wakeWaiting(db);
}

/** Throws NOT_FOUND. */
export async function removeLimit(db: Database, scope: LimitScope, name: string): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom('orchestrator.run_limit')
    .where('scope', '=', scope)
    .where('name', '=', name)
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw new ArcosError('NOT_FOUND', `There is no limit for ${scope} ${name}`);
  await wakeWaiting(db);
}

async function wakeWaiting(db: Database): Promise<void> {
  await sql`SELECT pg_notify(${DUE_CHANNEL}, namespace) FROM (
    SELECT DISTINCT namespace FROM orchestrator.run WHERE state = 'Scheduled') waiting`.execute(db);
}
