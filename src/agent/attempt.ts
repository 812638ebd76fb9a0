import { join } from 'node:path';
import { asArcosError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { StateEvent } from '../flow/events.ts';
import type { OrchestratorClient } from '../orchestrator/client.ts';
import type { Assignment } from '../orchestrator/protocol.ts';
import type { Bundles } from './bundles.ts';
import { type Launched, launchProcess } from './launch/process.ts';
import { createOutbox } from './outbox.ts';
import { backOff, passes, pause } from './passes.ts';

export interface AttemptOptions {
  readonly server: string;
  readonly client: OrchestratorClient;
  readonly bundles: Bundles;
  /** Where the working folders of runs are. */
  readonly folder: string;
  readonly memoryMb: number;
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
  /** Ends it now; should it have had more to do, the server is told, and another agent may take it. */
  end(why: string): void;
}

/** How long a flow may take to clean up after it was cancelled. */
const CANCEL_GRACE_MS = 15_000;

export function beginAttempt(assignment: Assignment, options: AttemptOptions): Attempt {
  const { run, fence, name, flow, attempt, bundle, parameters, namespace, project, key } = assignment;
  const { server, client, bundles, memoryMb, gone } = options;
  const log = options.log.child({ run: name, flow, attempt });
  const ending = new AbortController();
  let launched: Launched | undefined;
  let cancelled: NodeJS.Timeout | undefined;
  const now = () => new Date().toISOString();

  const outbox = createOutbox({
    fence,
    source: 'agent',
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
      const state = cancelled === undefined ? 'Crashed' : 'Cancelled';
      return { kind: 'state', state, message: String(ending.signal.reason), at: now() };
    }
    launched = await launchProcess({
      bundleFile,
      flow,
      fence,
      parameters,
      environment: { server, key, namespace, project, run, attempt },
      folder: join(options.folder, `${run}-${fence}`),
      memoryMb,
      onLine(level, message) {
        outbox.add({ kind: 'log', level, message, at: now() });
        return outbox.full();
      },
    });
    // Asked for while it was being started.
    if (ending.signal.aborted) launched.kill();
    const { done, how } = await launched.ended;
    log.info('a run has ended', { how });
    if (done) return undefined;
    const why = ending.signal.aborted ? String(ending.signal.reason) : `its process ended with ${how}`;
    return { kind: 'state', state: 'Crashed', message: why, at: now() };
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
  }

  return { run, fence, over: through(), cancel, end };
}
