import { sql } from 'kysely';
import { newId } from '../../base/ids.ts';
import type { RunRow } from '../transition/patch.ts';
import type { Database } from '../transition/propose.ts';
import type { NotificationEvent, StateName } from '../views.ts';
import { noRule } from './rules.ts';

/** Notified when there is something to tell. */
export const NOTIFICATION_CHANNEL = 'orchestrator_notification';

const EVENTS: Partial<Record<StateName, NotificationEvent>> = {
  Completed: 'completed',
  Failed: 'failed',
  Crashed: 'crashed',
  Cancelled: 'cancelled',
};

/**
 * Writes down what is to be told of a run that has ended for good, for each rule that wants it. In the transaction
 * that ends it, so that it is told if and only if it happened.
 */
export async function raiseEnd(db: Database, run: RunRow, at: Date): Promise<void> {
  const event = EVENTS[run.state];
  if (event === undefined) return;
  await sql`
    WITH raised AS (
      INSERT INTO orchestrator.notification (id, namespace, rule, event, run, attempt, next_at, created_at)
      SELECT gen_random_uuid(), n.namespace, n.name, ${event}, ${run.id}, ${run.attempt}, ${at}, ${at}
      FROM orchestrator.notification_rule n
      WHERE n.namespace = ${run.namespace} AND ${event} = ANY (n.events)
        AND (n.flow IS NULL OR n.flow = (SELECT name FROM orchestrator.flow WHERE id = ${run.flow}))
      ON CONFLICT DO NOTHING RETURNING id)
    SELECT pg_notify(${NOTIFICATION_CHANNEL}, '') FROM raised LIMIT 1`.execute(db);
}

/**
 * Writes down which runs are late (due, and not begun) and stuck (begun, and not ended) by some rule, each once an
 * attempt. Whatever has not ended is few and has indexes of its own.
 */
export async function raiseOverdue(db: Database, now: Date): Promise<void> {
  await sql`
    WITH raised AS (
      INSERT INTO orchestrator.notification (id, namespace, rule, event, run, attempt, next_at, created_at)
      SELECT gen_random_uuid(), n.namespace, n.name, e.event, r.id, r.attempt, ${now}, ${now}
      FROM orchestrator.notification_rule n
      JOIN LATERAL (VALUES ('late'), ('stuck')) e (event) ON e.event = ANY (n.events)
      JOIN orchestrator.run r ON r.namespace = n.namespace AND CASE e.event
        WHEN 'late' THEN r.state = 'Scheduled' AND r.due_at < ${now}::timestamptz - n.late_minutes * interval '1 minute'
        ELSE r.state IN ('Pending', 'Running', 'Cancelling')
          AND coalesce(r.started_at, r.due_at) < ${now}::timestamptz - n.stuck_minutes * interval '1 minute' END
      WHERE r.state IN ('Scheduled', 'Pending', 'Running', 'Cancelling')
        AND (n.flow IS NULL OR n.flow = (SELECT name FROM orchestrator.flow f WHERE f.id = r.flow))
      ON CONFLICT DO NOTHING RETURNING id)
    SELECT pg_notify(${NOTIFICATION_CHANNEL}, '') FROM raised LIMIT 1`.execute(db);
}

/** Has a message sent that tells of nothing. Throws NOT_FOUND. */
export async function raiseTest(db: Database, namespace: string, rule: string, now: Date): Promise<void> {
  const known = await db
    .selectFrom('orchestrator.notification_rule')
    .select('name')
    .where('namespace', '=', namespace)
    .where('name', '=', rule)
    .executeTakeFirst();
  if (known === undefined) throw noRule({ namespace, name: rule });
  await db
    .insertInto('orchestrator.notification')
    // Each is one of its own.
    .values({
      id: newId(),
      namespace,
      rule,
      event: 'test',
      run: null,
      attempt: now.getTime() % 1e9,
      next_at: now,
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await sql`SELECT pg_notify(${NOTIFICATION_CHANNEL}, '')`.execute(db);
}
