import type { Principal } from '../access/principal.ts';
import type { Clock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import type { Session } from '../sql/bind.ts';
import type { Script } from '../sql/parse.ts';
import { type ScriptMemory, scriptMemory } from '../sql/script.ts';
import type { EnginePool } from './engines/duckdb/pool.ts';
import type { ScriptContext, ScriptState } from './script.ts';

/** What the queries of a session have in common (BigQuery, Introduction to sessions): variables, temporary tables and functions, a transaction. */
export interface HeldSession {
  readonly id: string;
  readonly memory: ScriptMemory;
  readonly state: ScriptState;
  readonly on: ScriptContext['on'];
  /** Does `work` when what was asked for before it is over: a session's queries go one after the other. */
  turn<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** The sessions of this server. They end when nobody has used them for a day, with their engine, and with the server. */
export interface Sessions {
  /** Throws QUOTA when the principal has too many. */
  open(principal: Principal, of: { readonly id: string; readonly agency: string; readonly base: Session }): HeldSession;
  /** Throws NOT_FOUND for one that is over, or somebody else's. */
  find(principal: Principal, id: string): HeldSession;
  /** Rolls its transaction back and forgets it. Throws as `find`. */
  end(principal: Principal, id: string): void;
}

interface Entry {
  readonly held: HeldSession;
  readonly principal: string;
  used: Date;
}

const IDLE_MS = 24 * 3_600_000;
/** Each holds a connection of the engine. */
const MOST = 100;

export function createSessions(pool: EnginePool, clock: Clock): Sessions {
  const entries = new Map<string, Entry>();

  function forget(id: string): void {
    entries.get(id)?.held.on.close();
    entries.delete(id);
  }

  function entryOf(principal: Principal, id: string): Entry {
    for (const [known, { used }] of entries) if (clock.now().getTime() - used.getTime() > IDLE_MS) forget(known);
    const entry = entries.get(id);
    if (entry?.principal === principal.id) return entry;
    throw new ArcosError('NOT_FOUND', `Session ${id} is not found: it was never opened, or it is over`, {
      hint: 'Open another with createSession.',
      data: { reason: 'notFound' },
    });
  }

  return {
    open(principal, { id, agency, base }) {
      const mine = [...entries.values()].filter((entry) => entry.principal === principal.id).length;
      if (mine >= MOST) {
        throw new ArcosError('QUOTA', `${principal.name} has ${mine} sessions open`, {
          hint: 'End one with CALL BQ.ABORT_SESSION().',
          data: { reason: 'quotaExceeded' },
        });
      }
      let last: Promise<unknown> = Promise.resolve();
      const held: HeldSession = {
        id,
        memory: scriptMemory(base),
        state: { temporary: new Map(), inTransaction: false },
        on: pool.engine(agency).session(),
        turn(work) {
          const next = last.then(work);
          last = next.catch(async (error: unknown) => {
            // What was in the engine is gone with it.
            if (error instanceof ArcosError && error.code === 'UNAVAILABLE') forget(id);
            else if (held.state.inTransaction) {
              held.state.inTransaction = false;
              await held.on.run({ steps: [], transaction: 'rollback' }).catch(() => forget(id));
            }
          });
          return next;
        },
      };
      entries.set(id, { held, principal: principal.id, used: clock.now() });
      return held;
    },

    find(principal, id) {
      const entry = entryOf(principal, id);
      entry.used = clock.now();
      return entry.held;
    },

    end(principal, id) {
      entryOf(principal, id);
      forget(id);
    },
  };
}

/** The id of the session that a job opens: the same whenever the job is asked for. */
export function sessionId(project: string, jobId: string): string {
  return `session_${sha256(`${project}:${jobId}`).slice(0, 40)}`;
}

/** The session that a text ends, `''` for its own; undefined when it is about something else. */
export function abortedSession({ statements }: Script): string | undefined {
  const [only] = statements;
  if (statements.length !== 1 || only?.kind !== 'call') return undefined;
  if (only.name.map(({ name }) => name.toUpperCase()).join('.') !== 'BQ.ABORT_SESSION') return undefined;
  const value = only.arguments[0]?.value;
  if (value === undefined) return '';
  if (value.kind === 'string') return value.value;
  throw new ArcosError('INVALID', 'BQ.ABORT_SESSION takes the id of a session as a literal', {
    data: { reason: 'invalidQuery', location: 'query' },
  });
}
