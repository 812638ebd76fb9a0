import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchCase } from '../case.ts';
import { openBoth } from '../orchestration/sides.ts';

const RUNS = Number(process.env['ARCOS_BENCH_RUNS'] ?? 20);

export const bench: BenchCase = {
  describe: `${RUNS} deployed runs of one task, a process each, four at a time: Arcos / Prefect 3`,
  rounds: 3,
  operations: RUNS,
  bar: { of: 'ratio', most: 1 / 20 },
  async prepare() {
    const both = await openBoth('trivial.ts');
    if ('missing' in both) return both;
    const { world, deployment, prefect, close } = both;
    return {
      async ours() {
        const started = await Promise.all(Array.from({ length: RUNS }, () => world.client.start(deployment)));
        const ended = async () => {
          const { runs } = await world.client.runs({ limit: RUNS });
          return started.every(({ id }) => runs.some((run) => run.id === id && run.state === 'Completed'));
        };
        while (!(await ended())) await sleep(50);
      },
      peer: () => prefect.run(RUNS),
      close,
    };
  },
};
