import { AsyncLocalStorage } from 'node:async_hooks';
import type { Call } from './call.ts';
import type { RunEvent } from './events.ts';

/** What a flow can know of the run it is in. */
export interface RunInfo {
  readonly id: string;
  readonly flow: string;
  /** 1 for the first execution. */
  readonly attempt: number;
  /** When it was to begin, ISO 8601: of a backfill, the moment it stands for. Only of deployed flows. */
  readonly scheduledFor?: string;
}

/** The run, and the task of it, that the code being executed belongs to; it follows every await. */
export interface Scope {
  readonly run: RunInfo;
  readonly task?: string;
  readonly signal: AbortSignal;
  now(): string;
  emit(event: RunEvent): void;
  call<Result>(call: Call<Result>): Promise<Result>;
  /** All of them, at most `concurrency` at a time. */
  callAll<Result>(calls: readonly Call<Result>[], concurrency: number): Promise<Result[]>;
}

const storage = new AsyncLocalStorage<Scope>();

export function currentScope(): Scope | undefined {
  return storage.getStore();
}

export function within<Result>(scope: Scope, body: () => Result): Result {
  return storage.run(scope, body);
}
