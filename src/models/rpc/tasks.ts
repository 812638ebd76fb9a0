import { randomUUID } from 'node:crypto';
import type { Log } from '../../base/log.ts';
import { asRpcFault, CODES, RpcFault } from './fault.ts';
import { entryLog, type LogEntry } from './log.ts';

/** dbt-rpc's words for how far a task is. A task that has not begun cannot be seen: clients know no such state. */
export type TaskState = 'running' | 'success' | 'failed' | 'error' | 'killed';

export interface Request {
  readonly id: unknown;
  readonly method: string;
  readonly address: string;
}

export interface TaskOptions {
  readonly request: Request;
  readonly tags: unknown;
  /** Seconds. */
  readonly timeout: number | null;
}

/** What a task's work answers: the members `poll` adds, and whether it succeeded. */
export interface Outcome {
  readonly good: boolean;
  readonly result: Readonly<Record<string, unknown>>;
}

interface Task extends TaskOptions {
  readonly id: string;
  readonly start: Date;
  readonly logs: LogEntry[];
  readonly abort: AbortController;
  state: TaskState;
  end: Date | undefined;
  outcome: Outcome | undefined;
  fault: RpcFault | undefined;
}

interface GarbageOptions {
  readonly ids?: readonly string[];
  readonly before?: Date;
}

/** Tasks kept, and those that stay when there are more. */
const MOST = 1_000;
const KEPT = 500;

/** The commands a server has been given, under way or ended. */
export class Tasks {
  readonly #tasks = new Map<string, Task>();

  /** Starts the work and answers with the task's token at once. */
  start(options: TaskOptions, work: (log: Log, signal: AbortSignal) => Promise<Outcome>): string {
    const { request, timeout } = options;
    const task = this.#open(options);
    const log = requestLog(task.logs, request);
    const timer =
      timeout === null
        ? undefined
        : setTimeout(() => {
            const message = `RPC timed out after ${Number.isInteger(timeout) ? timeout.toFixed(1) : timeout}s`;
            task.abort.abort(new RpcFault(CODES.timeout, { type: 'RPCTimeoutException', message, timeout }));
          }, timeout * 1000);
    const settle = (state: TaskState, outcome: Outcome | undefined, fault: RpcFault | undefined) => {
      clearTimeout(timer);
      task.outcome = outcome;
      task.fault = fault;
      task.end = new Date();
      task.state = state;
    };
    // The answer with the token goes out before the work begins: reading a project again takes a moment.
    setImmediate(() =>
      work(log, task.abort.signal).then(
        (outcome) => settle(outcome.good ? 'success' : 'failed', outcome, undefined),
        (error: unknown) => {
          if (error === KILLED) settle('killed', undefined, undefined);
          else {
            const fault = asRpcFault(error);
            log.error(String(fault.data?.['message'] ?? fault.message));
            settle('error', undefined, fault);
          }
        },
      ),
    );
    return task.id;
  }

  /** Work that is answered at once and is on the list of tasks all the same. */
  async record<Result>(options: TaskOptions, work: () => Result | Promise<Result>): Promise<Result> {
    const task = this.#open(options);
    try {
      const result = await work();
      task.state = 'success';
      return result;
    } catch (error) {
      task.state = 'error';
      task.fault = asRpcFault(error);
      throw error;
    } finally {
      task.end = new Date();
    }
  }

  #open(options: TaskOptions): Task {
    this.#makeRoom();
    const task: Task = {
      ...options,
      id: randomUUID(),
      start: new Date(),
      logs: [],
      abort: new AbortController(),
      state: 'running',
      end: undefined,
      outcome: undefined,
      fault: undefined,
    };
    this.#tasks.set(task.id, task);
    return task;
  }

  /** Throws what the task threw, and -32000 for a token of no task. */
  poll(token: string, logs: boolean, logsStart: number): Record<string, unknown> {
    const task = this.#tasks.get(token);
    if (task === undefined) {
      throw new RpcFault(CODES.server, {
        type: 'UnknownAsyncIDException',
        args: [token],
        message: `RPC server got an unknown async ID: ${token}`,
      });
    }
    const shown = logs ? task.logs.slice(logsStart) : [];
    const tags = task.tags ?? null;
    if (task.fault !== undefined) {
      const logs = shown.map(({ exc_info: _, ...line }) => line);
      throw new RpcFault(task.fault.code, { ...task.fault.data, tags, logs });
    }
    return { state: task.state, ...times(task), logs: shown, tags, ...task.outcome?.result };
  }

  rows(active: boolean, completed: boolean): Record<string, unknown>[] {
    return [...this.#tasks.values()]
      .filter((task) => (task.end === undefined ? active : completed))
      .sort((a, b) => a.start.getTime() - b.start.getTime() || compare(a.request.method, b.request.method))
      .map((task) => ({
        state: task.state,
        ...times(task),
        task_id: task.id,
        request_source: task.request.address,
        method: task.request.method,
        request_id: task.request.id,
        tags: task.tags ?? null,
        timeout: task.timeout,
      }));
  }

  /** Stops a task's work, its statement in the warehouse too. */
  kill(id: string): 'missing' | 'finished' | 'killed' {
    const task = this.#tasks.get(id);
    if (task === undefined) return 'missing';
    if (task.end !== undefined) return 'finished';
    task.abort.abort(KILLED);
    return 'killed';
  }

  killAll(): void {
    for (const id of this.#tasks.keys()) this.kill(id);
  }

  /** Forgets tasks that have ended. */
  collect({ ids = [], before }: GarbageOptions): { deleted: string[]; missing: string[]; running: string[] } {
    const answer = { deleted: [] as string[], missing: [] as string[], running: [] as string[] };
    const old =
      before === undefined ? [] : [...this.#tasks.values()].filter(({ end }) => end !== undefined && end < before);
    for (const id of new Set([...ids, ...old.map((task) => task.id)])) {
      const task = this.#tasks.get(id);
      if (task === undefined) answer.missing.push(id);
      else if (task.end === undefined) answer.running.push(id);
      else {
        this.#tasks.delete(id);
        answer.deleted.push(id);
      }
    }
    return answer;
  }

  #makeRoom(): void {
    if (this.#tasks.size < MOST) return;
    const ended = [...this.#tasks.values()].filter(({ end }) => end !== undefined);
    for (const { id } of ended.slice(0, Math.max(0, this.#tasks.size - KEPT))) this.#tasks.delete(id);
  }
}

/** Why a killed task's work is aborted. */
const KILLED = new RpcFault(CODES.killed, {
  type: 'RPCKilledException',
  message: 'RPC process killed by signal 2',
  signum: 2,
});

export function requestLog(logs: LogEntry[], { id, method, address }: Request): Log {
  return entryLog(logs, {
    request_id: id,
    method,
    context: 'request',
    addr: address,
    http_method: 'POST',
    run_state: 'internal',
  });
}

function times({ start, end }: Task): Record<string, unknown> {
  const elapsed = ((end?.getTime() ?? Date.now()) - start.getTime()) / 1000;
  return { start: start.toISOString(), end: end?.toISOString() ?? null, elapsed };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
