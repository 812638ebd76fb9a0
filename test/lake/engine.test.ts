import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Row } from '../../src/ingest/rows.ts';
import { stageInto } from '../../src/ingest/stage.ts';
import type { WarehouseClient } from '../../src/warehouse/port.ts';
import { openTestWarehouse, type TestWarehouse } from '../../src/warehouse/testing.ts';
import { lakePlaces } from './places.ts';

const places = (await lakePlaces()).filter(({ title }) => title !== 'a folder');

describe.for(places)('a warehouse over a lake in $title', ({ missing, make }) => {
  if (missing) {
    test.skip('all of it', () => undefined);
    return;
  }
  let open: TestWarehouse;
  let client: WarehouseClient;
  let close: () => Promise<unknown>;
  beforeAll(async () => {
    const made = await make();
    close = made.close;
    open = await openTestWarehouse(made.place);
    client = open.warehouse.client(open.editor);
  });
  afterAll(async () => {
    await open?.close();
    await close();
  });
  const ask = async (sql: string) => (await client.query({ sql, project: 'rio' })).rows;

  test('stages rows, queries them by partition and makes a table of them', async () => {
    const rows = Array.from({ length: 1000 }, (_, id) => ({ id, nota: `ção "${id}"` }));
    const of = (row: Row) => ({ ano: 2020 + (Number(row['id']) % 3), parte: `São ${Number(row['id']) % 2}` });
    await stageInto(
      { lake: open.lake, warehouse: client },
      {
        project: 'rio',
        dataset: 'saude',
        table: 'caso',
        columns: ['id', 'nota'],
        rows,
        mode: 'overwrite',
        partitionBy: { keys: ['ano', 'parte'], of },
      },
    );
    expect(
      await ask(
        "SELECT COUNT(*) AS n, MIN(nota) AS nota FROM saude_staging.caso WHERE ano = '2021' AND parte = 'São 0'",
      ),
    ).toEqual([{ n: 166, nota: 'ção "10"' }]);
    await ask('CREATE SCHEMA saude');
    await ask('CREATE TABLE saude.caso AS SELECT CAST(id AS INT64) AS id, nota FROM saude_staging.caso');
    expect(await ask('SELECT SUM(id) AS soma, COUNT(DISTINCT nota) AS notas FROM saude.caso')).toEqual([
      { soma: 499_500, notas: 1000 },
    ]);
  });

  test.for(['dados.csv', "o'utro [1]*?.csv", 'packed.csv.gz'])('reads the object %j', async (name) => {
    const text = Buffer.from('a,b\n1,x\n2,y\n');
    const content = name.endsWith('.gz') ? (await import('node:zlib')).gzipSync(text) : text;
    await open.lake.write({ bucket: 'rio', name: `solto/${name}` }, Readable.from([content]));
    const uri = `gs://rio/solto/${name}`.replaceAll("'", "\\'").replace('[1]*?', '*');
    await ask(
      `CREATE OR REPLACE EXTERNAL TABLE saude_staging.solto (a INT64, b STRING) OPTIONS (format = 'CSV', uris = ['${uri}'], skip_leading_rows = 1)`,
    );
    expect(await ask('SELECT a, b FROM saude_staging.solto ORDER BY a')).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]);
  });
});
