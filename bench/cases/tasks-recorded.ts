import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchCase } from '../case.ts';
import { openBoth } from '../orchestration/sides.ts';

const TASKS = 1_000;

export const bench: BenchCase = {
  describe: `${TASKS} tasks in one deployed flow, recorded on the server, from its begin until the last one is known there: Arcos / Prefect 3`,
  rounds: 3,
  operations: TASKS,
  bar: { of: 'ratio', most: 1 / 5 },
  async prepare() {
    const both = await openBoth('tasks.ts');
    if ('missing' in both) return both;
    const { world, deployment, prefect, close } = both;
    return {
      async ours() {
        const { id } = await world.client.start(deployment, { parameters: { count: TASKS } });
        let begun: number | undefined;
        for (;;) {
          const { runs } = await world.client.runs({ limit: 1 });
          const [run] = runs;
          if (run?.startedAt !== undefined) begun ??= Date.parse(run.startedAt);
          if (run?.id === id && run.state === 'Completed') return Date.now() - (begun ?? 0);
          await sleep(5);
        }
      },
      peer: () => prefect.tasks(TASKS),
      close,
    };
  },
};
