import { DuckDBInstance } from '@duckdb/node-api';
import { ArcosError } from '../../src/base/errors.ts';
import { setup } from '../../test/support/postgres.ts';
import type { BenchCase } from '../case.ts';
import { serveWarehouse } from '../warehouse.ts';

const QUERIES = 100;

export const bench: BenchCase = {
  describe: "SELECT 1, one after the other: as jobs by BigQuery's API over HTTP / by DuckDB in the same process",
  rounds: 7,
  operations: QUERIES,
  async prepare() {
    await using opening = new AsyncDisposableStack();
    opening.defer(await setup());
    const { key, origin } = await serveWarehouse(opening);
    const instance = await DuckDBInstance.create(':memory:');
    opening.defer(() => instance.closeSync());
    const connection = await instance.connect();
    opening.defer(() => connection.closeSync());
    const open = opening.move();
    return {
      async ours() {
        for (let count = 0; count < QUERIES; count++) {
          const response = await fetch(`${origin}/bigquery/v2/projects/rio/queries`, {
            method: 'POST',
            headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
            body: JSON.stringify({ query: 'SELECT 1', useLegacySql: false }),
          });
          if (!response.ok) throw new ArcosError('STATE', await response.text());
          await response.arrayBuffer();
        }
      },
      async peer() {
        for (let count = 0; count < QUERIES; count++) await connection.runAndReadAll('SELECT 1');
      },
      close: () => open.disposeAsync(),
    };
  },
};
