import type { Log } from '../base/log.ts';

export interface Rounds {
  /** As soon as the round that is under way is over. */
  now(): void;
  /** When the round under way, if any, is over, and there will be no more. */
  stop(): Promise<void>;
}

/**
 * Calls `round` again and again, never two at a time: after as many ms as it returns. One that fails is
 * logged, and made again after `everyMs`.
 */
export function makeRounds(
  { name, everyMs, log }: { readonly name: string; readonly everyMs: number; readonly log: Log },
  round: () => Promise<number>,
): Rounds {
  let stopped = false;
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  function run(): void {
    clearTimeout(timer);
    if (stopped) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    again = false;
    running = round()
      .catch((error: unknown) => {
        log.error(`${name} failed`, { error: error instanceof Error ? error.stack : String(error) });
        return everyMs;
      })
      .then((pause) => {
        running = undefined;
        if (!stopped) timer = setTimeout(run, again ? 0 : pause);
      });
  }

  run();
  return {
    now: run,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
