import { sql } from 'kysely';
import type { Access } from '../access/access.ts';
import { ArcosError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import { insertRun, planRun } from './createrun.ts';
import { readSchedule } from './register.ts';
import { nextFiring } from './schedule/firing.ts';
import { type Database, holdRun, propose } from './transition/propose.ts';
import { ACTIVE } from './transition/rules.ts';
import { isUuid } from './view/run.ts';
import type { BackfillView, PlannedBackfill } from './views.ts';

export interface BackfillRequest {
  /** The first moment, and the one after the last. */
  readonly from: Date;
  readonly until: Date;
  /** Over those of the deployment and its schedules. */
  readonly parameters?: JsonObject | undefined;
  /** Of its runs at a time; 1 unless told. */
  readonly concurrency?: number | undefined;
}

const MOST_RUNS = 5_000;

/**
 * The firings that a deployment's schedules would have had, paused or not. Throws NOT_FOUND, and INVALID
 * when there are none or too many.
 */
export async function planBackfill(
  db: Database,
  deployment: string,
  { from, until }: BackfillRequest,
): Promise<readonly PlannedBackfill[]> {
  const rows = isUuid(deployment)
    ? await db.selectFrom('orchestrator.schedule').selectAll().where('deployment', '=', deployment).execute()
    : [];
  const planned: PlannedBackfill[] = [];
  for (const { definition } of rows) {
    const schedule = readSchedule(definition);
    let at = nextFiring(schedule, new Date(from.getTime() - 1));
    for (; at !== undefined && at < until; at = nextFiring(schedule, at)) {
      planned.push({ at: at.toISOString(), parameters: schedule.parameters ?? {} });
      if (planned.length > MOST_RUNS) {
        throw new ArcosError('INVALID', `More than ${MOST_RUNS} runs would be made`, { hint: 'Take a shorter time.' });
      }
    }
  }
  if (planned.length === 0) {
    throw new ArcosError('INVALID', 'No schedule of the deployment fires in that time', {
      hint: 'A backfill makes the runs that the schedules would have made.',
    });
  }
  return planned.sort((a, b) => (a.at < b.at ? -1 : 1));
}

/** Makes the runs, all or none: from the oldest on, no more than `concurrency` of them at a time. */
export async function startBackfill(
  db: Database,
  access: Access,
  deployment: string,
  request: BackfillRequest,
  now: Date,
): Promise<string> {
  const planned = await planBackfill(db, deployment, request);
  const id = newId(now.getTime());
  const { from, until, parameters = {}, concurrency = 1 } = request;
  const [first] = planned;
  const base = await planRun(db, access, {
    deployment,
    origin: 'backfill',
    parameters: { ...first?.parameters, ...parameters },
    scheduledFor: now,
    now,
  });
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('orchestrator.backfill')
      .values({
        id,
        deployment,
        from_at: from,
        until_at: until,
        parameters,
        runs: planned.length,
        created_at: now,
        cancelled_at: null,
      })
      .execute();
    await transaction
      .insertInto('orchestrator.run_limit')
      .values({ scope: 'backfill', name: id, most: concurrency })
      .execute();
    for (const [index, { at, parameters: own }] of planned.entries()) {
      await insertRun(transaction, {
        ...base,
        id: newId(now.getTime()),
        parameters: { ...base.parameters, ...own, ...parameters },
        scheduled_for: new Date(at),
        // The oldest is taken first, and runs that were due before stay before them.
        due_at: new Date(now.getTime() - planned.length + index),
        backfill: id,
        idempotency_key: `backfill ${id} ${at} ${JSON.stringify(own)}`,
      });
    }
  });
  return id;
}

/** Throws NOT_FOUND. */
export async function readBackfill(db: Database, id: string): Promise<BackfillView> {
  const row = isUuid(id)
    ? await db.selectFrom('orchestrator.backfill').selectAll().where('id', '=', id).executeTakeFirst()
    : undefined;
  if (row === undefined) throw new ArcosError('NOT_FOUND', `There is no backfill ${id}`);
  const states = await db
    .selectFrom('orchestrator.run')
    .select(['state', sql<number>`count(*)`.as('count')])
    .where('backfill', '=', id)
    .groupBy('state')
    .execute();
  return {
    id,
    deployment: row.deployment,
    from: row.from_at.toISOString(),
    until: row.until_at.toISOString(),
    runs: row.runs,
    states: Object.fromEntries(states.map(({ state, count }) => [state, count])),
    createdAt: row.created_at.toISOString(),
    ...(row.cancelled_at === null ? {} : { cancelledAt: row.cancelled_at.toISOString() }),
  };
}

/** Cancels those of its runs that have not ended. */
export async function cancelBackfill(db: Database, id: string, now: Date): Promise<void> {
  const open = await db
    .selectFrom('orchestrator.run')
    .select('id')
    .where('backfill', '=', id)
    .where('state', 'in', ['Scheduled', ...ACTIVE])
    .orderBy('id', 'desc')
    .execute();
  // The waiting ones first, latest first: nothing new begins meanwhile that this had not reached.
  await db.updateTable('orchestrator.backfill').set({ cancelled_at: now }).where('id', '=', id).execute();
  await db
    .updateTable('orchestrator.run_limit')
    .set({ most: 0 })
    .where('scope', '=', 'backfill')
    .where('name', '=', id)
    .execute();
  for (const { id: run } of open) {
    await db.transaction().execute(async (transaction) => {
      const held = await holdRun(transaction, run);
      await propose(transaction, held, {
        to: 'Cancelling',
        by: 'person',
        at: now,
        message: 'its backfill was cancelled',
      });
    });
  }
}
