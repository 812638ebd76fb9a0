import { readFileSync } from 'node:fs';
import { ArcosError } from '../../src/base/errors.ts';
import { setup } from '../../test/support/postgres.ts';
import type { BenchCase } from '../case.ts';
import { serveWarehouse } from '../warehouse.ts';

const ROWS = 1_000_000;
const PAGE = 10_000;
/** What a whole result may take above a tenth of it; all of it held at once is some 400 MB. */
const MOST_MB = 100;

export const bench: BenchCase = {
  describe: `a result of ${ROWS} rows in pages over HTTP / ten times the first tenth of them. Bar: 1.5, and memory of server and engine at most ${MOST_MB} MB above the tenth's`,
  rounds: 3,
  operations: ROWS,
  async prepare() {
    await using opening = new AsyncDisposableStack();
    opening.defer(await setup());
    const { warehouse, access, editor, enginePid, key, origin } = await serveWarehouse(opening);
    await warehouse.run(editor, { sql: 'CREATE SCHEMA adm', project: 'rio' });
    await warehouse.run(editor, {
      sql: `CREATE TABLE adm.linha AS SELECT n, CONCAT('rua ', CAST(n AS STRING)) AS rua, n / 7 AS valor FROM UNNEST(GENERATE_ARRAY(1, ${ROWS})) AS n`,
      project: 'rio',
    });
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const { job } = await warehouse.run((await access.authenticate(key)) ?? editor, {
      sql: 'SELECT * FROM adm.linha',
      project: 'rio',
    });

    let peak = 0;
    async function read(from: number, to: number): Promise<void> {
      for (let offset = from; offset < to; offset += PAGE) {
        const response = await fetch(
          `${origin}/bigquery/v2/projects/rio/queries/${job.id}?startIndex=${offset}&maxResults=${PAGE}`,
          { headers },
        );
        if (!response.ok) throw new ArcosError('STATE', await response.text());
        for await (const chunk of response.body ?? []) void chunk;
        peak = Math.max(peak, process.memoryUsage().rss / 1e6 + rssOf(enginePid()));
      }
    }
    await read(0, ROWS / 10);
    const idle = peak;
    const open = opening.move();
    return {
      async ours() {
        await read(0, ROWS);
        console.log(`  memory at the most ${Math.round(peak - idle)} MB above a tenth's ${Math.round(idle)} MB`);
        if (peak - idle > MOST_MB)
          throw new ArcosError('STATE', `Memory grows with the result: ${Math.round(peak - idle)} MB`);
      },
      async peer() {
        for (let time = 0; time < 10; time++) await read(0, ROWS / 10);
      },
      close: () => open.disposeAsync(),
    };
  },
};

/** Megabytes of a process in memory. */
function rssOf(pid: number): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1000;
}
