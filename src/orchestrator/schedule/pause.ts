import { ArcosError } from '../../base/errors.ts';
import { readSchedule } from '../register.ts';
import type { Database } from '../transition/propose.ts';
import { isUuid } from '../view/run.ts';
import { nextFiring } from './firing.ts';

/** Stops a schedule, or lets it go on from its next firing after now. Throws NOT_FOUND. */
export async function pauseSchedule(db: Database, id: string, active: boolean, now: Date): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('orchestrator.schedule')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) throw noSchedule(id);
    if (row.active === active) return;
    const next_at = nextFiring(readSchedule(row.definition), now) ?? null;
    await transaction
      .updateTable('orchestrator.schedule')
      .set(active ? { active, next_at } : { active })
      .where('id', '=', id)
      .execute();
  });
}

/** The namespace. Throws NOT_FOUND. */
export async function scheduleOwner(db: Database, id: string): Promise<string> {
  const row = isUuid(id)
    ? await db
        .selectFrom('orchestrator.schedule as s')
        .innerJoin('orchestrator.deployment as d', 'd.id', 's.deployment')
        .innerJoin('orchestrator.flow as f', 'f.id', 'd.flow')
        .select('f.namespace')
        .where('s.id', '=', id)
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw noSchedule(id);
  return row.namespace;
}

function noSchedule(id: string): ArcosError {
  return new ArcosError('NOT_FOUND', `There is no schedule ${id}`);
}
