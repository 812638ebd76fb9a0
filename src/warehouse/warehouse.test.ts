import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WarehouseClient } from './port.ts';
import { openTestWarehouse, type TestWarehouse } from './testing.ts';

let open: TestWarehouse;
let client: WarehouseClient;
beforeAll(async () => {
  open = await openTestWarehouse();
  client = open.warehouse.client(open.editor);
  await client.ensureDataset('rio', 'adm');
});
afterAll(() => open.close());

const query = (sql: string) => client.query({ sql, project: 'rio' });
const rows = async (sql: string) => (await query(sql)).rows;

test('values come back by type', async () => {
  const [row] =
    await rows(`SELECT 1 AS i, 9007199254740993 AS big, 1.5 AS f, NUMERIC '1.50' AS n, TRUE AS b, 'aé"\\n' AS s, b'\\x00\\xff' AS y,
    DATE '2024-02-29' AS d, DATETIME '2024-02-29 12:00:00.5' AS dt, TIME '12:00:00' AS t, TIMESTAMP '2024-02-29 12:00:00.123456+00' AS ts,
    TIMESTAMP '1969-12-31 23:59:59.5+00' AS old, [1, 2] AS a, STRUCT('x' AS name, [STRUCT(1 AS n)] AS items) AS st, JSON '{"k": [1]}' AS j,
    ST_GEOGPOINT(-43.2, -22.9) AS g, CAST(NULL AS STRING) AS nothing, CAST(NULL AS ARRAY<INT64>) AS empty`);
  expect(row).toEqual({
    i: 1,
    big: '9007199254740993',
    f: 1.5,
    n: '1.5',
    b: true,
    s: 'aé"\n',
    y: 'AP8=',
    d: '2024-02-29',
    dt: '2024-02-29T12:00:00.500',
    t: '12:00:00',
    ts: '2024-02-29T12:00:00.123456Z',
    old: '1969-12-31T23:59:59.500Z',
    a: [1, 2],
    st: { name: 'x', items: [{ n: 1 }] },
    j: { k: [1] },
    g: 'POINT(-43.2 -22.9)',
    nothing: null,
    empty: [],
  });
});

test('a partitioned table is made, described, read by partition, changed and dropped', async () => {
  const created = await query(`CREATE OR REPLACE TABLE adm.chamado (
      id INT64 NOT NULL OPTIONS(description = 'chave'), data DATE, valor NUMERIC(10, 2), local GEOGRAPHY)
    PARTITION BY DATE_TRUNC(data, MONTH) CLUSTER BY id
    OPTIONS(description = 'Chamados', labels = [('tema', 'serviço')])
    AS SELECT n, DATE_ADD(DATE '2024-01-01', INTERVAL n DAY), CAST(n AS NUMERIC), ST_GEOGPOINT(-43, -22) FROM UNNEST(GENERATE_ARRAY(0, 59)) AS n`);
  expect(created.statementType).toBe('CREATE_TABLE_AS_SELECT');
  const path = { project: 'rio', dataset: 'adm', table: 'chamado' };
  expect(await client.table(path)).toMatchObject({
    kind: 'native',
    rows: 60,
    partitioning: { kind: 'time', unit: 'MONTH', column: 'data' },
    clustering: ['id'],
    description: 'Chamados',
    labels: { tema: 'serviço' },
    columns: [
      { name: 'id', type: { kind: 'INT64' }, nullable: false, description: 'chave' },
      { name: 'data', type: { kind: 'DATE' } },
      { name: 'valor', type: { kind: 'NUMERIC', precision: 10, scale: 2 } },
      { name: 'local', type: { kind: 'GEOGRAPHY' } },
    ],
  });
  expect(await rows("SELECT COUNT(*) AS n FROM adm.chamado WHERE data BETWEEN '2024-02-01' AND '2024-02-10'")).toEqual([
    { n: 10 },
  ]);

  expect((await query('DELETE FROM adm.chamado WHERE id < 10')).affectedRows).toBe(10);
  expect((await query('UPDATE adm.chamado SET valor = valor * 2 WHERE id = 10')).affectedRows).toBe(1);
  expect((await query("INSERT INTO adm.chamado (id, data) VALUES (100, '2024-06-01'), (101, NULL)")).affectedRows).toBe(
    2,
  );
  const merged = await query(`MERGE adm.chamado t USING (SELECT 100 AS id UNION ALL SELECT 200) s ON t.id = s.id
    WHEN MATCHED THEN UPDATE SET valor = 7 WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)`);
  expect(merged.affectedRows).toBe(2);
  expect(await client.table(path)).toMatchObject({ rows: 53 });
  expect(await rows('SELECT id, valor FROM adm.chamado WHERE id IN (10, 100, 200) ORDER BY id')).toEqual([
    { id: 10, valor: '20' },
    { id: 100, valor: '7' },
    { id: 200, valor: null },
  ]);
  await query('ALTER TABLE adm.chamado ADD COLUMN nota STRING, DROP COLUMN local');
  expect((await client.table(path))?.columns.map(({ name }) => name)).toEqual(['id', 'data', 'valor', 'nota']);
  await query('DROP TABLE adm.chamado');
  expect(await client.table(path)).toBeUndefined();
});

