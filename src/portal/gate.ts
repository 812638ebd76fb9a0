import { ArcosError } from '../base/errors.ts';

export interface GateOptions {
  /** Questions that are answered at the same time. */
  readonly running: number;
  /** Questions that wait for their turn; more are refused. */
  readonly waiting: number;
  /** How long one may take once it has begun. */
  readonly milliseconds: number;
  /** How long one waits for its turn: who has gone meanwhile is not to be answered. */
  readonly patience: number;
}

/** Lets a few questions of the public through at a time, so that nobody else's work waits for them. */
export interface Gate {
  /** Throws QUOTA when too many wait already, and TIMEOUT when the work takes too long; `signal` ends it then. */
  pass<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
}

export function createGate({ running, waiting, milliseconds, patience }: GateOptions): Gate {
  const queue: (() => void)[] = [];
  let inside = 0;

  async function enter(): Promise<void> {
    if (inside < running) {
      inside += 1;
      return;
    }
    if (queue.length >= waiting) throw tooMany();
    // Whoever leaves hands its place over.
    await new Promise<void>((go, refuse) => {
      const enter = () => {
        clearTimeout(timer);
        go();
      };
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(enter), 1);
        refuse(tooMany());
      }, patience);
      queue.push(enter);
    });
  }

  function leave(): void {
    const next = queue.shift();
    if (next === undefined) inside -= 1;
    else next();
  }

  return {
    async pass(work) {
      await enter();
      const signal = AbortSignal.timeout(milliseconds);
      try {
        return await work(signal);
      } catch (error) {
        if (!signal.aborted) throw error;
        throw new ArcosError('TIMEOUT', `This takes longer than ${milliseconds / 1000} s`, {
          hint: 'Ask for less, or download the table.',
          cause: error,
        });
      } finally {
        leave();
      }
    },
  };
}

function tooMany(): ArcosError {
  return new ArcosError('QUOTA', 'Too many questions at the same time', {
    hint: 'Ask again in a moment, or download the table.',
    data: { retryAfter: 10 },
  });
}
