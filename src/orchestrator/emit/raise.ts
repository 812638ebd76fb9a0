import { sql } from 'kysely';
import type { RunRow } from '../transition/patch.ts';
import type { Database } from '../transition/propose.ts';
import { isEnd } from '../transition/rules.ts';

/** Writes down, for each system outside that is told, that an attempt has begun or is over; in the transaction in which it is. */
export async function raiseEmission(db: Database, { id, attempt, state, message }: RunRow, at: Date): Promise<void> {
  if (state !== 'Running' && !isEnd(state)) return;
  await sql`
    INSERT INTO orchestrator.emission (kind, run, attempt, state, message, at, next_at)
    SELECT kind, ${id}, ${attempt}, ${state}, ${message}, ${at}, ${at}::timestamptz + interval '1 second'
    FROM orchestrator.sink
    WHERE active_until > ${at} AND (kind <> 'otlp' OR ${isEnd(state)})`.execute(db);
}
