import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { asArcosError } from '../../base/errors.ts';
import { httpClient } from '../../base/http.ts';
import type { Log } from '../../base/log.ts';
import { makeRounds, type Rounds } from '../rounds.ts';
import { principalOf } from '../runkeys.ts';
import type { Database } from '../transition/propose.ts';
import { readAttempt, type TouchedTables } from './attempt.ts';
import { lineageOf } from './openlineage.ts';
import { traceOf } from './otlp.ts';

export interface EmitOptions {
  /** Where OTLP over HTTP is taken, without `/v1/traces`. */
  readonly otlpUrl?: string;
  /** Where events of OpenLineage are taken, as it is. */
  readonly openLineageUrl?: string;
  /** Sent as `Authorization: Bearer` to the latter. */
  readonly openLineageKey?: string;
  /** The tables that a principal has read and written since. */
  readonly tablesOf?: (principal: string, since: Date) => Promise<TouchedTables>;
}

const LOOK_EVERY_MS = 2_000;
/** How long events are written down after the last server that sends them. */
const ACTIVE_MS = 10 * 60_000;
const SENDING_MS = 30_000;
const BATCH = 50;
const FIRST_PAUSE_MS = 5_000;
/** Some four hours; afterwards it is dropped: nobody listens. */
const MOST_TRIES = 12;

interface Row {
  readonly id: string;
  readonly kind: 'otlp' | 'openlineage';
  readonly run: string;
  readonly attempt: number;
  readonly state: string;
  readonly message: string | null;
  readonly at: Date;
  readonly tries: number;
}

/** Tells systems outside how runs go, each event at least once; undefined where no system is told. */
export function startEmitter(
  { db, clock, log }: { readonly db: Database; readonly clock: Clock; readonly log: Log },
  { otlpUrl, openLineageUrl, openLineageKey, tablesOf }: EmitOptions,
): Rounds | undefined {
  const otlp = otlpUrl === undefined ? undefined : httpClient({ baseUrl: otlpUrl });
  const lineage =
    openLineageUrl === undefined
      ? undefined
      : httpClient({ baseUrl: openLineageUrl, ...(openLineageKey === undefined ? {} : { key: openLineageKey }) });
  const kinds = [...(otlp === undefined ? [] : ['otlp']), ...(lineage === undefined ? [] : ['openlineage'])];
  if (kinds.length === 0) return undefined;

  async function send(row: Row): Promise<void> {
    const principal = principalOf({ id: row.run });
    const over = row.state !== 'Running';
    const tables =
      row.kind === 'openlineage' && over && tablesOf !== undefined
        ? await tablesOf(principal, await begun(db, row))
        : { read: [], written: [] };
    const told = await readAttempt(db, row, tables);
    if (told === undefined) return;
    const signal = AbortSignal.timeout(SENDING_MS / 2);
    if (row.kind === 'otlp') await otlp?.send('/v1/traces', { method: 'POST', json: traceOf(told), signal });
    else await lineage?.send('', { method: 'POST', json: lineageOf(told), signal });
  }

  async function tell(row: Row): Promise<void> {
    try {
      await send(row);
      await db.deleteFrom('orchestrator.emission').where('id', '=', row.id).execute();
    } catch (thrown) {
      const error = asArcosError(thrown);
      const gone = row.tries >= MOST_TRIES || (error.http < 500 && !error.retryable && error.code !== 'CANCELLED');
      log.warn('how a run goes could not be told', {
        kind: row.kind,
        run: row.run,
        error: error.message,
        dropped: gone,
      });
      if (gone) await db.deleteFrom('orchestrator.emission').where('id', '=', row.id).execute();
      else {
        const next = new Date(clock.now().getTime() + FIRST_PAUSE_MS * 2 ** (row.tries - 1));
        await db.updateTable('orchestrator.emission').set({ next_at: next }).where('id', '=', row.id).execute();
      }
    }
  }

  return makeRounds({ name: 'telling how runs go', everyMs: LOOK_EVERY_MS, log }, async () => {
    const now = clock.now();
    const until = new Date(now.getTime() + ACTIVE_MS);
    await sql`
      INSERT INTO orchestrator.sink (kind, active_until) SELECT kind, ${until} FROM unnest(${kinds}::text[]) kind
      ON CONFLICT (kind) DO UPDATE SET active_until = excluded.active_until
      WHERE orchestrator.sink.active_until < ${new Date(now.getTime() + ACTIVE_MS / 2)}`.execute(db);
    const { rows } = await sql<Row>`
      UPDATE orchestrator.emission e SET tries = tries + 1, next_at = ${new Date(now.getTime() + SENDING_MS)}
      FROM (
        SELECT id FROM orchestrator.emission WHERE next_at <= ${now} AND kind = ANY (${kinds}::text[])
        ORDER BY next_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) taken
      WHERE e.id = taken.id RETURNING e.id, e.kind, e.run, e.attempt, e.state, e.message, e.at, e.tries`.execute(db);
    await Promise.all(rows.map(tell));
    return rows.length === BATCH ? 0 : LOOK_EVERY_MS;
  });
}

async function begun(db: Database, { run, at }: Row): Promise<Date> {
  const row = await db.selectFrom('orchestrator.run').select('created_at').where('id', '=', run).executeTakeFirst();
  return row?.created_at ?? at;
}
