import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { ArcosError } from '../../base/errors.ts';

/** What a job's commit carries. */
export function commitMark(project: string, id: string): string {
  return JSON.stringify({ job: `${project}:${id}` });
}

/** What is known of a commit that carries the job's mark; undefined when there is none. */
export async function committed(db: Kysely<never>, mark: string): Promise<{ affectedRows?: number } | undefined> {
  const { rows } = await sql<{ commit_message: string | null }>`
    SELECT commit_message FROM ducklake.ducklake_snapshot_changes WHERE commit_extra_info = ${mark} LIMIT 1`.execute(
    db,
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return row.commit_message?.startsWith('{') === true ? (JSON.parse(row.commit_message) as object) : {};
}

const POLL_MS = 10;
const PATIENCE_MS = 10_000;

/**
 * Ends the database connections of a process that died. PostgreSQL may be about to commit for one that can
 * no longer hear of it; once this has returned, what is not committed never will be.
 */
export async function disconnect(db: Kysely<never>, name: string): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    const { rows } = await sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND (application_name = ${name} OR starts_with(application_name, ${`${name}-`}))`.execute(
      db,
    );
    if (rows.length === 0) return;
    await sleep(POLL_MS);
  }
  throw new ArcosError('UNAVAILABLE', `Connections of ${name} do not end`);
}
