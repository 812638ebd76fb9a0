import { silentLog } from '../../src/base/log.ts';
import { orchestratorRoutes } from '../../src/orchestrator/api/routes.ts';
import { createOrchestrator } from '../../src/orchestrator/orchestrator.ts';
import type { BenchCase } from '../case.ts';
import { openConsole } from '../console.ts';
import { openDatabase } from '../database.ts';
import { fillRuns, NAMESPACES } from '../orchestration/million.ts';

/** `ARCOS_BENCH_RUNS=20000` tries it on a small one. */
const RUNS = Number(process.env['ARCOS_BENCH_RUNS'] ?? 1_000_000);
const BAR_MS = 300;

export const bench: BenchCase = {
  describe: `the console's first page of ${RUNS.toLocaleString('en')} runs, from its address to the runs in sight in Chromium / the bar of ${BAR_MS} ms`,
  rounds: 7,
  bar: { of: 'ours', most: BAR_MS },
  unit: 'ms',
  async prepare() {
    const store = await openDatabase();
    const console = await openConsole(store, async (app, access) => {
      await access.putAgency({ id: 'rio', name: 'Rio' });
      await access.putProject({ id: 'rio', agency: 'rio' });
      for (const id of NAMESPACES) await access.putNamespace({ id, agency: 'rio', project: 'rio' });
      await fillRuns(store, RUNS);
      const orchestrator = createOrchestrator({ store, access, log: silentLog });
      await app.register(orchestratorRoutes({ orchestrator, access }));
    });
    if ('missing' in console) {
      await store.close();
      return console;
    }
    return {
      ours: () => console.open('/console/runs', 'tbody th a'),
      peer: async () => BAR_MS,
      async close() {
        await console.close();
        await store.close();
      },
    };
  },
};
