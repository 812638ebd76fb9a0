import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Arcos } from '../../test/support/arcos.ts';
import type { BenchCase } from '../case.ts';
import { temporaryFolder } from '../folder.ts';
import { startFakeGcs, startOurs } from '../objects/servers.ts';
import { median } from '../result.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', '..', 'shared', 'bench', 'objects', 'bench.mjs');
const WITH_KEY = join(import.meta.dirname, '..', 'objects', 'withkey.mjs');
/** MB of the large object, and small ones; both in the environment, to try the case with less. */
const { BIG = '1024', SMALL = '5000' } = process.env;

/** Steps of the program that have a bar: so many times the peer's rate. */
const BAR = 2;
const JUDGED = /^(upload|download|list)/;
/** MB that the server may grow by over what it has when idle. */
const MOST_MB = 150;

export const bench: BenchCase = {
  describe: `objects up, down, listed and removed (one of ${BIG} MB, ${SMALL} small): arcos up / fake-gcs-server on files`,
  rounds: 2,
  async prepare() {
    if (!existsSync(PROGRAM)) return { missing: 'there is no ../shared/bench/objects/bench.mjs' };
    await using opening = new AsyncDisposableStack();
    const folder = await temporaryFolder(opening);
    const peer = await startFakeGcs(join(folder, 'peer'));
    if ('missing' in peer) return peer;
    opening.defer(() => peer.end());
    const ours = await startOurs(join(folder, 'ours'));
    opening.defer(() => ours.end());
    const steps = new Map<string, { ours: number[]; peer: number[] }>();
    const idle = memoryOf(ours.pid);
    let most = idle;
    const watch = setInterval(() => {
      most = Math.max(most, memoryOf(ours.pid));
    }, 50);
    opening.defer(() => {
      report(steps);
      console.log(
        `  memory: ${idle} MB idle, ${most - idle} MB more at the most; bar ${MOST_MB}: ${verdict(most - idle < MOST_MB)}`,
      );
    });
    opening.defer(() => clearInterval(watch));
    const run = async (side: 'ours' | 'peer', server: Arcos) => {
      for (const { n, ms } of await measure(server)) {
        const step = steps.get(n) ?? { ours: [], peer: [] };
        step[side].push(ms);
        steps.set(n, step);
      }
    };
    const opened = opening.move();
    return { ours: () => run('ours', ours), peer: () => run('peer', peer), close: () => opened.disposeAsync() };
  },
};

interface Step {
  readonly n: string;
  readonly ms: number;
}

async function measure({ origin, key }: Arcos): Promise<Step[]> {
  const env = { ...process.env, BIG, SMALL, ARCOS_BENCH_KEY: key };
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', WITH_KEY, PROGRAM, origin], { env });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Step & { exc?: string });
  for (const { n, exc } of lines) if (exc !== undefined) console.log(`  ${n}: ${exc}`);
  return lines.filter(({ exc }) => exc === undefined);
}

/** The first round warms up, as everywhere. */
function report(steps: ReadonlyMap<string, { ours: number[]; peer: number[] }>): void {
  for (const [name, { ours, peer }] of steps) {
    const [mine, theirs] = [ours, peer].map((times) => median(times.length > 1 ? times.slice(1) : times));
    const times = (theirs ?? 0) / Math.max(mine ?? 0, 0.5);
    const judged = JUDGED.test(name) ? `; bar ${BAR}: ${verdict(times >= BAR)}` : '';
    console.log(`  ${name.padEnd(36)} ours ${mine} ms  peer ${theirs} ms  ${times.toFixed(1)} times as fast${judged}`);
  }
}

const verdict = (met: boolean): string => (met ? 'met' : 'MISSED');

/** Resident MB of a process, by /proc. */
function memoryOf(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kb ?? 0) / 1024);
}
