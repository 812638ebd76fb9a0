import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Clock, systemClock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';

interface Bucket {
  readonly tokens: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Kept at the most: someone with many addresses must not fill the memory. */
const MOST = 50_000;
/** Seconds at the full rate that may come at once. */
const BURST_SECONDS = 2;

/**
 * A token bucket for each caller: who asks more often than `rate` times a second, after a burst of two seconds' worth,
 * is told with 429 when to come again. The others do not feel it. The program's own parts are not counted.
 */
export function limitRate(app: FastifyInstance, rate: number, clock: Clock = systemClock): void {
  const buckets = new Map<string, Bucket>();
  const most = rate * BURST_SECONDS;

  app.addHook('onRequest', async (request, reply) => {
    const caller = callerOf(request);
    if (caller === undefined) return;
    const now = clock.now().getTime();
    const before = buckets.get(caller) ?? { tokens: most, at: now };
    const tokens = Math.min(most, before.tokens + ((now - before.at) / 1000) * rate);
    // Behind all others: the first of the map is the one that has been quiet the longest.
    buckets.delete(caller);
    buckets.set(caller, { tokens: Math.max(0, tokens - 1), at: now });
    const [quietest] = buckets.keys();
    if (buckets.size > MOST && quietest !== undefined) buckets.delete(quietest);
    if (tokens >= 1) return;
    const retryAfter = Math.max(1, Math.ceil((1 - tokens) / rate));
    void reply.header('retry-after', retryAfter);
    throw new ArcosError('QUOTA', `More than ${rate} requests a second: try again in ${retryAfter} s`, {
      data: { retryAfter },
    });
  });
}

/** Who asks: the principal, or the address of who gave no credential. */
function callerOf({ principal, ip }: FastifyRequest): string | undefined {
  if (principal.kind === 'agent' || principal.kind === 'run') return undefined;
  return principal.kind === 'anonymous' ? ip : principal.id;
}
