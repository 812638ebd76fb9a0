import type { StateName } from '../views.ts';

/** What the rules may look at: the run as it is, and the policy of its deployment. */
export interface RunFacts {
  readonly state: StateName;
  readonly fence: number;
  readonly attempt: number;
  readonly dueAt: Date;
  /** Attempts since somebody last asked for the run that failed, and that were lost. */
  readonly failures: number;
  readonly crashes: number;
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly backoff: number;
  readonly crashRetries: number;
  /** Other active runs of the deployment; needed only where the run is to be Pending. */
  readonly active: number;
  readonly concurrency: number | undefined;
}

export interface Proposal {
  readonly to: StateName;
  readonly by: 'agent' | 'run' | 'person' | 'reaper';
  readonly at: Date;
  readonly message?: string;
  /** Of the claim the proposer acts under. */
  readonly fence?: number;
}

export type Verdict =
  /** The run gets this state, perhaps another than was proposed; `retryInMs`: and is Scheduled again at once. */
  | { readonly answer: 'accept'; readonly to: StateName; readonly retryInMs?: number }
  /** It is so already: nothing changes. */
  | { readonly answer: 'keep' }
  /** Not from where it is. */
  | { readonly answer: 'reject'; readonly reason: string }
  /** Not yet. */
  | { readonly answer: 'wait'; readonly reason: string }
  /** Not by this one, ever: it has to stop what it is doing. */
  | { readonly answer: 'abort'; readonly reason: string };

/** Undefined: nothing to say, ask the next one. */
export type Rule = (run: RunFacts, proposal: Proposal) => Verdict | undefined;

const LONGEST_RETRY_MS = 24 * 3_600_000;

const MOVES: Readonly<Record<StateName, readonly StateName[]>> = {
  Scheduled: ['Pending', 'Cancelled'],
  Pending: ['Running', 'Failed', 'Crashed', 'Cancelling', 'Cancelled'],
  Running: ['Completed', 'Failed', 'Crashed', 'Cancelling', 'Cancelled'],
  Cancelling: ['Completed', 'Cancelled'],
  Completed: [],
  Failed: ['Scheduled'],
  Crashed: ['Scheduled'],
  Cancelled: ['Scheduled'],
};

const accept = (to: StateName): Verdict => ({ answer: 'accept', to });

/** A claim that was taken away may not change anything, whatever its holder still believes. */
const onlyTheHolder: Rule = (run, { fence }) => {
  if (fence === undefined || fence === run.fence) return undefined;
  return { answer: 'abort', reason: `the claim ${fence} is void: the run is in attempt ${run.attempt} by now` };
};

const alreadySo: Rule = (run, { to }) => (run.state === to ? { answer: 'keep' } : undefined);

/** An agent that saw its process end cannot know whether the final state had arrived. */
const endedBefore: Rule = (run, { by }) => (by === 'agent' && isEnd(run.state) ? { answer: 'keep' } : undefined);

/** Nobody has to be told to stop a run that has not begun. */
const cancelUnstarted: Rule = (run, { to }) =>
  run.state === 'Scheduled' && to === 'Cancelling' ? accept('Cancelled') : undefined;

/** Once cancelled, an end that is no success is the cancellation, and a begin changes nothing. */
const cancelWins: Rule = (run, { to }) => {
  if (run.state !== 'Cancelling') return undefined;
  if (to === 'Running') return { answer: 'keep' };
  return to === 'Failed' || to === 'Crashed' || to === 'Scheduled' ? accept('Cancelled') : undefined;
};

/** An agent that ends as it should has not lost its runs: that is no crash, and counts as none. */
const handBack: Rule = (run, { to, by }) =>
  to === 'Scheduled' && (by === 'agent' || by === 'reaper') && !isEnd(run.state) ? accept('Scheduled') : undefined;

const possible: Rule = (run, { to }) => {
  if (MOVES[run.state].includes(to)) return undefined;
  return { answer: 'reject', reason: `a run that is ${run.state} cannot become ${to}` };
};

const notBeforeDue: Rule = (run, { to, at }) =>
  to === 'Pending' && run.dueAt > at
    ? { answer: 'wait', reason: `it is due at ${run.dueAt.toISOString()}` }
    : undefined;

const concurrency: Rule = (run, { to }) => {
  if (to !== 'Pending' || run.concurrency === undefined || run.active < run.concurrency) return undefined;
  return { answer: 'wait', reason: `${run.active} of ${run.concurrency} runs of its deployment are active` };
};

const retryFailed: Rule = (run, { to }) => {
  if (to !== 'Failed' || run.failures >= run.retries) return undefined;
  const retryInMs = Math.min(run.retryDelayMs * run.backoff ** run.failures, LONGEST_RETRY_MS);
  return { answer: 'accept', to, retryInMs };
};

const retryCrashed: Rule = (run, { to }) =>
  to === 'Crashed' && run.crashes < run.crashRetries ? { answer: 'accept', to, retryInMs: 0 } : undefined;

/** In this order; the first that has something to say decides, and if none has, the proposal is accepted. */
export const RULES: readonly Rule[] = [
  onlyTheHolder,
  alreadySo,
  endedBefore,
  cancelUnstarted,
  cancelWins,
  handBack,
  possible,
  notBeforeDue,
  concurrency,
  retryFailed,
  retryCrashed,
];

export function judge(run: RunFacts, proposal: Proposal): Verdict {
  for (const rule of RULES) {
    const verdict = rule(run, proposal);
    if (verdict !== undefined) return verdict;
  }
  return accept(proposal.to);
}

export function isEnd(state: StateName): boolean {
  return state === 'Completed' || state === 'Failed' || state === 'Crashed' || state === 'Cancelled';
}

export const ACTIVE = ['Pending', 'Running', 'Cancelling'] as const satisfies readonly StateName[];
