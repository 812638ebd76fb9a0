import type { Clock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';

/** Slows down who fails again and again: free failures first, then a wait that doubles with each. */
export interface Throttle {
  /** Throws QUOTA while who is asked to wait; the wait is in `data.retryAfter`, in seconds. */
  demand(...who: string[]): void;
  failed(...who: string[]): void;
  succeeded(...who: string[]): void;
}

export interface ThrottleOptions {
  readonly free: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

interface Failures {
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly forgetAt: number;
}

const FORGET_MS = 15 * 60_000;
/** Kept at the most: someone with many addresses must not fill the memory. */
const MOST = 50_000;

export function createThrottle(clock: Clock, { free, firstMs, longestMs }: ThrottleOptions): Throttle {
  const failures = new Map<string, Failures>();

  return {
    demand(...who) {
      const now = clock.now().getTime();
      const until = Math.max(...who.map((one) => failures.get(one)?.until ?? 0));
      if (until <= now) return;
      const retryAfter = Math.ceil((until - now) / 1000);
      throw new ArcosError('QUOTA', `Too many failed attempts: try again in ${retryAfter} s`, { data: { retryAfter } });
    },

    failed(...who) {
      const now = clock.now().getTime();
      for (const one of who) {
        const before = failures.get(one);
        const count = before === undefined || before.forgetAt <= now ? 1 : before.count + 1;
        const wait = count <= free ? 0 : Math.min(longestMs, firstMs * 2 ** Math.min(30, count - free - 1));
        // Behind all others: the first of the map is the one that failed longest ago.
        failures.delete(one);
        failures.set(one, { count, until: now + wait, forgetAt: now + FORGET_MS });
      }
      for (const one of failures.keys()) {
        if (failures.size <= MOST) break;
        failures.delete(one);
      }
    },

    succeeded(...who) {
      for (const one of who) failures.delete(one);
    },
  };
}
