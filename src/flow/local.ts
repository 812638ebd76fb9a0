import { newId } from '../base/ids.ts';
import type { Hook } from './call.ts';
import { pause } from './deadline.ts';
import { execute, type Outcome, type RunChange } from './engine.ts';
import type { Reporter, RunEvent, StoredResult } from './events.ts';
import { maskEvent } from './mask.ts';
import { printEvent } from './report/terminal.ts';
import { delayBefore, type RetryPolicy } from './retry.ts';
import type { Scope } from './scope.ts';

/** A flow, as far as running it goes. */
interface Runnable<Result> {
  readonly options: RetryPolicy & { readonly name: string; readonly onState?: Hook<RunChange> };
  readonly execute: (parameters: unknown, scope: Scope) => Promise<Result>;
}

export interface LocalOptions {
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal;
}

/** Runs a flow in this process and does what the server would: retries it, reusing what was completed. Throws what it threw. */
export async function runLocally<Result>(
  { options, execute: body }: Runnable<Result>,
  parameters: unknown,
  { reporter = printEvent, signal = new AbortController().signal }: LocalOptions = {},
): Promise<Result> {
  const id = newId();
  const stored = new Map<string, StoredResult>();
  for (let attempt = 1; ; attempt++) {
    const outcome: Outcome<Result> = await execute((scope) => body(parameters, scope), {
      run: { id, flow: options.name, attempt },
      reporter: (event) => {
        keepResult(stored, event);
        reporter(maskEvent(event));
      },
      signal,
      stored,
      onState: options.onState,
    });
    if (outcome.state === 'Completed') return outcome.value;
    const delay = outcome.state === 'Failed' ? delayBefore(attempt + 1, options, Math.random) : undefined;
    if (delay === undefined) throw outcome.error;
    await pause(delay, signal);
  }
}

function keepResult(stored: Map<string, StoredResult>, event: RunEvent): void {
  if (event.kind !== 'task' || event.state !== 'Completed' || event.inputHash === undefined) return;
  const { key, inputHash, result } = event;
  stored.set(key, { key, inputHash, ...(result === undefined ? {} : { result }) });
}
