import { type Duration, milliseconds } from './duration.ts';

export interface RetryPolicy {
  /** Tries after the first one; none unless told. */
  readonly retries?: number;
  /** Before the first retry; none unless told. */
  readonly retryDelay?: Duration;
  /** Each delay is this many times the one before; 1 unless told. */
  readonly backoff?: number;
  /** Each delay is longer by up to this part of itself, at random: 0.5 for up to half. */
  readonly jitter?: number;
}

const LONGEST_MS = 3_600_000;

/** Milliseconds to wait before try `next` (2 is the first retry); undefined when there is none left. */
export function delayBefore(next: number, policy: RetryPolicy, random: () => number): number | undefined {
  if (next > (policy.retries ?? 0) + 1) return undefined;
  if (policy.retryDelay === undefined) return 0;
  const delay = milliseconds(policy.retryDelay) * (policy.backoff ?? 1) ** (next - 2);
  return Math.min(delay, LONGEST_MS) * (1 + (policy.jitter ?? 0) * random());
}