test('a view reads what its tables have now', async () => {
  await query('CREATE OR REPLACE TABLE adm.base AS SELECT 1 AS x');
  await query('CREATE OR REPLACE VIEW adm.dobro AS SELECT x * 2 AS y FROM adm.base');
  await query('INSERT INTO adm.base VALUES (5)');
  expect(await rows('SELECT y FROM adm.dobro ORDER BY y')).toEqual([{ y: 2 }, { y: 10 }]);
  await expect(query('CREATE OR REPLACE TABLE adm.dobro AS SELECT 1 AS x')).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('an external table is the files under its folders, each partition a column', async () => {
  const put = (name: string, content: string) =>
    open.lake.write({ bucket: 'rio', name }, Readable.from([Buffer.from(content)]));
  const base = 'staging/adm/chamado';
  await put(`${base}/ano_particao=2024/mes_particao=1/data.csv`, 'id,texto\n1,"a ""b"", c"\n2,\n4,""\n');
  await put(`${base}/ano_particao=2024/mes_particao=10/data.csv`, 'id,texto\n3,São Cristóvão\n');
  await put(`${base}x/ano_particao=1999/mes_particao=1/data.csv`, 'id,texto\n9,other table\n');
  await client.ensureDataset('rio', 'adm_staging');
  const path = { project: 'rio', dataset: 'adm_staging', table: 'chamado' };
  const text = (name: string) => ({ name, type: { kind: 'STRING' as const }, nullable: true });
  await client.putExternalTable({
    path,
    columns: ['id', 'texto', 'ano_particao', 'mes_particao'].map(text),
    format: 'CSV',
    sourceUris: [`gs://rio/${base}/*`],
    hivePrefix: `gs://rio/${base}/`,
    csv: { skipLeadingRows: 1, allowQuotedNewlines: true },
  });
  expect(await rows('SELECT * FROM adm_staging.chamado ORDER BY id')).toEqual([
    { id: '1', texto: 'a "b", c', ano_particao: '2024', mes_particao: '1' },
    { id: '2', texto: null, ano_particao: '2024', mes_particao: '1' },
    { id: '3', texto: 'São Cristóvão', ano_particao: '2024', mes_particao: '10' },
    { id: '4', texto: '', ano_particao: '2024', mes_particao: '1' },
  ]);
  expect(await rows("SELECT id FROM adm_staging.chamado WHERE mes_particao = '10'")).toEqual([{ id: '3' }]);
  await put(`${base}/ano_particao=2024/mes_particao=10/data.csv`, 'id,texto\n4,new\n');
  expect(await rows("SELECT id FROM adm_staging.chamado WHERE mes_particao = '10'")).toEqual([{ id: '4' }]);
});

test('a large result is read in pages, also by another server', async () => {
  const result = await query(
    'SELECT n, CAST(n AS STRING) AS s, TIMESTAMP_SECONDS(n) AS t FROM UNNEST(GENERATE_ARRAY(1, 25000)) AS n ORDER BY n DESC',
  );
  expect(result.totalRows).toBe(25000);
  expect(result.rows).toHaveLength(10000);
  expect(result.rows[0]).toEqual({ n: 25000, s: '25000', t: '1970-01-01T06:56:40Z' });
  const last = await client.rows(result.jobId, 24998, 10);
  expect(last.map((row) => row['n'])).toEqual([2, 1]);
  const other = await open.reopen();
  const { page } = await other.page(open.editor, 'rio', result.jobId, 10_000, 2);
  expect(page.seconds).toBe(
    '{"f":[{"v":"15000"},{"v":"15000"},{"v":"15000.000000"}]},{"f":[{"v":"14999"},{"v":"14999"},{"v":"14999.000000"}]}',
  );
});

test.for([
  ['SELECT bairo FROM (SELECT 1 AS bairro)', 'INVALID', 'Unrecognized name: bairo; Did you mean bairro? at [1:8]'],
  ['SELECT 1 / 0', 'INVALID', 'division by zero'],
  ['SELECT * FROM adm.nada', 'NOT_FOUND', 'Not found: Table rio:adm.nada was not found'],
  ['SELEC 1', 'INVALID', 'Syntax error: Unexpected identifier "SELEC" at [1:1]'],
  ['CREATE TABLE nada.t AS SELECT 1 AS x', 'NOT_FOUND', 'Not found: Dataset rio:nada'],
  ["SELECT CAST('x' AS INT64)", 'INVALID', 'Bad INT64 value: x'],
] as const)('%s fails with %s', async ([sql, code, message]) => {
  await expect(query(sql)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

test('a table is replaced by what is made of itself', async () => {
  await query(`CREATE OR REPLACE TABLE adm.si PARTITION BY d AS
    SELECT n, DATE '2024-01-01' AS d FROM UNNEST([1, 2, 3]) AS n`);
  await query(
    "CREATE OR REPLACE TABLE adm.si PARTITION BY d OPTIONS(description = 'x') AS SELECT * FROM adm.si WHERE n > 1",
  );
  expect(await rows('SELECT n FROM adm.si ORDER BY n')).toEqual([{ n: 2 }, { n: 3 }]);
  expect(await client.table({ project: 'rio', dataset: 'adm', table: 'si' })).toMatchObject({
    description: 'x',
    rows: 2,
    partitioning: { column: 'd' },
  });
  expect((await client.tables('rio', 'adm')).map(({ path }) => path.table)).not.toContain('si (new)');
  const script =
    'CREATE TEMP TABLE t AS SELECT 1 AS x; CREATE OR REPLACE TEMP TABLE t AS SELECT x + 1 AS x FROM t; SELECT x FROM t';
  expect(await rows(script)).toEqual([{ x: 2 }]);
});

test('a failed statement leaves the table as it was', async () => {
  await query('CREATE OR REPLACE TABLE adm.certa AS SELECT 1 AS x');
  await expect(
    query('CREATE OR REPLACE TABLE adm.certa AS SELECT 1 / x AS y FROM UNNEST([1, 0]) AS x'),
  ).rejects.toMatchObject({ code: 'INVALID' });
  expect(await rows('SELECT x FROM adm.certa')).toEqual([{ x: 1 }]);
});

test('a job id is executed once', async () => {
  await query('CREATE OR REPLACE TABLE adm.uma AS SELECT 0 AS x');
  const insert = { sql: 'INSERT INTO adm.uma VALUES (1)', project: 'rio', jobId: 'once' };
  expect((await client.query(insert)).affectedRows).toBe(1);
  expect((await client.query(insert)).affectedRows).toBe(1);
  expect(await rows('SELECT COUNT(*) AS n FROM adm.uma')).toEqual([{ n: 2 }]);
  await expect(client.query({ ...insert, sql: 'INSERT INTO adm.uma VALUES (2)' })).rejects.toMatchObject({
    code: 'CONFLICT',
  });
});

test('a query stops when it is cancelled', async () => {
  const controller = new AbortController();
  const slow = client.query({
    sql: 'SELECT SUM(a * b) AS x FROM UNNEST(GENERATE_ARRAY(1, 1000000)) AS a, UNNEST(GENERATE_ARRAY(1, 1000000)) AS b',
    project: 'rio',
    signal: controller.signal,
  });
  const outcome = expect(slow).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect.poll(async () => (await open.warehouse.jobs.list('rio', { limit: 1 }))[0]?.state).toBe('RUNNING');
  controller.abort();
  await outcome;
});

test('strangers read, write and learn nothing', async () => {
  await query('CREATE OR REPLACE TABLE adm.segredo AS SELECT 1 AS x');
  await open.access.putAgency({ id: 'saude', name: 'Saúde' });
  await open.access.putProject({ id: 'saude', agency: 'saude' });
  const { principal } = await open.principal('editor@saude', 'editor', 'saude');
  const stranger = open.warehouse.client(principal);
  const ask = (sql: string) => stranger.query({ sql, project: 'saude' }).catch((error: Error) => error);
  for (const sql of [
    'SELECT * FROM `rio.adm.segredo`',
    'SELECT * FROM `rio.adm.nada`',
    'SELECT * FROM `nada.nada.nada`',
    'INSERT INTO `rio.adm.segredo` VALUES (1)',
    'CREATE TABLE `rio.adm.meu` AS SELECT 1 AS x',
    'DROP TABLE `rio.adm.segredo`',
    'DROP SCHEMA rio.adm CASCADE',
  ]) {
    expect(await ask(sql), sql).toMatchObject({ code: 'DENIED' });
  }
  await expect(stranger.query({ sql: 'SELECT 1', project: 'rio' })).rejects.toMatchObject({ code: 'DENIED' });
  const { jobId } = await query('SELECT 1');
  await expect(open.warehouse.job(principal, 'rio', jobId)).rejects.toMatchObject({ code: 'DENIED' });
});

test('a table is exported as CSV, Parquet and GeoJSON', async () => {
  await query(`CREATE OR REPLACE TABLE adm.pontos AS
    SELECT 1 AS id, 'a,"b"' AS nome, ST_GEOGPOINT(-43.25, -22.5) AS local UNION ALL SELECT 2, NULL, NULL`);
  const path = { project: 'rio', dataset: 'adm', table: 'pontos' };
  const file = (name: string) => join(open.root, name);
  await open.warehouse.exportTable(open.editor, path, 'csv', file('x.csv'));
  expect(await readFile(file('x.csv'), 'utf8')).toBe('id,nome,local\n1,"a,""b""",POINT(-43.25 -22.5)\n2,,\n');
  await open.warehouse.exportTable(open.editor, path, 'geojson', file('x.geojson'));
  expect(JSON.parse(await readFile(file('x.geojson'), 'utf8'))).toEqual({
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [-43.25, -22.5] },
        properties: { id: 1, nome: 'a,"b"' },
      },
      { type: 'Feature', geometry: null, properties: { id: 2, nome: null } },
    ],
  });
  expect(await open.warehouse.exportTable(open.editor, path, 'parquet', file('x.parquet'))).toBeGreaterThan(100);
  expect(
    readdirSync(open.root)
      .filter((name) => name.startsWith('x.'))
      .sort(),
  ).toEqual(['x.csv', 'x.geojson', 'x.parquet']);
});
