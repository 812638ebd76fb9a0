import { systemClock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { CachePolicy } from './cache.ts';
import type { Call, TaskContext, TaskPolicy } from './call.ts';
import { execute } from './engine.ts';
import { printEvent } from './report/terminal.ts';
import { currentScope } from './scope.ts';

export interface CallOptions {
  /**
   * What else to wait for: results of tasks, or the promises of their calls. With promises the task is
   * called at once and its trigger decides, when those have ended, whether it runs.
   */
  readonly after?: readonly unknown[];
  /** The key of this call; the task's name unless told. */
  readonly key?: string;
}

export interface MapOptions extends Pick<CallOptions, 'after'> {
  /** How many at a time; 10 unless told. */
  readonly concurrency?: number;
}

/** An input that may be left out where the task takes none. */
type Arguments<Input> = undefined extends Input
  ? [input?: Input, options?: CallOptions]
  : [input: Input, options?: CallOptions];

export interface Task<Input, Result> {
  /** In a flow: a task run of its own. Elsewhere: runs by itself and logs to the terminal. */
  (...call: Arguments<Input>): Promise<Result>;
  /**
   * One task run for each item, with the keys `name[0]`, `name[1]`, ... Results come in the order of the
   * items. All are carried out, also when some fail; then it throws, naming the first.
   */
  map(items: Iterable<Input>, options?: MapOptions): Promise<Result[]>;
  readonly policy: TaskPolicy;
}

const CONCURRENCY = 10;

/**
 * A step of a flow: a function that the run records, retries, times and can reuse. Its result must be
 * JSON (plain objects, arrays, texts, finite numbers, booleans, null) or nothing, 256 MiB at the most (over 1 MiB it is an object of the lake):
 * a retry of the run takes it from storage instead of executing the task again.
 */
export function task<Input = undefined, Result = void>(
  policy: Omit<TaskPolicy, 'cache'> & { readonly cache?: CachePolicy<Input> },
  body: (input: Input, context: TaskContext) => Result | Promise<Result>,
): Task<Input, Result> {
  const callOf = (input: Input, options: CallOptions): Call<Result> => ({
    policy,
    body: (context) => body(input, context),
    input,
    after: options.after ?? [],
    ...(options.key === undefined ? {} : { key: options.key }),
  });
  const start = (...[input, options = {}]: Arguments<Input>) => {
    // Arguments lets it be left out only where Input may be undefined.
    const call = callOf(input as Input, options);
    return currentScope()?.call(call) ?? runAlone(policy.name, (scope) => scope.call(call));
  };
  const map = (items: Iterable<Input>, { concurrency = CONCURRENCY, after = [] }: MapOptions = {}) => {
    const calls = [...items].map((input, index) => callOf(input, { after, key: `${policy.name}[${index}]` }));
    return (
      currentScope()?.callAll(calls, concurrency) ?? runAlone(policy.name, (scope) => scope.callAll(calls, concurrency))
    );
  };
  return Object.assign(start, { map, policy });
}

async function runAlone<Result>(name: string, body: Parameters<typeof execute<Result>>[0]): Promise<Result> {
  const outcome = await execute(body, {
    run: { id: newId(), flow: name, attempt: 1 },
    reporter: (event) => (event.kind === 'state' ? undefined : printEvent(event)),
    signal: new AbortController().signal,
    clock: systemClock,
  });
  if (outcome.state === 'Completed') return outcome.value;
  throw outcome.error;
}
