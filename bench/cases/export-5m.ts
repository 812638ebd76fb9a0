import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { openPlatform } from '../../test/support/platform.ts';
import { descendants } from '../../test/support/processes.ts';
import type { BenchCase } from '../case.ts';

/** `ARCOS_BENCH_ROWS=100000` tries the case in small. */
const ROWS = Number(process.env['ARCOS_BENCH_ROWS'] ?? 5_000_000);
const MIB = 2 ** 20;

/** All rows of a finished query as a CSV file over HTTP; the peer is DuckDB's own COPY of rows that it has. */
export const bench: BenchCase = {
  describe: `${ROWS.toLocaleString('en')} rows of a query as CSV by HTTP / COPY ... TO a CSV file in DuckDB. Bar: 50 MB a second, memory flat`,
  rounds: 3,
  operations: ROWS,
  async prepare() {
    const platform = await openPlatform();
    const { origin, key, processes } = platform;
    const authorization = `Bearer ${key}`;
    const query = `SELECT n AS id, CONCAT('chamado ', n) AS nome, MOD(n, 160) AS bairro, n / 3 AS valor,
      DATE_ADD(DATE '2024-01-01', INTERVAL MOD(n, 365) DAY) AS dia FROM UNNEST(GENERATE_ARRAY(1, ${ROWS})) AS n`;
    const asked = await fetch(`${origin}/bigquery/v2/projects/rj-escritorio/queries`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ query, useLegacySql: false, timeoutMs: 120_000, maxResults: 0 }),
    });
    const { jobReference, jobComplete } = (await asked.json()) as {
      jobReference: { jobId: string };
      jobComplete: boolean;
    };
    if (!jobComplete) throw new Error('The query takes too long');
    const folder = mkdtempSync(join(tmpdir(), 'arcos-export-'));
    const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
    const connection = await instance.connect();
    await connection.run(`CREATE TABLE t AS SELECT n AS id, 'chamado ' || n AS nome, n % 160 AS bairro, n / 3 AS valor,
      DATE '2024-01-01' + CAST(n % 365 AS INTEGER) AS dia FROM range(1, ${ROWS + 1}) AS r(n)`);
    const server = processes.server.pid ?? 0;
    const memory = () => [server, ...descendants(server)].reduce((sum, pid) => sum + residentBytes(pid), 0) / MIB;
    const idle = memory();
    return {
      async ours() {
        let most = 0;
        const watch = setInterval(() => {
          most = Math.max(most, memory());
        }, 200);
        const began = performance.now();
        const answer = await fetch(
          `${origin}/api/projects/rj-escritorio/queries/${jobReference.jobId}/file?format=csv`,
          { headers: { authorization } },
        );
        let bytes = 0;
        for await (const chunk of answer.body ?? []) bytes += chunk.length;
        clearInterval(watch);
        const speed = bytes / 1e6 / ((performance.now() - began) / 1000);
        const holds = answer.ok && speed >= 50 && most - idle < 150 ? 'holds' : 'does not hold';
        console.log(
          `  ${(bytes / 1e6).toFixed(0)} MB, ${speed.toFixed(0)} MB a second, ${(most - idle).toFixed(0)} MiB over idle (all processes of the server): ${holds}`,
        );
      },
      async peer() {
        await connection.run(`COPY t TO '${folder}/peer.csv' (FORMAT csv, HEADER)`);
      },
      async close() {
        connection.closeSync();
        instance.closeSync();
        rmSync(folder, { recursive: true, force: true });
        await platform.close();
      },
    };
  },
};

function residentBytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
