import type { Access } from '../../access/access.ts';
import type { Clock } from '../../base/clock.ts';
import { insertRun, planRun } from '../createrun.ts';
import { readSchedule } from '../register.ts';
import type { Database } from '../transition/propose.ts';
import { nextFiring } from './firing.ts';

/**
 * Makes the runs of schedules that are due; several servers may do so at once. Firings that were missed,
 * because no server was there, are made up for as the schedule says.
 * Returns how long nothing will be due, in ms; undefined when nothing is planned at all.
 */
export async function fireDue(db: Database, access: Access, clock: Clock): Promise<number | undefined> {
  while (await fireOne(db, access, clock)) {
    // Until none is due.
  }
  const next = await db
    .selectFrom('orchestrator.schedule')
    .select('next_at')
    .where('active', '=', true)
    .where('next_at', 'is not', null)
    .orderBy('next_at')
    .limit(1)
    .executeTakeFirst();
  return next?.next_at == null ? undefined : Math.max(0, next.next_at.getTime() - clock.now().getTime());
}

const MISSED_MS = 60_000;

/** One after the other on each server: it takes a second connection of the store while it has one. */
function fireOne(db: Database, access: Access, clock: Clock): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const now = clock.now();
    const due = await transaction
      .selectFrom('orchestrator.schedule')
      .selectAll()
      .where('active', '=', true)
      .where('next_at', '<=', now)
      .orderBy('next_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (due === undefined || due.next_at === null) return false;
    const schedule = readSchedule(due.definition);
    const { catchUp = 'one' } = schedule;
    // A firing that is a little late was not missed.
    const missed = now.getTime() - due.next_at.getTime() > MISSED_MS;
    const next = nextFiring(schedule, catchUp === 'all' ? due.next_at : now) ?? null;
    const move = () =>
      transaction.updateTable('orchestrator.schedule').set({ next_at: next }).where('id', '=', due.id).execute();
    if (missed && catchUp === 'none') {
      await move();
      return true;
    }
    const row = await planRun(transaction, access, {
      deployment: due.deployment,
      origin: 'schedule',
      parameters: schedule.parameters ?? {},
      labels: schedule.labels,
      scheduledFor: due.next_at,
      now,
      // Also if it is moved back: the same firing is the same run.
      idempotencyKey: `schedule ${due.id} ${due.next_at.toISOString()}`,
    });
    await insertRun(transaction, row);
    await move();
    return true;
  });
}
