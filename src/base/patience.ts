import { type ArcosError, asArcosError } from './errors.ts';

export interface Patience {
  /** How long to go on trying, in ms; 60,000 unless told. */
  readonly limitMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Makes a call again while it fails in a way that time may heal (a server that is restarting, a quota).
 * Only for calls that may be made twice. Throws the last error when the time is over, and any other at once.
 */
export async function patiently<Result>(
  call: () => Promise<Result>,
  { limitMs = 60_000, signal }: Patience = {},
): Promise<Result> {
  const deadline = Date.now() + limitMs;
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    let error: ArcosError;
    try {
      return await call();
    } catch (thrown) {
      error = asArcosError(thrown);
    }
    if (!error.retryable || signal?.aborted === true || Date.now() + wait > deadline) throw error;
    await new Promise((done) => setTimeout(done, wait));
  }
}
