import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { alternate, type Round } from './alternate.ts';
import type { BenchCase } from './case.ts';
import { type BenchResult, median, summarise, writeResult } from './result.ts';

/**
 * `npm run bench -- [name ...]`: each case and its peer in turn, as a ratio, printed and written to
 * bench/results/<name>.json. A name may be the beginning of several (`ducklake`); without names all cases run.
 * Exit code 64 for a name that no case has, 130 when it was interrupted.
 */
const CASES = join(import.meta.dirname, 'cases');
const RESULTS = join(import.meta.dirname, 'results');

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

const known = (await readdir(CASES)).map((file) => basename(file, '.ts')).sort();
const asked = process.argv.slice(2);
const unknown = asked.filter((prefix) => !known.some((name) => name.startsWith(prefix)));
if (unknown.length > 0) {
  console.error(`No case is called ${unknown.join(', ')}. There are: ${known.join(', ')}`);
  process.exit(64);
}
await mkdir(RESULTS, { recursive: true });
try {
  for (const name of known) {
    if (asked.length > 0 && !asked.some((prefix) => name.startsWith(prefix))) continue;
    const module: { readonly bench: BenchCase } = await import(join(CASES, `${name}.ts`));
    const result = await measure(name, module.bench);
    if (result === undefined) continue;
    report(result);
    await writeResult(join(RESULTS, `${name}.json`), result);
  }
} catch (error) {
  if (!interrupted.signal.aborted) throw error;
  console.error('Interrupted: the case under way is not recorded.');
  process.exitCode = 130;
}

async function measure(name: string, bench: BenchCase): Promise<BenchResult | undefined> {
  interrupted.signal.throwIfAborted();
  console.log(`${name}: ${bench.describe}`);
  const pair = await bench.prepare();
  if ('missing' in pair) {
    console.log(`  skipped: ${pair.missing}`);
    return undefined;
  }
  try {
    const rounds: Round[] = [];
    for await (const round of alternate(pair, bench.rounds, interrupted.signal)) {
      rounds.push(round);
      console.log(`  ${rounds.length}  ours ${figure(round.ours, bench.unit)}  peer ${figure(round.peer, bench.unit)}`);
    }
    return summarise(name, bench, rounds);
  } finally {
    await pair.close();
  }
}

function report({ ratio, ours, peer, operations, unit, bar }: BenchResult): void {
  const { min, median: middle, max } = ratio;
  console.log(`  ours/peer  min ${min.toFixed(2)}  median ${middle.toFixed(2)}  max ${max.toFixed(2)}`);
  if (bar !== undefined) {
    const reached = bar.of === 'ours' ? median(ours) : middle;
    const what = bar.of === 'ours' ? `ours <= ${bar.most} ${unit ?? 'ms'}` : `ours/peer <= ${bar.most}`;
    console.log(`  bar ${what}: ${reached <= bar.most ? 'met' : 'MISSED'} with ${reached.toFixed(3)}`);
  }
  if (operations === undefined || unit !== undefined) return;
  const rate = (times: readonly number[]) => Math.round((operations / median(times)) * 1000).toLocaleString('en');
  console.log(`  a second   ours ${rate(ours)}  peer ${rate(peer)}`);
}

function figure(value: number, unit = 'ms'): string {
  return `${value.toFixed(1)} ${unit}`.padStart(12);
}
