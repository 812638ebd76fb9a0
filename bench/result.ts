import { open, rename } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Round } from './alternate.ts';
import type { BenchCase } from './case.ts';

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** What `bench/results/<name>.json` holds: nothing that names the machine. */
export interface BenchResult {
  readonly name: string;
  readonly describe: string;
  /** Of the day, UTC. */
  readonly date: string;
  readonly node: string;
  readonly cores: number;
  readonly rounds: number;
  readonly operations?: number;
  /** Of the figures; ms where there is none. */
  readonly unit?: string;
  readonly bar?: BenchCase['bar'];
  /** Figures of each round. */
  readonly ours: readonly number[];
  readonly peer: readonly number[];
  /** Ours divided by the peer's, round by round: below 1 ours is faster. */
  readonly ratios: readonly number[];
  readonly ratio: Spread;
}

export function summarise(
  name: string,
  { describe, operations, unit, bar }: BenchCase,
  rounds: readonly Round[],
): BenchResult {
  const ratios = rounds.map(({ ours, peer }) => ours / peer);
  return {
    name,
    describe,
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    cores: availableParallelism(),
    rounds: rounds.length,
    ...(operations === undefined ? {} : { operations }),
    ...(unit === undefined ? {} : { unit }),
    ...(bar === undefined ? {} : { bar }),
    ours: rounds.map(({ ours }) => rounded(ours)),
    peer: rounds.map(({ peer }) => rounded(peer)),
    ratios: ratios.map(rounded),
    ratio: spread(ratios),
  };
}

export function spread(values: readonly number[]): Spread {
  return { min: rounded(Math.min(...values)), median: rounded(median(values)), max: rounded(Math.max(...values)) };
}

/** The middle value; of an even number of them, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** The file appears whole or stays as it was. */
export async function writeResult(path: string, result: BenchResult): Promise<void> {
  const aside = `${path}.new`;
  const file = await open(aside, 'w');
  try {
    await file.writeFile(`${JSON.stringify(result, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
}
