import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openPlatform } from '../../test/support/platform.ts';
import type { BenchCase } from '../case.ts';
import { startLoader } from '../load.ts';

const REQUESTS = 2000;
const AT_A_TIME = 16;

/** A dataset's page as a browser gets it, from a whole server; the peer sends the same bytes and does nothing else. */
export const bench: BenchCase = {
  describe: `${REQUESTS} requests for a dataset's page of the portal, ${AT_A_TIME} at a time / of a bare node:http server for the same bytes. Bar: p50 of one at a time <= 15 ms, 500 a second, no errors`,
  rounds: 5,
  operations: REQUESTS,
  async prepare() {
    const platform = await openPlatform();
    const { origin, key, warehouse } = platform;
    await warehouse.ensureDataset('datario', 'bench');
    const sql = `CREATE TABLE bench.chamado (id INT64 OPTIONS(description = 'Número'), bairro STRING OPTIONS(description = 'Bairro'),
      dia DATE OPTIONS(description = 'Dia')) OPTIONS(description = 'Chamados') AS
      SELECT n, CONCAT('Bairro ', MOD(n, 160)), DATE_ADD(DATE '2024-01-01', INTERVAL MOD(n, 365) DAY) FROM UNNEST(GENERATE_ARRAY(1, 50000)) n`;
    await warehouse.query({ sql, project: 'datario', dataset: 'bench' });
    const said = ['title', 'description', 'licence', 'frequency', 'owner', 'theme'].map((name) => [name, 'Chamados']);
    const published = await fetch(`${origin}/api/publications/datario/bench`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...Object.fromEntries(said), tables: ['chamado'] }),
    });
    if (!published.ok) throw new Error(await published.text());
    const page = `${origin}/dados/datario/bench`;
    const body = Buffer.from(await (await fetch(page)).arrayBuffer());
    const bare = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1');
    await once(bare, 'listening');
    const peer = `http://127.0.0.1:${(bare.address() as AddressInfo).port}/`;
    const loader = startLoader();
    const load = (url: string) => loader.run({ url, requests: REQUESTS, atATime: AT_A_TIME });
    for (const url of [page, `${page}/chamado`]) {
      const { p50, p95 } = await loader.run({ url, requests: 300, atATime: 1 });
      const { perSecond, errors } = await load(url);
      const holds = p50 <= 15 && perSecond >= 500 && errors === 0 ? 'holds' : 'does not hold';
      console.log(
        `  ${new URL(url).pathname}: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms one at a time; ${Math.round(perSecond)} a second, ${errors} errors: ${holds}`,
      );
    }
    return {
      async ours() {
        const { errors } = await load(page);
        if (errors > 0) throw new Error(`${errors} requests failed`);
      },
      peer: async () => void (await load(peer)),
      async close() {
        loader.close();
        bare.close();
        await platform.close();
      },
    };
  },
};
