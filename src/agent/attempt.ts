import { asArcosError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { StateEvent } from '../flow/events.ts';
import { openJournal } from '../flow/journal.ts';
import type { OrchestratorClient } from '../orchestrator/client.ts';
import type { Assignment } from '../orchestrator/protocol.ts';
import type { Bundles } from './bundles.ts';
import type { WarmPool } from './launch/pool.ts';
import type { Launched } from './launch/process.ts';
import { type RunLimits, watchLimits } from './launch/watch.ts';
import type { Leftovers } from './leftover.ts';
import { createOutbox } from './outbox.ts';
import { backOff, passes, pause } from './passes.ts';

export interface AttemptOptions {
  readonly server: string;
  readonly client: OrchestratorClient;
  readonly bundles: Bundles;
  readonly pool: WarmPool;
  readonly leftovers: Leftovers;
  readonly limits: RunLimits;
  readonly log: Log;
  /** Aborted when nothing more can be told. */
  readonly gone: AbortSignal;
}

/** A run that this agent has, from its claim to its end. */
export interface Attempt {
  readonly run: string;
  readonly fence: number;
  /** When its process is gone and the server knows how it went. Never rejects. */
  readonly over: Promise<void>;
  /** Has the flow end itself, or ends it when it takes too long. */
  cancel(): void;
  /** Ends it now; should it have had more to do, the server is told that it crashed. */
  end(why: string): void;
  /** Ends it now, and gives what it still had to do back for another agent. */
  handBack(why: string): void;
}

/** How long a flow may take to clean up after it was cancelled. */
const CANCEL_GRACE_MS = 15_000;

export function beginAttempt(assignment: Assignment, options: AttemptOptions): Attempt {
  const { run, fence, name, flow, attempt, bundle, namespace, project, key } = assignment;
  const { parameters, scheduledFor } = assignment;
  const { server, client, bundles, pool, leftovers, limits, gone } = options;
  const told = { run, fence, source: 'run' } as const;
  const own = { run, fence, source: 'agent' } as const;
  const log = options.log.child({ run: name, flow, attempt });
  const ending = new AbortController();
  let launched: Launched | undefined;
  let cancelled: NodeJS.Timeout | undefined;
  let endedAs: 'Crashed' | 'Failed' | 'Scheduled' = 'Crashed';
  const now = () => new Date().toISOString();

  const outbox = createOutbox({
    fence,
    source: 'agent',
    journal: openJournal(leftovers.file(own)),
    send: (batch) => client.report(run, batch, gone),
    onCancel: cancel,
    onRefused: (error) => end(error.message),
  });

  function cancel(): void {
    if (cancelled !== undefined) return;
    cancelled = setTimeout(() => end('it did not end by itself after it was cancelled'), CANCEL_GRACE_MS);
    if (launched === undefined) ending.abort('cancelled before it began');
    else launched.cancel();
  }

  function end(why: string): void {
    ending.abort(why);
    launched?.kill();
  }

  function handBack(why: string): void {
    if (!ending.signal.aborted) endedAs = 'Scheduled';
    end(why);
  }

  /** However long the lake is away: the lease is renewed meanwhile. Undefined when the attempt was ended first. */
  async function fetchCode(): Promise<string | undefined> {
    for (let failures = 1; !ending.signal.aborted; failures++) {
      try {
        return await bundles.file(bundle);
      } catch (error) {
        if (!passes(error)) throw error;
        const message = `Its code cannot be fetched yet: ${asArcosError(error).message}`;
        if (failures === 1) outbox.add({ kind: 'log', level: 'warn', message, at: now() });
        await pause(backOff(failures), ending.signal);
      }
    }
    return undefined;
  }

  /** What has to be told of its end; undefined when the run itself has told it. */
  async function live(): Promise<StateEvent | undefined> {
    const bundleFile = await fetchCode();
    if (bundleFile === undefined || ending.signal.aborted) {
      const state = cancelled === undefined ? endedAs : 'Cancelled';
      return { kind: 'state', state, message: String(ending.signal.reason), at: now() };
    }
    const environment = { server, key, namespace, project, run, attempt, scheduledFor };
    const begin = { kind: 'run', flow, fence, parameters, journal: leftovers.file(told) } as const;
    launched = pool.take().bind({ bundleFile, environment, begin }, (level, message) => {
      outbox.add({ kind: 'log', level, message, at: now() });
      return outbox.full();
    });
    // Again it would do the same: that is no crash.
    const unwatch = watchLimits(launched.pid ?? 0, limits, (why) => {
      endedAs = 'Failed';
      end(why);
    });
    const { done, how } = await launched.ended;
    unwatch();
    log.info('a run has ended', { how });
    // Killed: what it had told nobody yet it has written down, perhaps its end.
    if ((await leftovers.deliver(told)) || done) return undefined;
    const why = ending.signal.aborted ? String(ending.signal.reason) : `its process ended with ${how}`;
    return { kind: 'state', state: endedAs, message: why, at: now() };
  }

  async function through(): Promise<void> {
    log.info('a run begins', { id: run });
    try {
      const event = await live();
      if (event !== undefined) outbox.add(event);
    } catch (thrown) {
      const { message, hint } = asArcosError(thrown);
      log.error('a run could not be started', { error: message });
      const said = `It could not be started: ${message}${hint === undefined ? '' : ` (${hint})`}`;
      outbox.add({ kind: 'state', state: 'Failed', message: said, at: now() });
    }
    clearTimeout(cancelled);
    // Refused: the server knows better by now.
    await outbox.flush().catch(() => undefined);
    await leftovers.deliver(own);
  }

  return { run, fence, over: through(), cancel, end, handBack };
}
