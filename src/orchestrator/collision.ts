import { type Insertable, sql } from 'kysely';
import type { OrchestratorTables } from './tables.ts';
import { type Database, holdRun, propose } from './transition/propose.ts';
import { ACTIVE } from './transition/rules.ts';

type NewRunRow = Insertable<OrchestratorTables['orchestrator.run']>;

/**
 * What becomes of a new run beside those of its deployment that are active or wait: the row to insert,
 * perhaps Cancelled already. Where the policy is to replace, the others are cancelled. To be called in
 * a transaction; new runs of one deployment come one after the other.
 */
export async function collide(db: Database, row: NewRunRow, now: Date): Promise<NewRunRow> {
  const { collision, concurrency } = await db
    .selectFrom('orchestrator.deployment')
    .select(['collision', 'concurrency'])
    .where('id', '=', row.deployment)
    .executeTakeFirstOrThrow();
  // A backfill is many runs on purpose.
  if (collision === 'enqueue' || row.origin === 'backfill') return row;
  // Not the deployment's row: claims wait for that while they hold runs.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`new run ${row.deployment}`}, 0))`.execute(db);
  const others = await db
    .selectFrom('orchestrator.run')
    .select('id')
    .where('deployment', '=', row.deployment)
    .where('state', 'in', ['Scheduled', ...ACTIVE])
    .where(({ eb, or }) =>
      // The same again is the same run, and no collision with itself.
      or([eb('idempotency_key', 'is', null), eb('idempotency_key', '<>', row.idempotency_key ?? '')]),
    )
    .orderBy('id')
    .execute();
  if (others.length < (concurrency ?? 1)) return row;
  if (collision === 'cancel_new') {
    const message = `cancelled: ${others.length} earlier runs of its flow are active or wait`;
    return { ...row, state: 'Cancelled', message, ended_at: now };
  }
  for (const { id } of others) {
    const held = await holdRun(db, id);
    await propose(db, held, { to: 'Cancelling', by: 'person', at: now, message: `replaced by run ${row.name}` });
  }
  return row;
}
