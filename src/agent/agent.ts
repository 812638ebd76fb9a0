import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asArcosError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { lakeClient } from '../lake/client.ts';
import { orchestratorClient } from '../orchestrator/client.ts';
import type { Assignment } from '../orchestrator/protocol.ts';
import { type Attempt, beginAttempt } from './attempt.ts';
import { createBundles } from './bundles.ts';
import { createWarmPool, type WarmPool } from './launch/pool.ts';
import type { RunLimits } from './launch/watch.ts';
import { killWorkersIn } from './launch/workers.ts';
import { createLeftovers } from './leftover.ts';
import { backOff, passes, pause } from './passes.ts';

export interface AgentOptions {
  /** Origin of the server. */
  readonly server: string;
  readonly key: string;
  readonly namespace: string;
  /** Unique in its namespace. */
  readonly name: string;
  /** It takes runs whose labels are among these; with none, runs that have none. */
  readonly labels: readonly string[];
  /** Runs at the same time. */
  readonly slots: number;
  /** Its own alone: bundles, and the working folders of runs. */
  readonly workDir: string;
  readonly log: Log;
  /** Stops it, like `stop()`. */
  readonly signal?: AbortSignal;
  /** 5 s unless told; the server's lease must be several times that. */
  readonly heartbeatMs?: number;
  /** Of each run's JavaScript heap, in MiB; 1,024 unless told. */
  readonly memoryMb?: number;
  /** Of each run with everything it has started; one that exceeds them is Failed. None unless told. */
  readonly limits?: RunLimits;
  /** Processes that wait for runs, started ahead; 1 unless told. */
  readonly warm?: number;
}

export interface Agent {
  /** Takes no more runs, ends those it has and gives them back. */
  stop(): Promise<void>;
  /** When it has stopped. Rejects when the server will never take it: a bad key, an unknown namespace. */
  readonly done: Promise<void>;
}

const HEARTBEAT_MS = 5_000;
const MEMORY_MB = 1_024;
const WARM = 1;
/** How long the server may keep a claim open. */
const WAIT_MS = 20_000;
/** After that an answer will not come any more. */
const ANSWER_MS = 15_000;
/** How long the last words about runs may take when it stops. */
const GOODBYE_MS = 5_000;

/** Asks the server for runs and executes each in a process of its own, until it is stopped. */
export function runAgent(options: AgentOptions): Agent {
  const { server, key, namespace, name, labels, slots, workDir } = options;
  const { heartbeatMs = HEARTBEAT_MS, memoryMb = MEMORY_MB, warm = WARM, limits = {} } = options;
  const log = options.log.child({ agent: name });
  const client = orchestratorClient({ baseUrl: server, key });
  const bundles = createBundles(lakeClient({ baseUrl: server, key }), join(workDir, 'bundles'));
  const folder = join(workDir, 'runs');
  const identity = { namespace, name, labels };
  const attempts = new Set<Attempt>();
  const stopping = new AbortController();
  const stopped = new AbortController();
  const leftovers = createLeftovers(join(workDir, 'journals'), { client, log, gone: stopped.signal });
  /** Resolved when a run is over, or when there will be no more. */
  let freed = Promise.withResolvers<void>();
  stopping.signal.addEventListener('abort', () => freed.resolve(), { once: true });

  function begin(assignment: Assignment, pool: WarmPool): void {
    const gone = stopped.signal;
    const attempt = beginAttempt(assignment, { server, client, bundles, pool, leftovers, limits, log, gone });
    attempts.add(attempt);
    void attempt.over.then(() => {
      attempts.delete(attempt);
      freed.resolve();
      freed = Promise.withResolvers();
    });
  }

  async function claimRuns(pool: WarmPool): Promise<void> {
    let known = false;
    for (let failures = 0; !stopping.signal.aborted; ) {
      if (attempts.size >= slots) {
        await freed.promise;
        continue;
      }
      const late = AbortSignal.timeout(WAIT_MS + ANSWER_MS);
      const signal = AbortSignal.any([stopping.signal, late]);
      try {
        // Before the first claim, or it would be taken for lost as well.
        if (!known) await client.heartbeat({ ...identity, runs: [], fresh: true }, signal);
        known = true;
        const request = { ...identity, slots: slots - attempts.size, waitMs: WAIT_MS };
        const { runs } = await client.claim(request, signal);
        for (const assignment of runs) begin(assignment, pool);
        if (failures > 0) log.info('the server is back');
        failures = 0;
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (!late.aborted && !passes(error)) throw error;
        failures++;
        if (failures === 1) log.warn('the server is away', { error: asArcosError(error).message });
        await pause(backOff(failures), stopping.signal);
      }
    }
  }

  async function beat(): Promise<void> {
    const beating = [...attempts];
    const runs = beating.map(({ run, fence }) => ({ run, fence }));
    const { runs: answers } = await client.heartbeat({ ...identity, runs }, AbortSignal.timeout(2 * heartbeatMs));
    for (const attempt of beating) {
      const answer = answers[attempt.run];
      if (answer === 'cancel') attempt.cancel();
      if (answer === 'lost') attempt.end('it is no longer with this agent');
    }
  }

  async function keepBeating(): Promise<void> {
    while (!stopped.signal.aborted) {
      // A server that is away hears the next one.
      await beat().catch((error: unknown) => log.debug('no heartbeat', { error: asArcosError(error).message }));
      await pause(heartbeatMs, stopped.signal);
    }
  }

  async function live(): Promise<void> {
    // What an agent before this one left behind, killed with its runs.
    killWorkersIn(folder);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await leftovers.deliverAll(stopping.signal);
    const beating = keepBeating();
    const pool = createWarmPool(warm, { folder, compiled: join(workDir, 'compiled'), memoryMb });
    try {
      await claimRuns(pool);
    } finally {
      stopping.abort();
      pool.close();
      for (const attempt of attempts) attempt.handBack('its agent was stopped');
      const goodbyes = Promise.all([...attempts].map(({ over }) => over));
      await Promise.race([goodbyes, pause(GOODBYE_MS, stopped.signal)]);
      stopped.abort();
      await beating;
    }
  }

  const done = live();
  const stop = async () => {
    stopping.abort();
    await done.catch(() => undefined);
  };
  // Whoever waits for neither must not see the process end for it.
  done.catch((error: unknown) => log.error('the agent cannot work', { error: asArcosError(error).message }));
  options.signal?.addEventListener('abort', stop, { once: true });
  return { stop, done };
}
