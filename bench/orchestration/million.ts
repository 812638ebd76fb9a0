import { sql } from 'kysely';
import type { Store } from '../../src/store/store.ts';

export const NAMESPACES = ['rj-a', 'rj-b', 'rj-c', 'rj-rara'] as const;

/**
 * So many runs, as a city has them after months: of 200 flows in three namespaces and one of a fourth, nearly all
 * Completed, with their history and some lines of log. Made by PostgreSQL itself, in about 20 s a million.
 */
export async function fillRuns(store: Store, runs: number): Promise<void> {
  const db = store.tables<unknown>();
  await sql`INSERT INTO orchestrator.flow (id, namespace, name)
    SELECT uuidv7(), CASE WHEN n = 0 THEN 'rj-rara' ELSE (ARRAY['rj-a', 'rj-b', 'rj-c'])[1 + n % 3] END, 'flow-' || n
    FROM generate_series(0, 199) n`.execute(db);
  await sql`INSERT INTO orchestrator.flow_version (id, flow, number, bucket, object, sha256, parameters, created_at)
    SELECT uuidv7(), id, 1, 'arcos-code', 'x', md5(name), '{}', now() FROM orchestrator.flow`.execute(db);
  await sql`INSERT INTO orchestrator.deployment
      (id, flow, name, version, labels, parameters, retries, retry_delay_ms, backoff, crash_retries)
    SELECT uuidv7(), f.id, 'default', v.id, '{}', '{}', 0, 0, 1, 3
    FROM orchestrator.flow f JOIN orchestrator.flow_version v ON v.flow = f.id`.execute(db);
  await sql`
    WITH flows AS (
      SELECT row_number() OVER (ORDER BY f.name) - 1 AS n, f.id AS flow, f.namespace, d.id AS deployment, d.version
      FROM orchestrator.flow f JOIN orchestrator.deployment d ON d.flow = f.id)
    INSERT INTO orchestrator.run (id, name, flow, deployment, version, namespace, agency, state, message, origin,
      parameters, labels, scheduled_for, due_at, created_at, started_at, ended_at, events, state_event)
    SELECT uuidv7(at - now()), 'run-' || made.n, flow, deployment, version, namespace, 'rio', state,
      CASE state WHEN 'Failed' THEN 'Task "stage" failed: no such file' END, 'schedule',
      '{"day": "2026-01-01"}', '{}', at, at, at, at, CASE WHEN state = 'Scheduled' THEN NULL ELSE at END, 4, 4
    FROM (
      SELECT n, now() - (${runs} - n) * interval '8 seconds' AS at,
        CASE WHEN n > ${runs} - 20 THEN 'Scheduled' WHEN n % 97 = 0 THEN 'Failed' WHEN n % 1013 = 0 THEN 'Crashed'
          WHEN n % 50021 = 0 THEN 'Cancelled' ELSE 'Completed' END AS state
      FROM generate_series(1, ${runs}) n) made
    -- One flow has hardly any.
    JOIN flows ON flows.n = CASE WHEN made.n % 100003 = 0 THEN 0 ELSE 1 + made.n % 199 END`.execute(db);
  await sql`INSERT INTO orchestrator.state (run, event, state, attempt, at)
    SELECT id, e, CASE e WHEN 1 THEN 'Scheduled' WHEN 2 THEN 'Pending' WHEN 3 THEN 'Running' ELSE state END, 1, created_at
    FROM orchestrator.run, generate_series(1, 4) e`.execute(db);
  await sql`INSERT INTO orchestrator.log (run, id, attempt, at, level, message)
    SELECT id, 5, 1, created_at, 'info', 'read ' || (abs(hashtext(name)) % 100000) || ' calls' FROM orchestrator.run`.execute(
    db,
  );
  await sql`VACUUM ANALYZE`.execute(db);
}
