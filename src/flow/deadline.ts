import { ArcosError } from '../base/errors.ts';

export interface Deadline {
  /** Aborted with `above`, or with TIMEOUT when the time is up. */
  readonly signal: AbortSignal;
  /** To be called when the work is done. */
  clear(): void;
}

/**
 * A signal for work that may take `ms` at the most. (AbortSignal.timeout would not do: its timer does
 * not keep the process alive, and nobody can clear it.)
 */
export function deadline(above: AbortSignal, ms: number | undefined, message: string): Deadline {
  if (ms === undefined) return { signal: above, clear() {} };
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new ArcosError('TIMEOUT', message)), ms);
  return { signal: AbortSignal.any([above, controller.signal]), clear: () => clearTimeout(timer) };
}

/** `work`, or the signal's reason thrown as soon as it is aborted; the work itself has to watch the signal. */
export function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Waits; throws the signal's reason when it is aborted first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<void>((done) => {
    timer = setTimeout(done, ms);
  });
  return untilAborted(waited, signal).finally(() => clearTimeout(timer));
}
