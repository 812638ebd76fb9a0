import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { median } from './result.ts';

/** Requests for one address, some at a time, over connections that are kept. */
export interface Load {
  readonly url: string;
  readonly requests: number;
  readonly atATime: number;
}

export interface LoadResult {
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly perSecond: number;
  /** Answers that were not 200, and requests without an answer. */
  readonly errors: number;
}

/** A process that asks, so that asking takes nothing of the process that answers or measures. */
export interface Loader {
  run(load: Load): Promise<LoadResult>;
  close(): void;
}

export function startLoader(): Loader {
  const child: ChildProcess = fork(import.meta.filename, ['--child']);
  return {
    async run(load) {
      child.send(load);
      const [result] = (await once(child, 'message')) as [LoadResult];
      return result;
    },
    close: () => child.kill(),
  };
}

if (process.argv[2] === '--child') {
  process.on('message', async (load: Load) => {
    process.send?.(await ask(load));
  });
}

async function ask({ url, requests, atATime }: Load): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: atATime });
  const times: number[] = [];
  let [left, errors] = [requests, 0];
  const began = performance.now();
  const worker = async () => {
    while (left-- > 0) {
      const start = performance.now();
      const status = await statusOf(url, agent).catch(() => 0);
      times.push(performance.now() - start);
      if (status !== 200) errors += 1;
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  const perSecond = (requests / (performance.now() - began)) * 1000;
  agent.destroy();
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: median(sorted), p95: sorted[Math.floor(sorted.length * 0.95)] ?? 0, perSecond, errors };
}

function statusOf(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { 'accept-encoding': 'gzip' } }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    }).once('error', reject);
  });
}
