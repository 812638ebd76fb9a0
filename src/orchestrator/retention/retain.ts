import { sql } from 'kysely';
import type { Access } from '../../access/access.ts';
import { asArcosError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { ObjectStore } from '../../lake/port.ts';
import type { Database } from '../transition/propose.ts';
import { firstIdAt } from '../view/counts.ts';
import type { RetainedView, StateName } from '../views.ts';
import { archiveLog } from './archive.ts';
import type { RetentionPolicy } from './policy.ts';

export interface RetainOptions {
  readonly db: Database;
  readonly access: Access;
  readonly lake: ObjectStore;
  readonly log: Log;
  readonly policy: RetentionPolicy;
}

/** Where code and logs are: what is below a namespace's name is that namespace's alone. */
export const LOG_BUCKET = 'arcos-code';

/** At a time: short transactions, which hold up nobody. */
const BATCH = 500;
const TABLES = ['state', 'task_run', 'log', 'artifact', 'run'] as const;

/**
 * Removes runs that have ended long enough ago, moves older logs into the lake, and forgets cached results that are
 * too old. With `dryRun` only says how much there is. May be killed at any moment, and made by several at once.
 */
export async function retain(
  options: RetainOptions,
  now: Date,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<RetainedView> {
  const { db, policy, log } = options;
  const runs: Partial<Record<StateName, number>> = {};
  for (const [state, keepMs] of Object.entries(policy.runs) as [StateName, number][]) {
    const before = new Date(now.getTime() - keepMs);
    runs[state] = dryRun ? await countEnded(db, state, before) : await removeEnded(options, state, before, signal);
  }
  const logs =
    policy.logsMs === undefined ? 0 : await moveLogs(options, new Date(now.getTime() - policy.logsMs), dryRun, signal);
  const cached = await forgetCached(db, now, dryRun);
  const removed = Object.values(runs).reduce((sum, count) => sum + count, 0);
  if (!dryRun && removed + logs > 0) {
    log.info('old runs were removed, and logs moved to the lake', { runs, logs });
    await giveBackRoom(db, log);
  }
  return { runs, logs, cached };
}

async function countEnded(db: Database, state: StateName, before: Date): Promise<number> {
  const { count } = await endedBefore(db, state, before)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

/** By the index run_by_state: no run was made after it ended. */
function endedBefore(db: Database, state: StateName, before: Date) {
  return db
    .selectFrom('orchestrator.run')
    .where('state', '=', state)
    .where('id', '<', firstIdAt(before))
    .where('ended_at', '<', before);
}

async function removeEnded(
  { db, access, lake }: RetainOptions,
  state: StateName,
  before: Date,
  signal: AbortSignal,
): Promise<number> {
  for (let removed = 0; ; ) {
    const batch = signal.aborted
      ? []
      : await endedBefore(db, state, before)
          .select(['id', 'namespace', 'log_object'])
          .where('principal', 'is', null)
          .orderBy('id')
          .limit(BATCH)
          .execute();
    if (batch.length === 0) return removed;
    const ids = batch.map(({ id }) => id);
    // Objects first: a run that is still there leads to what is left of them.
    for (const { log_object: name } of batch) if (name !== null) await removeObject(lake, { bucket: LOG_BUCKET, name });
    await removeResults(db, access, lake, ids);
    await db.transaction().execute(async (transaction) => {
      // Not those that somebody has run again meanwhile, with all that belongs to them.
      const held = await transaction
        .selectFrom('orchestrator.run')
        .select('id')
        .where('id', 'in', ids)
        .where('state', '=', state)
        .orderBy('id')
        .forUpdate()
        .skipLocked()
        .execute();
      const gone = held.map(({ id }) => id);
      removed += gone.length;
      for (const table of TABLES) {
        const key = sql.ref(table === 'run' ? 'id' : 'run');
        await sql`DELETE FROM ${sql.table(`orchestrator.${table}`)} WHERE ${key} = ANY (${gone}::uuid[])`.execute(
          transaction,
        );
      }
    });
  }
}

/** Large results of their tasks. */
async function removeResults(db: Database, access: Access, lake: ObjectStore, runs: readonly string[]): Promise<void> {
  const rows = await db
    .selectFrom('orchestrator.task_run as t')
    .innerJoin('orchestrator.run as r', 'r.id', 't.run')
    .select(['t.result', 'r.namespace'])
    .where('t.run', 'in', runs)
    .where('t.result', 'like', 'lake:%')
    .execute();
  for (const { result, namespace } of rows) {
    const { project } = await access.namespace(namespace);
    const [, bucket, name] = /^lake:([^/]+)\/(results\/.+)$/.exec(result ?? '') ?? [];
    // Its run said where: elsewhere than in its own project nothing is removed.
    if (bucket === project && name !== undefined) await removeObject(lake, { bucket, name });
  }
}

async function removeObject(lake: ObjectStore, ref: { bucket: string; name: string }): Promise<void> {
  await lake.remove(ref).catch((error: unknown) => {
    if (asArcosError(error).code !== 'NOT_FOUND') throw error;
  });
}

async function moveLogs(
  { db, lake }: RetainOptions,
  before: Date,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<number> {
  const old = (after: string) =>
    db
      .selectFrom('orchestrator.run as r')
      .where('r.log_object', 'is', null)
      .where('r.id', '>', after)
      .where('r.id', '<', firstIdAt(before))
      .where('r.ended_at', '<', before)
      .where(({ exists, selectFrom }) =>
        exists(selectFrom('orchestrator.log as l').select('l.id').whereRef('l.run', '=', 'r.id')),
      );
  const start = '00000000-0000-0000-0000-000000000000';
  if (dryRun) {
    const { count } = await old(start)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return count;
  }
  let moved = 0;
  for (let after = start; !signal.aborted; ) {
    const batch = await old(after).select(['r.id', 'r.namespace']).orderBy('r.id').limit(BATCH).execute();
    for (const { id, namespace } of batch) {
      if (signal.aborted) break;
      const ref = { bucket: LOG_BUCKET, name: `namespaces/${namespace}/logs/${id}.jsonl.gz` };
      if (await archiveLog(db, lake, id, ref)) moved++;
    }
    const last = batch.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  return moved;
}

async function forgetCached(db: Database, now: Date, dryRun: boolean): Promise<number> {
  const old = sql`key LIKE 'cache:%' AND (value::jsonb ->> 'until')::timestamptz < ${now}`;
  const { rows } = dryRun
    ? await sql<{ count: number }>`SELECT count(*) AS count FROM orchestrator.value WHERE ${old}`.execute(db)
    : await sql<{ count: number }>`
        WITH gone AS (DELETE FROM orchestrator.value WHERE ${old} RETURNING 1) SELECT count(*) AS count FROM gone`.execute(
        db,
      );
  return rows[0]?.count ?? 0;
}

/**
 * Gives the room of what was removed back. VACUUM lets it be used again; where more than half of a table is such
 * room, the table is written anew, which alone makes files smaller: it is then locked for a while, so not before
 * that, and not if others would have to wait for the lock.
 */
async function giveBackRoom(db: Database, log: Log): Promise<void> {
  for (const name of TABLES) {
    const table = sql.table(`orchestrator.${name}`);
    try {
      await sql`VACUUM (ANALYZE) ${table}`.execute(db);
      const { rows } = await sql<{ bytes: number; needed: number }>`
        SELECT pg_table_size(c.oid) AS bytes, greatest(c.reltuples, 0)::float8 * coalesce((
          SELECT sum(avg_width) + 28 FROM pg_stats s WHERE s.schemaname = 'orchestrator' AND s.tablename = ${name}), 100)
          AS needed
        FROM pg_class c WHERE c.oid = ${`orchestrator.${name}`}::regclass`.execute(db);
      const { bytes = 0, needed = 0 } = rows[0] ?? {};
      if (bytes < 8 * 1024 * 1024 || bytes < 2 * needed) continue;
      await db.connection().execute(async (connection) => {
        await sql`SET lock_timeout = '2s'`.execute(connection);
        try {
          await sql`VACUUM (FULL, ANALYZE) ${table}`.execute(connection);
        } finally {
          await sql`RESET lock_timeout`.execute(connection);
        }
      });
    } catch (error) {
      log.warn('the room of removed rows was not given back', { table: name, error: asArcosError(error).message });
    }
  }
}
