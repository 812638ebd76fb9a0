import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WarehouseClient } from './port.ts';
import { openTestWarehouse, type TestWarehouse } from './testing.ts';

let open: TestWarehouse;
let client: WarehouseClient;
const query = (sql: string) => client.query({ sql, project: 'rio' });

beforeAll(async () => {
  open = await openTestWarehouse();
  client = open.warehouse.client(open.editor);
});
afterAll(() => open.close(), 30_000);

test('the first tables of a new dataset are made at the same time', async () => {
  for (let round = 0; round < 5; round++) {
    const dataset = `novo_${round}`;
    await client.ensureDataset('rio', dataset);
    const tables = Array.from({ length: 4 }, (_, index) => `${dataset}.t${index}`);
    await Promise.all(
      tables.map((table) =>
        query(
          `CREATE OR REPLACE TABLE ${table} PARTITION BY d OPTIONS(description = 'x') AS SELECT DATE '2026-01-01' AS d, 1 AS n`,
        ),
      ),
    );
    const counts = tables.map((table) => `(SELECT COUNT(*) FROM ${table})`).join(' + ');
    expect((await query(`SELECT ${counts} AS n`)).rows).toEqual([{ n: 4 }]);
  }
}, 60_000);

test('changes of one table at the same time all count', async () => {
  await query('CREATE OR REPLACE TABLE novo_0.soma (n INT64)');
  await query('INSERT INTO novo_0.soma VALUES (0)');
  const changes = Array.from({ length: 6 }, (_, index) =>
    index % 2 === 0
      ? query('UPDATE novo_0.soma SET n = n + 1 WHERE TRUE')
      : query('INSERT INTO novo_0.soma VALUES (100)'),
  );
  await Promise.all(changes);
  const { rows } = await query(
    'SELECT COUNT(*) AS rows_, MIN(MOD(n, 100)) AS least, MAX(MOD(n, 100)) AS most FROM novo_0.soma',
  );
  expect(rows).toMatchObject([{ rows_: 4, most: 3 }]);
}, 60_000);
