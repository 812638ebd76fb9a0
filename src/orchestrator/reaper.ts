import type { Clock } from '../base/clock.ts';
import { reapLapsed } from './lease.ts';
import type { Database } from './transition/propose.ts';

/**
 * One look for lapsed leases, to be taken again and again; returns how many runs it has ended. Agents
 * cannot renew their leases where nobody listens, so leases count only when this server has been at
 * work, and the store too, for as long as a lease takes.
 */
export function createReaper(db: Database, clock: Clock, leaseMs: number): () => Promise<number> {
  let watchingSince = 0;
  let lastLook = 0;
  return async () => {
    const now = clock.now();
    if (now.getTime() - lastLook > leaseMs) watchingSince = now.getTime();
    lastLook = now.getTime();
    if (now.getTime() - watchingSince < leaseMs) return 0;
    try {
      return await reapLapsed(db, now);
    } catch (error) {
      // The store was away, and so were we.
      lastLook = 0;
      throw error;
    }
  };
}
