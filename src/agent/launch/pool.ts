import { startWarm, type Warm, type WarmOptions } from './process.ts';

/** Processes started ahead of their runs, so that a run need not wait for Node. One run each, as ever. */
export interface WarmPool {
  /** A process for a run; one that waits, or else a new one. */
  take(): Warm;
  /** Ends those that wait. */
  close(): void;
}

/** Keeps `size` processes waiting; with 0 each is started when its run is. */
export function createWarmPool(size: number, options: WarmOptions): WarmPool {
  let waiting: Warm[] = [];
  let closed = false;
  let filling: NodeJS.Immediate | undefined;

  /** After whoever took one has bound it: its run goes first. */
  function fill(): void {
    filling ??= setImmediate(() => {
      filling = undefined;
      while (!closed && waiting.length < size) waiting.push(startWarm(options));
    });
  }

  fill();
  return {
    take() {
      // One may have been killed by whoever cleans up the machine.
      waiting = waiting.filter((process) => process.alive());
      const process = waiting.shift() ?? startWarm(options);
      fill();
      return process;
    },
    close() {
      closed = true;
      clearImmediate(filling);
      for (const process of waiting) process.kill();
      waiting = [];
    },
  };
}
