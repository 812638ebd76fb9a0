import { type ChildProcess, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openWorld, type World } from './orchestrator/world.ts';

/** Processes and databases are started here, perhaps on a machine that is busy. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

const STEPS = join(import.meta.dirname, 'orchestrator', 'flows', 'steps.ts');
const ROUNDS = 12;
const POLL = { timeout: 60_000, interval: 100 };

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

test(`whatever is killed at whatever moment, every run is completed and each task accepted once (${ROUNDS} rounds)`, async () => {
  const [deployed] = await world.deploy(STEPS);
  let agent = await world.startAgent();
  const kills = {
    async run() {
      for (const pid of childrenOf(agent)) process.kill(pid, 'SIGKILL');
    },
    async agent() {
      agent.kill('SIGKILL');
      agent = await world.startAgent();
    },
    async server() {
      await world.stopServer();
      await world.startServer();
    },
  };
  const names = Object.keys(kills) as (keyof typeof kills)[];

  for (let round = 0; round < ROUNDS; round++) {
    const victim = names[round % names.length] ?? 'run';
    const effects = join(world.folder, `effects-${round}`);
    const { id } = await world.client.start(deployed?.deployment.id ?? '', { parameters: { effects, ms: 150 } });
    // A run takes about 700 ms: from before its claim to after its end.
    const moment = Math.random() * 900;
    await sleep(moment);
    await kills[victim]();
    const where = `${victim} killed after ${moment.toFixed()} ms`;
    const state = async () => (await world.client.run(id)).state;
    await expect.poll(state, { ...POLL, message: where }).toBe('Completed');

    const accepted = Object.entries(await world.taskStates(id)).map(([key, states]) => {
      return [key, states.filter((state) => state === 'Completed').length];
    });
    expect(Object.fromEntries(accepted), where).toEqual({ one: 1, two: 1, three: 1 });
    const run = await world.client.run(id);
    expect(run.artifacts, where).toMatchObject([{ data: [{ sum: 3 }] }]);
    // Never two at once: no attempt goes on when the next has begun.
    const attempts = readFileSync(effects, 'utf8')
      .trim()
      .split('\n')
      .map((line) => Number(line.split(' ')[1]));
    expect(attempts, where).toEqual(attempts.toSorted((a, b) => a - b));
  }
});

function childrenOf({ pid }: ChildProcess): number[] {
  try {
    return execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(Number);
  } catch {
    // It has none: the run is over, or has not begun.
    return [];
  }
}
