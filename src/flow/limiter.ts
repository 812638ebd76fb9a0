export type Limiter = <Result>(work: () => Promise<Result>) => Promise<Result>;

export const unlimited: Limiter = (work) => work();

/** Runs at most `most` works at a time, the others in the order they came. */
export function createLimiter(most: number): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((go) => waiting.push(go));
    else running++;
    try {
      return await work();
    } finally {
      // The place goes from hand to hand, so that nobody who comes later gets in between.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
