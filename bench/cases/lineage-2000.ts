import type { BenchCase } from '../case.ts';
import { openConsole } from '../console.ts';
import { openDatabase } from '../database.ts';

const NODES = 2000;
const BAR_MS = 500;

export const bench: BenchCase = {
  describe: `the console's lineage of ${NODES} models, from its address to the first ones in sight in Chromium / the bar of ${BAR_MS} ms`,
  rounds: 7,
  bar: { of: 'ours', most: BAR_MS },
  unit: 'ms',
  async prepare() {
    const store = await openDatabase();
    const console = await openConsole(store, async (app) => {
      const config = { access: 'public' } as const;
      app.get('/api/namespaces', { config }, () => [{ id: 'rio', agency: 'rio', project: 'rio', writes: [] }]);
      app.get('/namespaces/rio/lineage', { config }, () => LINEAGE);
    });
    if ('missing' in console) {
      await store.close();
      return console;
    }
    return {
      ours: () => console.open('/console/models', '.graph li'),
      peer: async () => BAR_MS,
      async close() {
        await console.close();
        await store.close();
      },
    };
  },
};

/** As projects are: a fifth are sources, and each model is made of up to three that stand before it. */
const LINEAGE = {
  nodes: Array.from({ length: NODES }, (_, index) => ({
    id: `n${index}`,
    name: `modelo_${index}`,
    kind: index < NODES / 5 ? 'source' : 'model',
    table: { project: 'rio', dataset: `d${index % 40}`, table: `modelo_${index}` },
    columns: Array.from({ length: 10 }, (_, column) => ({
      name: `c${column}`,
      type: 'STRING',
      sources: index < NODES / 5 ? [] : [{ node: `n${parentOf(index, 0)}`, column: `c${column}`, uses: ['identity'] }],
    })),
  })),
  edges: Array.from({ length: NODES }, (_, index) => index)
    .filter((index) => index >= NODES / 5)
    .flatMap((index) => [0, 1, 2].map((which) => [`n${parentOf(index, which)}`, `n${index}`])),
};

function parentOf(index: number, which: number): number {
  return (index * 7919 + which * 104_729) % Math.min(index, NODES);
}
