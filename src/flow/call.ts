import { ArcosError, asArcosError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import { canonicalJson } from '../base/json.ts';
import { CACHE_PREFIX, type CachePolicy, readCache, writeCache } from './cache.ts';
import { deadline, pause, untilAborted } from './deadline.ts';
import { type Duration, milliseconds } from './duration.ts';
import type { StoredResult, TaskEvent, TaskStateName } from './events.ts';
import { notJson } from './json.ts';
import { logOf, type RunLog } from './log.ts';
import { loadResult, storeResult } from './result.ts';
import { delayBefore, type RetryPolicy } from './retry.ts';
import { type RunInfo, type Scope, within } from './scope.ts';
import { type Trigger, triggerRefusal } from './trigger.ts';

export interface TaskPolicy extends RetryPolicy {
  readonly name: string;
  /** Of one try. The task's signal is aborted and the try has failed; what ignores the signal goes on unseen. */
  readonly timeout?: Duration;
  /** When it runs after the tasks it was told to wait for; `all_success` unless told. */
  readonly trigger?: Trigger;
  readonly tags?: readonly string[];
  /** Results are good for other runs too: see `CachePolicy`. */
  readonly cache?: CachePolicy<never>;
  /** Called with each state that a call of it enters; what it throws is logged, and changes nothing. */
  readonly onState?: Hook<TaskChange>;
}

/** A state that a call of a task has entered. */
export interface TaskChange {
  readonly key: string;
  readonly state: TaskStateName;
  readonly message?: string;
  readonly tries: number;
}

export type Hook<Change> = (change: Change, run: RunInfo) => unknown;

export interface TaskContext {
  readonly run: RunInfo;
  readonly key: string;
  /** 1 for the first. */
  readonly try: number;
  /** Aborted when the run is cancelled or the try takes too long: hand it on to whatever waits. */
  readonly signal: AbortSignal;
  readonly log: RunLog;
  /** `return context.skip('no new files')`: the task ends as Skipped, which counts as success. */
  skip(reason: string): undefined;
}

/** A task as it was called. */
export interface Call<Result> {
  readonly policy: TaskPolicy;
  readonly body: (context: TaskContext) => Result | Promise<Result>;
  readonly input: unknown;
  /** Instead of the task's name. */
  readonly key?: string;
  /** Results or promises of tasks to wait for that are not in the input. */
  readonly after: readonly unknown[];
}

/** What a call needs of the run around it. */
export interface CallSurroundings {
  readonly scope: Scope;
  readonly key: string;
  readonly upstream: readonly string[];
  /** How the tasks in `after` ended, once they have. */
  readonly ends: () => readonly TaskStateName[];
  readonly stored: StoredResult | undefined;
  /** The body's promise, also when nobody waits for it any more. */
  readonly working: (body: Promise<unknown>) => void;
  /** Runs the work when there is room for it. */
  readonly limit: <Work>(work: () => Promise<Work>) => Promise<Work>;
  readonly random: () => number;
  /** Calls a hook, and waits for it before the run ends. */
  readonly tell: <Change>(hook: Hook<Change> | undefined, change: Change) => void;
}

/** Lives through one call of a task, from waiting to its end. Throws what its last try threw. */
export async function liveThrough<Result>(call: Call<Result>, around: CallSurroundings): Promise<Result> {
  const { policy } = call;
  const { scope, key } = around;
  const known: Pick<TaskEvent, 'kind' | 'key' | 'upstream' | 'tags'> = {
    kind: 'task',
    key,
    upstream: around.upstream,
    tags: policy.tags ?? [],
  };
  let begun: Pick<TaskEvent, 'tries' | 'startedAt' | 'inputHash'> = { tries: 0 };
  const now = (state: TaskStateName, more: Pick<Partial<TaskEvent>, 'message' | 'result' | 'endedAt'> = {}) => {
    scope.emit({ ...known, ...begun, ...more, state, at: scope.now() });
    const { message } = more;
    around.tell(policy.onState, { key, state, tries: begun.tries, ...(message === undefined ? {} : { message }) });
  };
  const end = (state: TaskStateName, more: Pick<Partial<TaskEvent>, 'message' | 'result'> = {}) =>
    now(state, { ...more, endedAt: scope.now() });
  const log = logOf(() => ({ ...scope, task: key }));

  async function run(): Promise<Result> {
    const hash = inputHash(call.input);
    if (hash !== undefined) begun = { ...begun, inputHash: hash };
    if (around.stored !== undefined && around.stored.inputHash === hash) {
      const { result } = around.stored;
      // It was Result when it was written: same code, same task, same input.
      const value = await loadResult(result).catch((error: unknown) => {
        if (asArcosError(error).code !== 'NOT_FOUND') throw error;
        log.warn(`Its result is no longer in the lake: ${messageOf(error)}`);
        return GONE;
      });
      if (value !== GONE) {
        end('Reused');
        return value as Result;
      }
    }
    const cacheKey = cacheKeyOf(call, scope.run, hash);
    const cached = cacheKey === undefined ? undefined : await readCache(cacheKey, new Date(scope.now()));
    if (cached !== undefined) {
      end('Reused', { message: `cached until ${cached.until}` });
      return cached.value as Result;
    }
    begun = { ...begun, startedAt: scope.now() };
    for (let tries = 1; ; tries++) {
      begun = { ...begun, tries };
      now('Running');
      let attempt: Tried<Result>;
      try {
        attempt = await tryOnce(call, around, tries, log);
      } catch (error) {
        if (scope.signal.aborted) throw error;
        const delay = delayBefore(tries + 1, policy, around.random);
        if (delay === undefined) {
          log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
          end('Failed', { message: messageOf(error) });
          throw error;
        }
        now('Retrying', { message: messageOf(error) });
        log.warn(`Try ${tries} failed, the next is in ${(delay / 1000).toFixed(1)} s: ${messageOf(error)}`);
        await pause(delay, scope.signal);
        continue;
      }
      if (attempt.skipped !== undefined) {
        end('Skipped', { message: attempt.skipped });
        return attempt.value;
      }
      let result: string | undefined;
      try {
        result = await storeResult(key, attempt.value);
        if (cacheKey !== undefined && policy.cache !== undefined) {
          await writeCache(cacheKey, attempt.value, policy.cache, new Date(scope.now()));
        }
      } catch (error) {
        end('Failed', { message: messageOf(error) });
        throw error;
      }
      end('Completed', result === undefined ? {} : { result });
      return attempt.value;
    }
  }

  try {
    if (call.after.length > 0) {
      now('Pending');
      await untilAborted(Promise.allSettled(call.after), scope.signal);
      const refusal = triggerRefusal(policy.trigger ?? 'all_success', around.ends());
      if (refusal !== undefined) {
        end('TriggerFailed', { message: refusal });
        throw new ArcosError('PRECONDITION', `Task "${key}" did not run: ${refusal}`);
      }
    }
    return await around.limit(async () => {
      scope.signal.throwIfAborted();
      return run();
    });
  } catch (error) {
    if (scope.signal.aborted) end('Cancelled');
    throw error;
  }
}

const GONE = Symbol('gone');

function cacheKeyOf<Result>(
  { policy, input }: Call<Result>,
  run: RunInfo,
  hash: string | undefined,
): string | undefined {
  if (policy.cache === undefined) return undefined;
  // The policy's own type says what the input is: see `task`.
  const own = policy.cache.key?.(input as never);
  const content = own === undefined ? hash : sha256(own);
  return content === undefined ? undefined : `${CACHE_PREFIX}${run.flow}/${policy.name}/${content}`;
}

interface Tried<Result> {
  readonly value: Result;
  readonly skipped: string | undefined;
}

async function tryOnce<Result>(
  { policy, body }: Call<Result>,
  { scope, key, working }: CallSurroundings,
  tries: number,
  log: RunLog,
): Promise<Tried<Result>> {
  const { timeout } = policy;
  const { signal, clear } = deadline(
    scope.signal,
    timeout === undefined ? undefined : milliseconds(timeout),
    `Task "${key}" took longer than ${timeout}`,
  );
  let skipped: string | undefined;
  const context: TaskContext = {
    run: scope.run,
    key,
    try: tries,
    signal,
    log,
    skip(reason) {
      skipped = reason;
      return undefined;
    },
  };
  const done = within({ ...scope, task: key, signal }, async () => body(context));
  working(done);
  try {
    return { value: await untilAborted(done, signal), skipped };
  } finally {
    clear();
  }
}

/** Undefined when the input is not JSON: then nobody can say whether it is the same another time. */
function inputHash(input: unknown): string | undefined {
  if (input === undefined) return sha256('');
  return notJson(input) === undefined ? sha256(canonicalJson(input)) : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
