import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchCase } from '../case.ts';
import { openOurs } from '../orchestration/sides.ts';

const PER_SECOND = 5;
const SECONDS = Number(process.env['ARCOS_BENCH_SECONDS'] ?? 15);
const BAR_MS = 500;

export const bench: BenchCase = {
  describe: `from when a run is due to when its flow runs, the 95th percentile of ${PER_SECOND * SECONDS} runs, ${PER_SECOND} a second / the bar of ${BAR_MS} ms`,
  rounds: 2,
  bar: { of: 'ours', most: BAR_MS },
  async prepare() {
    const { world, deployment, close } = await openOurs('trivial.ts');
    return {
      async ours() {
        const ids: string[] = [];
        for (let made = 0; made < PER_SECOND * SECONDS; made++) {
          const next = sleep(1_000 / PER_SECOND);
          ids.push((await world.client.start(deployment)).id);
          await next;
        }
        const waits: number[] = [];
        for (const id of ids) {
          let run = await world.client.run(id);
          for (; run.endedAt === undefined; run = await world.client.run(id)) await sleep(50);
          const { at } = run.history.find(({ state }) => state === 'Running') ?? { at: '' };
          waits.push(Date.parse(at) - Date.parse(run.scheduledFor));
        }
        return waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.95)] ?? 0;
      },
      peer: async () => BAR_MS,
      close,
    };
  },
};
