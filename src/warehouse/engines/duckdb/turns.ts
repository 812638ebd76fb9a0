import { ArcosError } from '../../../base/errors.ts';

/** Lets so many pieces of work run at once; the others wait in the order in which they came. */
export interface Turns {
  /** Throws CANCELLED when `signal` says stop before the turn has come, and QUOTA when too many wait. */
  take<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
}

/** Waiting work at the most, as BigQuery queues that many interactive queries of a project. */
const WAITING = 1_000;

export function createTurns(atOnce: number): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;

  function turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((begin, reject) => {
      const leave = () => {
        waiting.splice(waiting.indexOf(start), 1);
        reject(stopped());
      };
      const start = () => {
        signal?.removeEventListener('abort', leave);
        begin();
      };
      waiting.push(start);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  return {
    async take(work, signal) {
      if (signal?.aborted === true) throw stopped();
      if (running >= atOnce) {
        if (waiting.length >= WAITING) {
          throw new ArcosError('QUOTA', `Too many queries of the agency are waiting: ${WAITING}`, {
            data: { reason: 'quotaExceeded' },
          });
        }
        // Whoever ends hands his turn on.
        await turn(signal);
      } else running++;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) running--;
        else next();
      }
    },
  };
}

export function stopped(): ArcosError {
  return new ArcosError('CANCELLED', 'The job was cancelled', { data: { reason: 'stopped' } });
}
