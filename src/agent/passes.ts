import { asArcosError } from '../base/errors.ts';

/** Whether what went wrong may go right later without anybody changing anything: a server that is away, or in trouble of its own. */
export function passes(thrown: unknown): boolean {
  const error = asArcosError(thrown);
  return error.retryable || error.http >= 500;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** How long to wait after so many failures in a row: twice as long each time, and never all at the same moment. */
export function backOff(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
}

/** Waits; returns at once when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) return done();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
