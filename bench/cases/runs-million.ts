import { createAccess } from '../../src/access/access.ts';
import { silentLog } from '../../src/base/log.ts';
import { createOrchestrator } from '../../src/orchestrator/orchestrator.ts';
import type { RunQuery } from '../../src/orchestrator/view/run.ts';
import type { BenchCase } from '../case.ts';
import { openDatabase } from '../database.ts';
import { fillRuns, NAMESPACES } from '../orchestration/million.ts';
import { median } from '../result.ts';

/** `ARCOS_BENCH_RUNS=20000` tries it on a small one. */
const RUNS = Number(process.env['ARCOS_BENCH_RUNS'] ?? 1_000_000);
const BAR_MS = 100;
const TIMES = 5;

export const bench: BenchCase = {
  describe: `the slowest list page of ${RUNS.toLocaleString('en')} runs: runs with each filter, flows, deployments, counts, agents / the bar of ${BAR_MS} ms`,
  rounds: 3,
  bar: { of: 'ours', most: BAR_MS },
  unit: 'ms',
  async prepare() {
    const store = await openDatabase();
    const access = createAccess(store);
    await access.putAgency({ id: 'rio', name: 'Rio' });
    await access.putProject({ id: 'rio', agency: 'rio' });
    for (const id of NAMESPACES) await access.putNamespace({ id, agency: 'rio', project: 'rio' });
    await fillRuns(store, RUNS);
    const orchestrator = createOrchestrator({ store, access, log: silentLog });
    const first = await orchestrator.runs({ limit: 500 });
    const before = first.next ?? '';
    const all = [...NAMESPACES];
    const queries: Readonly<Record<string, RunQuery>> = {
      newest: { namespaces: all },
      'of one namespace': { namespaces: ['rj-b'] },
      'of a namespace with few': { namespaces: ['rj-rara'] },
      'of a flow': { namespaces: all, flow: 'flow-7' },
      'of a flow with few': { namespaces: all, flow: 'flow-0' },
      'of a flow elsewhere': { namespaces: ['rj-rara'], flow: 'flow-7' },
      failed: { namespaces: all, states: ['Failed'] },
      'cancelled, which are rare': { namespaces: all, states: ['Cancelled'] },
      'running, of which there are none': { namespaces: all, states: ['Running'] },
      'failed or crashed of a namespace': { namespaces: ['rj-a'], states: ['Failed', 'Crashed'] },
      'cancelled of a namespace with few': { namespaces: ['rj-rara'], states: ['Cancelled'] },
      'crashed of a flow': { namespaces: all, states: ['Crashed'], flow: 'flow-7' },
      'cancelled of a flow': { namespaces: all, states: ['Cancelled'], flow: 'flow-8' },
      'a later page': { namespaces: all, before },
      '500 at once': { namespaces: all, limit: 500 },
    };
    const pages: Readonly<Record<string, () => Promise<unknown>>> = {
      ...Object.fromEntries(
        Object.entries(queries).map(([name, query]) => [`runs ${name}`, () => orchestrator.runs(query)]),
      ),
      flows: () => orchestrator.flows(all),
      deployments: () => orchestrator.deployments(all),
      counts: () => orchestrator.counts(all),
      agents: () => orchestrator.agents(all),
      metrics: () => orchestrator.metrics(),
      'a run': () => orchestrator.run(first.runs[0]?.id ?? ''),
    };
    return {
      async ours() {
        let slowest = { name: '', ms: 0 };
        for (const [name, load] of Object.entries(pages)) {
          const times: number[] = [];
          for (let time = 0; time < TIMES; time++) {
            const begun = performance.now();
            await load();
            times.push(performance.now() - begun);
          }
          const ms = median(times);
          if (ms > slowest.ms) slowest = { name, ms };
        }
        console.log(`     the slowest: ${slowest.name}`);
        return slowest.ms;
      },
      peer: async () => BAR_MS,
      close: () => store.close(),
    };
  },
};
