import { performance } from 'node:perf_hooks';
import type { Pair } from './case.ts';

/** Milliseconds of each side, or the figures they return. */
export interface Round {
  readonly ours: number;
  readonly peer: number;
}

/**
 * Runs the sides in turn, ours first, so that whatever else the machine does falls on both. The first round
 * warms caches and compilers up and is forgotten. Gives up between two runs when `signal` says so.
 */
export async function* alternate(pair: Pair, rounds: number, signal: AbortSignal): AsyncGenerator<Round> {
  for (let round = 0; round <= rounds; round++) {
    const ours = await time(() => pair.ours());
    signal.throwIfAborted();
    const peer = await time(() => pair.peer());
    signal.throwIfAborted();
    if (round > 0) yield { ours, peer };
  }
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  const figure = await work();
  return typeof figure === 'number' ? figure : performance.now() - start;
}
