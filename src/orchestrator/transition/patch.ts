import type { Selectable, Updateable } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';
import type { StateName } from '../views.ts';
import { isEnd, type Proposal } from './rules.ts';

export type RunRow = Selectable<OrchestratorTables['orchestrator.run']>;
type RunPatch = Updateable<OrchestratorTables['orchestrator.run']>;

/** To whom a Pending run is given. */
export interface Grant {
  readonly agent: string;
  readonly leaseUntil: Date;
  /** Name of the principal that the run gets for it. */
  readonly principal: string;
}

/** What a run's row becomes when it enters the state. */
export function patchFor(run: RunRow, to: StateName, proposal: Proposal, grant?: Grant): RunPatch {
  const event = run.events + 1;
  const base: RunPatch = {
    state: to,
    message: proposal.message ?? null,
    revision: run.revision + 1,
    events: event,
    state_event: event,
  };
  if (to === 'Pending' && grant !== undefined) {
    const { agent, leaseUntil, principal } = grant;
    return { ...base, ...newClaim(run), agent, lease_until: leaseUntil, principal };
  }
  if (to === 'Running') return { ...base, started_at: proposal.at };
  if (to === 'Scheduled') {
    const anew = { ...base, ...again(run, proposal.at) };
    // Somebody asked for it: what failed before does not count against it.
    return proposal.by === 'person' ? { ...anew, failures: 0, crashes: 0 } : anew;
  }
  if (!isEnd(to)) return base;
  const ended: RunPatch = { ...base, ended_at: proposal.at, lease_until: null };
  // The holder itself may still have log lines to deliver; anybody else has taken the run from it.
  return proposal.fence === undefined ? { ...ended, ...newClaim(run) } : ended;
}

/** What becomes of a run that has just failed or crashed and is to be tried again. */
export function patchForRetry(run: RunRow, dueAt: Date): RunPatch {
  const event = run.events + 1;
  return {
    state: 'Scheduled',
    message: `attempt ${run.attempt} ${run.state === 'Failed' ? 'failed' : 'was lost'}: ${run.message ?? ''}`,
    revision: run.revision + 1,
    events: event,
    state_event: event,
    ...again(run, dueAt),
    ...(run.state === 'Failed' ? { failures: run.failures + 1 } : { crashes: run.crashes + 1 }),
  };
}

function again(run: RunRow, dueAt: Date): RunPatch {
  return {
    ...newClaim(run),
    origin: 'retry',
    attempt: run.attempt + 1,
    due_at: dueAt,
    started_at: null,
    ended_at: null,
    agent: null,
    lease_until: null,
  };
}

function newClaim(run: RunRow): RunPatch {
  return { fence: run.fence + 1, run_seq: 0, agent_seq: 0 };
}
