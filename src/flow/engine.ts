import { type Clock, systemClock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import { type Call, type Hook, liveThrough, messageOf } from './call.ts';
import { untilAborted } from './deadline.ts';
import type { EngineState, Reporter, RunEvent, StoredResult, TaskStateName } from './events.ts';
import { createLimiter, type Limiter, unlimited } from './limiter.ts';
import { logOf } from './log.ts';
import { createOrigins } from './origins.ts';
import { type RunInfo, type Scope, within } from './scope.ts';

export interface EngineOptions {
  readonly run: RunInfo;
  readonly reporter: Reporter;
  /** Cancels the run when aborted; its reason is the message. */
  readonly signal: AbortSignal;
  /** Results of earlier attempts by task key: a task with the same key and input is not executed again. */
  readonly stored?: ReadonlyMap<string, StoredResult>;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** How long code that was cancelled may take to clean up before the run ends without it. */
  readonly graceMs?: number;
  /** Called with each state that the run gives itself; the last is told to the server when it has returned. */
  readonly onState?: Hook<RunChange> | undefined;
}

/** A state that a run has entered, or is about to end in. */
export interface RunChange {
  readonly state: EngineState;
  readonly message?: string;
}

export type Outcome<Result> =
  | { readonly state: 'Completed'; readonly value: Result }
  | { readonly state: 'Failed' | 'Cancelled'; readonly error: unknown };

const GRACE_MS = 5_000;
/** A hook that takes longer does not hold up the run's end. */
const HOOK_MS = 30_000;

/**
 * Executes the body of a flow as one attempt of a run: the tasks it calls, in whatever order and
 * parallelism it calls them. The run is Completed when the body returns, Failed when it throws or when
 * a task that nobody waited for fails, Cancelled when the signal says so. Never throws.
 */
export async function execute<Result>(
  body: (scope: Scope) => Promise<Result>,
  options: EngineOptions,
): Promise<Outcome<Result>> {
  const { run, reporter, signal, stored, clock = systemClock, random = Math.random } = options;
  const origins = createOrigins();
  const taken = new Map<string, number>();
  const ends = new Map<string, TaskStateName>();
  const blame = new WeakMap<object, string>();
  const calls = new Set<Promise<unknown>>();
  const bodies = new Set<Promise<unknown>>();
  const hooks = new Set<Promise<unknown>>();
  let open = true;

  const keep = (set: Set<Promise<unknown>>) => (promise: Promise<unknown>) => {
    set.add(promise);
    // Also handles the rejection: that nobody waits for a task is no reason to end the process.
    const remove = () => set.delete(promise);
    promise.then(remove, remove);
  };
  const working = keep(bodies);

  function emit(event: RunEvent): void {
    if (event.kind === 'task') ends.set(event.key, event.state);
    reporter(event);
  }

  function tell<Change>(hook: Hook<Change> | undefined, change: Change): void {
    if (hook === undefined) return;
    const told = within(scope, async () => {
      try {
        await hook(change, run);
      } catch (error) {
        logOf(() => scope).warn(`A hook failed: ${messageOf(error)}`);
      }
    });
    keep(hooks)(told);
  }

  /** Calls of one task have keys in the order they were made: `stage`, `stage#2`, `stage#3`. */
  function takeKey(wanted: string): string {
    const count = (taken.get(wanted) ?? 0) + 1;
    taken.set(wanted, count);
    return count === 1 ? wanted : takeKey(`${wanted}#${count}`);
  }

  function start<Value>(call: Call<Value>, limit: Limiter): { key: string; promise: Promise<Value> } {
    if (!open) throw new ArcosError('CANCELLED', `Task "${call.policy.name}" was called after the flow had ended`);
    const key = takeKey(call.key ?? call.policy.name);
    const waitsFor = [...new Set(call.after.flatMap((item) => origins.of(item)))];
    const promise = liveThrough(call, {
      scope,
      key,
      upstream: [...new Set([...origins.of(call.input), ...waitsFor])],
      ends: () => waitsFor.flatMap((name) => ends.get(name) ?? []),
      stored: stored?.get(key),
      working,
      limit,
      random,
      tell,
    }).then(
      (value) => {
        origins.remember(value, [key]);
        return value;
      },
      (error: unknown) => {
        if (typeof error === 'object' && error !== null && !blame.has(error)) blame.set(error, key);
        throw error;
      },
    );
    keep(calls)(promise);
    return { key, promise };
  }

  const scope: Scope = {
    run,
    signal,
    now: () => clock.now().toISOString(),
    emit,
    call(call) {
      const { key, promise } = start(call, unlimited);
      origins.remember(promise, [key]);
      return promise;
    },
    callAll(all, concurrency) {
      const limit = createLimiter(concurrency);
      const started = all.map((call) => start(call, limit));
      const promise = everyOne(started);
      origins.remember(
        promise,
        started.map(({ key }) => key),
      );
      promise.catch(() => undefined);
      return promise;
    },
  };

  /** Errors of tasks that were still under way when the body was over: nobody can have seen those. */
  async function finishCalls(): Promise<unknown[]> {
    const errors: unknown[] = [];
    while (calls.size > 0) {
      const left = await Promise.allSettled(calls);
      errors.push(...left.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : [])));
    }
    open = false;
    return errors;
  }

  async function attempt(): Promise<Outcome<Result>> {
    const done = within(scope, async () => body(scope));
    working(done);
    let outcome: Outcome<Result>;
    try {
      outcome = { state: 'Completed', value: await untilAborted(done, signal) };
    } catch (error) {
      outcome = { state: 'Failed', error };
    }
    const unseen = await finishCalls();
    if (signal.aborted) {
      await within(scope, () => cleanUp(bodies, options.graceMs ?? GRACE_MS));
      return { state: 'Cancelled', error: signal.reason };
    }
    return outcome.state === 'Completed' && unseen.length > 0 ? { state: 'Failed', error: unseen[0] } : outcome;
  }

  emit({ kind: 'state', state: 'Running', at: scope.now() });
  tell(options.onState, { state: 'Running' });
  const outcome = await attempt();
  const change = { state: outcome.state, ...messageFor(outcome, blame) };
  tell(options.onState, change);
  await cleanUp(hooks, HOOK_MS);
  emit({ kind: 'state', ...change, at: scope.now() });
  return outcome;
}

