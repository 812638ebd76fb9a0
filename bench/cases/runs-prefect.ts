import { setTimeout as sleep } from 'node:timers/promises';
import { pythonWithClients } from '../../test/clients/venv.ts';
import { openWorld } from '../../test/e2e/orchestrator/world.ts';
import { setup } from '../../test/support/postgres.ts';
import type { BenchCase } from '../case.ts';
import { startPrefect } from '../orchestration/prefect.ts';

const RUNS = 12;

export const bench: BenchCase = {
  describe: `${RUNS} deployed runs of one task, a process each, four at a time: Arcos / Prefect 3`,
  rounds: 3,
  operations: RUNS,
  async prepare() {
    const found = pythonWithClients('prefect.txt');
    if ('missing' in found) return found;
    await using opening = new AsyncDisposableStack();
    opening.defer(await setup());
    const world = await openWorld();
    opening.defer(() => world.close());
    const [deployed] = await world.deploy(`${import.meta.dirname}/../orchestration/trivial.ts`);
    await world.startAgent();
    const prefect = await startPrefect(found.python);
    opening.defer(() => prefect.close());
    const deployment = deployed?.deployment.id ?? '';
    const open = opening.move();
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
      close: () => open.disposeAsync(),
    };
  },
};
