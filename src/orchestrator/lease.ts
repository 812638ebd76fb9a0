import type { HeartbeatAnswer, HeartbeatRequest, LeaseAnswer } from './protocol.ts';
import type { RunRow } from './transition/patch.ts';
import { type Database, holdRun, propose } from './transition/propose.ts';
import { ACTIVE, isEnd } from './transition/rules.ts';

/**
 * Makes the leases of the agent's runs as long as they are when new, also of those that have just
 * lapsed: as long as nobody has taken a run away, it is its agent's.
 */
export async function renewLeases(
  db: Database,
  agent: string,
  { runs }: HeartbeatRequest,
  leaseUntil: Date,
): Promise<HeartbeatAnswer> {
  if (runs.length === 0) return { runs: {} };
  const rows = await db
    .updateTable('orchestrator.run')
    .set({ lease_until: leaseUntil })
    .where('agent', '=', agent)
    .where('state', 'in', ACTIVE)
    .where(({ refTuple, tuple, eb }) =>
      eb(
        refTuple('id', 'fence'),
        'in',
        runs.map(({ run, fence }) => tuple(run, fence)),
      ),
    )
    .returning(['id', 'state'])
    .execute();
  const states = new Map(rows.map(({ id, state }) => [id, state]));
  const answer = (run: string): LeaseAnswer => {
    const state = states.get(run);
    if (state === undefined) return 'lost';
    return state === 'Cancelling' ? 'cancel' : 'continue';
  };
  return { runs: Object.fromEntries(runs.map(({ run }) => [run, answer(run)])) };
}

/** At a time; the others are next. */
const MOST = 100;

/** Ends the attempts whose agents have not been heard of for too long. Returns how many. */
export async function reapLapsed(db: Database, now: Date): Promise<number> {
  const lapsed = await db
    .selectFrom('orchestrator.run')
    .select(['id', 'fence'])
    .where('state', 'in', ACTIVE)
    .where('lease_until', '<', now)
    .orderBy('lease_until')
    .limit(MOST)
    .execute();
  const ended = (row: RunRow) => row.lease_until !== null && row.lease_until < now;
  return loseRuns(db, lapsed, now, 'its agent is gone: no heartbeat until its lease was over', ended);
}

/** Ends all attempts of an agent that has begun anew. */
export async function loseRunsOf(db: Database, agent: string, now: Date): Promise<number> {
  const held = await db
    .selectFrom('orchestrator.run')
    .select(['id', 'fence'])
    .where('agent', '=', agent)
    .where('state', 'in', ACTIVE)
    .execute();
  return loseRuns(db, held, now, 'its agent was killed, and has begun anew');
}

/** Ends those attempts that are still as they were found. Returns how many. */
async function loseRuns(
  db: Database,
  attempts: readonly { readonly id: string; readonly fence: number }[],
  now: Date,
  message: string,
  still: (row: RunRow) => boolean = () => true,
): Promise<number> {
  let lost = 0;
  for (const { id, fence } of attempts) {
    lost += await db.transaction().execute(async (transaction) => {
      const held = await holdRun(transaction, id);
      // Another server was faster, or its agent is back.
      if (held.row.fence !== fence || isEnd(held.row.state) || !still(held.row)) return 0;
      await propose(transaction, held, { to: 'Crashed', by: 'reaper', at: now, message });
      return 1;
    });
  }
  return lost;
}

/** Takes back attempts that nobody has begun: their runs wait again, and nothing counts against them. */
export async function takeBack(
  db: Database,
  attempts: readonly { readonly run: string; readonly fence: number }[],
  now: Date,
  message: string,
): Promise<void> {
  for (const { run: id, fence } of attempts) {
    await db.transaction().execute(async (transaction) => {
      const held = await holdRun(transaction, id);
      if (held.row.fence !== fence || isEnd(held.row.state)) return;
      await propose(transaction, held, { to: 'Scheduled', by: 'reaper', at: now, message });
    });
  }
}