/** All of them are carried out, also when some fail; then the first error tells how many did. */
async function everyOne<Value>(
  started: readonly { readonly key: string; readonly promise: Promise<Value> }[],
): Promise<Value[]> {
  const outcomes = await Promise.allSettled(started.map(({ promise }) => promise));
  const values: Value[] = [];
  const failures: { key: string; error: unknown }[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') values.push(outcome.value);
    else failures.push({ key: started[index]?.key ?? '', error: outcome.reason });
  }
  const [first] = failures;
  if (first === undefined) return values;
  if (outcomes.length === 1) throw first.error;
  throw new ArcosError(
    first.error instanceof ArcosError ? first.error.code : 'INTERNAL',
    `${failures.length} of ${outcomes.length} failed; the first, "${first.key}": ${messageOf(first.error)}`,
    { cause: first.error },
  );
}

async function cleanUp(bodies: ReadonlySet<Promise<unknown>>, graceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, graceMs);
  });
  await Promise.race([Promise.allSettled(bodies), late]);
  clearTimeout(timer);
}

function messageFor(outcome: Outcome<unknown>, blame: WeakMap<object, string>): { message?: string } {
  if (outcome.state === 'Completed') return {};
  return { message: outcome.state === 'Failed' ? explain(outcome.error, blame) : messageOf(outcome.error) };
}

function explain(error: unknown, blame: WeakMap<object, string>): string {
  const key = typeof error === 'object' && error !== null ? blame.get(error) : undefined;
  return key === undefined ? messageOf(error) : `Task "${key}" failed: ${messageOf(error)}`;
}
