import type { Store } from '../store/store.ts';

/** Wakes whoever waits for news of a key: notifications of the store, from this server and others. */
export interface Bell {
  listen(key: string): Listener;
  /** Wakes everybody for good: nobody waits any more. */
  close(): Promise<void>;
}

export interface Listener {
  /** Until it rings, or `ms` are over. It rings at once if it rang since the last wait. */
  wait(ms: number): Promise<void>;
  close(): void;
}

/** One connection of the store for all listeners of a channel. */
export async function createBell(store: Store, channel: string): Promise<Bell> {
  const listeners = new Map<string, Set<() => void>>();
  let closed = false;
  const ring = (key: string) => {
    for (const wake of listeners.get(key) ?? []) wake();
  };
  const silence = await store.listen(channel, ring);

  return {
    listen(key) {
      let rang = false;
      let resume: (() => void) | undefined;
      const wake = () => {
        rang = true;
        resume?.();
      };
      const others = listeners.get(key) ?? new Set();
      listeners.set(key, others.add(wake));
      return {
        async wait(ms) {
          if (!rang && !closed) {
            let timer: NodeJS.Timeout | undefined;
            await new Promise<void>((done) => {
              resume = done;
              timer = setTimeout(done, ms);
            });
            clearTimeout(timer);
            resume = undefined;
          }
          rang = false;
        },
        close() {
          others.delete(wake);
          if (others.size === 0 && listeners.get(key) === others) listeners.delete(key);
          wake();
        },
      };
    },
    async close() {
      closed = true;
      for (const key of listeners.keys()) ring(key);
      await silence();
    },
  };
}
