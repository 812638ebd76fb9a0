import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../access/principal.ts';
import { openTestWarehouse, type TestWarehouse } from './testing.ts';

let open: TestWarehouse;
let chief: Principal;
beforeAll(async () => {
  open = await openTestWarehouse();
  ({ principal: chief } = await open.principal('chefe@rio', 'administrador', 'rio'));
  await open.warehouse.client(open.editor).ensureDataset('rio', 'adm');
});
afterAll(() => open.close());

const query = (sql: string, principal = open.editor) =>
  open.warehouse.client(principal).query({ sql, project: 'rio', dataset: 'adm' });
const rows = async (sql: string) => (await query(sql)).rows;
const write = (name: string, text: string) =>
  open.lake.write({ bucket: 'rio', name }, Readable.from([Buffer.from(text)]));

async function content(prefix: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const file of await open.lake.files('rio', prefix)) {
    files[file.name] = Buffer.concat(await open.lake.content(file).toArray()).toString();
  }
  return files;
}

describe('EXPORT DATA and LOAD DATA', () => {
  test('rows go to files and come back', async () => {
    const exported = `EXPORT DATA OPTIONS(uri = 'gs://rio/saida/n-*.csv', format = 'CSV', header = TRUE, field_delimiter = ';')
      AS SELECT x AS id, CONCAT('n', x) AS nome FROM UNNEST([1, 2]) AS x ORDER BY x DESC`;
    await query(exported);
    expect(await content('saida/')).toEqual({ 'saida/n-000000000000.csv': 'id;nome\n2;n2\n1;n1\n' });
    await expect(query(exported)).rejects.toMatchObject({
      code: 'INVALID',
      hint: expect.stringContaining('overwrite'),
    });
    await query(exported.replace('header = TRUE', 'header = TRUE, overwrite = TRUE'));
    await query(`LOAD DATA INTO adm.volta FROM FILES (format = 'CSV', uris = ['gs://rio/saida/n-*.csv'],
      field_delimiter = ';', skip_leading_rows = 1)`);
    expect(await rows('SELECT * FROM adm.volta ORDER BY id')).toEqual([
      { id: 1, nome: 'n1' },
      { id: 2, nome: 'n2' },
    ]);
  });

  test('folders are columns', async () => {
    await write('pasta/ano=2023/uf=SP/a.csv', '3,tres\n');
    await write('pasta/ano=2024/uf=RJ/a.csv', '1,um\n2,dois\n');
    const files = `FILES (format = 'CSV', uris = ['gs://rio/pasta/*'], hive_partition_uri_prefix = 'gs://rio/pasta')`;
    await query(`LOAD DATA INTO adm.pasta (id INT64, nome STRING) FROM ${files} WITH PARTITION COLUMNS`);
    await query(`LOAD DATA OVERWRITE adm.pasta (id INT64, nome STRING) CLUSTER BY id OPTIONS (description = 'dois')
      FROM ${files} WITH PARTITION COLUMNS (ano STRING, uf STRING)`);
    expect(await rows('SELECT * FROM adm.pasta WHERE ano = "2024" ORDER BY id')).toEqual([
      { id: 1, nome: 'um', ano: '2024', uf: 'RJ' },
      { id: 2, nome: 'dois', ano: '2024', uf: 'RJ' },
    ]);
    await query(`CREATE EXTERNAL TABLE adm.fora WITH PARTITION COLUMNS
      OPTIONS (format = 'CSV', uris = ['gs://rio/pasta/*'], hive_partition_uri_prefix = 'gs://rio/pasta')`);
    expect(await rows('SELECT COUNT(*) AS n FROM adm.fora WHERE uf = "SP"')).toEqual([{ n: 0 }]);
  });

  test.each([
    [`EXPORT DATA OPTIONS(uri = 'gs://rio/x.csv', format = 'CSV') AS SELECT 1 AS a`, 'INVALID'],
    [`EXPORT DATA OPTIONS(uri = 'gs://rio/x-*.avro', format = 'AVRO') AS SELECT 1 AS a`, 'UNSUPPORTED'],
    [`EXPORT DATA OPTIONS(uri = 'gs://saude/x-*.csv', format = 'CSV') AS SELECT 1 AS a`, 'DENIED'],
    [`LOAD DATA INTO adm.x FROM FILES (format = 'CSV', uris = ['gs://rio/nada*.csv'])`, 'NOT_FOUND'],
    [`LOAD DATA INTO adm.x FROM FILES (format = 'CSV', uris = ['gs://saude/a.csv'])`, 'DENIED'],
  ])('%s is refused', async (sql, code) => {
    await expect(query(sql)).rejects.toMatchObject({ code });
  });

  test('are statements of scripts too', async () => {
    const script = `CREATE TEMP TABLE z AS SELECT 7 AS a;
      EXPORT DATA OPTIONS (uri = 'gs://rio/roteiro/z-*.csv', format = 'CSV') AS SELECT * FROM z;
      LOAD DATA INTO adm.roteiro (a INT64) FROM FILES (format = 'CSV', uris = ['gs://rio/roteiro/z-*.csv']);
      SELECT * FROM adm.roteiro`;
    expect(await rows(script)).toEqual([{ a: 7 }]);
  });
});

describe('ALTER', () => {
  test('changes a table, its columns and its name', async () => {
    await query(`CREATE TABLE adm.muda (a INT64 NOT NULL, b STRING(5), d DATE) PARTITION BY d CLUSTER BY a
      OPTIONS (description = 'um', labels = [('x', 'y')])`);
    await query(`ALTER TABLE adm.muda ADD COLUMN c INT64, ADD COLUMN IF NOT EXISTS b STRING,
      ADD PRIMARY KEY (a) NOT ENFORCED`);
    await query('ALTER TABLE adm.muda ALTER COLUMN c SET DEFAULT 4, ALTER COLUMN a DROP NOT NULL');
    await query(`INSERT adm.muda (b, d) VALUES ('x', DATE '2024-01-01')`);
    await query('ALTER TABLE adm.muda ALTER COLUMN c DROP DEFAULT, ALTER COLUMN b SET DATA TYPE STRING(9)');
    await query('ALTER TABLE adm.muda ALTER COLUMN c SET DATA TYPE NUMERIC, RENAME COLUMN b TO nome');
    await query(`INSERT adm.muda (nome, d) VALUES ('muito', DATE '2024-01-02')`);
    await query(`ALTER TABLE adm.muda SET OPTIONS (description = NULL)`);
    await query('ALTER TABLE adm.muda RENAME TO mudada');
    expect(await rows('SELECT a, nome, c FROM adm.mudada ORDER BY d')).toEqual([
      { a: null, nome: 'x', c: '4' },
      { a: null, nome: 'muito', c: null },
    ]);
    const table = await open.warehouse.catalog.table({ project: 'rio', dataset: 'adm', table: 'mudada' });
    expect(table).toMatchObject({ labels: { x: 'y' }, clustering: ['a'] });
    expect(table?.description).toBeUndefined();
  });

  test.each([
    'ALTER TABLE adm.fixa DROP COLUMN d',
    'ALTER TABLE adm.fixa RENAME COLUMN a TO z',
    'ALTER TABLE adm.fixa ADD COLUMN e INT64 NOT NULL',
    'ALTER TABLE adm.fixa ALTER COLUMN b SET DATA TYPE INT64',
    'ALTER TABLE adm.fixa ALTER COLUMN b SET DATA TYPE STRING(3)',
    'ALTER TABLE adm.fixa ALTER COLUMN a SET DEFAULT nada',
    'ALTER TABLE adm.fixa ALTER COLUMN a SET DEFAULT "x"',
    'ALTER TABLE adm.fixa RENAME TO fixa',
    'ALTER TABLE adm.fixa SET DEFAULT COLLATE "und:ci"',
    'ALTER VIEW adm.fixa SET OPTIONS (description = "x")',
    'ALTER TABLE adm.nenhuma ADD COLUMN a INT64',
  ])('%s is refused', async (sql) => {
    await query('CREATE TABLE IF NOT EXISTS adm.fixa (a INT64, b STRING, d DATE) PARTITION BY d CLUSTER BY a');
    await expect(query(sql)).rejects.toMatchObject({ code: expect.stringMatching(/INVALID|CONFLICT|NOT_FOUND/) });
  });

  test('a table with row access policies keeps its name', async () => {
    await query('CREATE TABLE adm.segredo (a INT64)');
    await query(
      'CREATE ROW ACCESS POLICY p ON adm.segredo GRANT TO ("allAuthenticatedUsers") FILTER USING (a = 1)',
      chief,
    );
    await expect(query('ALTER TABLE adm.segredo RENAME TO aberta')).rejects.toMatchObject({ code: 'INVALID' });
  });

  test('options of datasets, views and external tables are added to those there are', async () => {
    await query(`CREATE SCHEMA outro OPTIONS (description = 'um', labels = [('a', 'b')])`);
    await query(`ALTER SCHEMA outro SET OPTIONS (friendly_name = 'Outro')`);
    await query('ALTER SCHEMA IF EXISTS nenhum SET OPTIONS (description = "x")');
    expect((await open.warehouse.catalog.dataset('rio', 'outro'))?.options).toEqual({
      description: 'um',
      labels: { a: 'b' },
      friendlyName: 'Outro',
    });
    await query('CREATE VIEW outro.vista OPTIONS (description = "v") AS SELECT 1 AS a');
    await query(`ALTER VIEW outro.vista SET OPTIONS (labels = [('k', 'v')])`);
    const path = { project: 'rio', dataset: 'outro', table: 'vista' };
    expect(await open.warehouse.catalog.table(path)).toMatchObject({ description: 'v', labels: { k: 'v' } });
    expect(await rows('SELECT * FROM outro.vista')).toEqual([{ a: 1 }]);
  });
});

test('a snapshot is only read', async () => {
  await query('CREATE OR REPLACE TABLE adm.base AS SELECT 1 AS a');
  await query('CREATE SNAPSHOT TABLE adm.foto CLONE adm.base');
  await query('UPDATE adm.base SET a = 2 WHERE TRUE');
  expect(await rows('SELECT a FROM adm.foto')).toEqual([{ a: 1 }]);
  await expect(query('INSERT adm.foto VALUES (5)')).rejects.toMatchObject({ code: 'INVALID' });
  await expect(query('DROP TABLE adm.foto')).rejects.toMatchObject({ code: 'INVALID' });
  await query('DROP SNAPSHOT TABLE adm.foto');
});

test('GRANT is for who manages access, and a dropped table takes its roles with it', async () => {
  await query('CREATE TABLE adm.dada AS SELECT 1 AS a');
  const { principal: guest } = await open.principal('visita@fora', 'base', 'fora');
  const grant = 'GRANT `roles/bigquery.dataViewer` ON TABLE adm.dada TO "serviceAccount:visita@fora"';
  await expect(query(grant)).rejects.toMatchObject({ code: 'DENIED' });
  await expect(query(grant.replace('dada', 'nada'), chief)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await query(grant, chief);
  await query('DROP TABLE adm.dada');
  const policy = await open.access.sharing.policy({ kind: 'table', id: 'rio.adm.dada' });
  expect(policy.bindings).toEqual([]);
  expect(guest.name).toBe('visita@fora');
});

describe('MERGE', () => {
  test('without a condition to match by is as long as its rows', async () => {
    await query(
      'CREATE TABLE adm.muitas AS SELECT x AS a, MOD(x, 10) AS p FROM UNNEST(GENERATE_ARRAY(1, 100000)) AS x',
    );
    const { affectedRows } =
      await query(`MERGE adm.muitas AS t USING (SELECT a, p FROM adm.muitas WHERE p < 5) AS s ON FALSE
      WHEN NOT MATCHED BY SOURCE AND t.p < 5 THEN DELETE WHEN NOT MATCHED THEN INSERT (a, p) VALUES (a, p)`);
    expect(affectedRows).toBe(100_000);
    expect(await rows('SELECT COUNT(*) AS n, SUM(a) AS s FROM adm.muitas')).toEqual([{ n: 100_000, s: 5_000_050_000 }]);
  });

  test('can read what it changes', async () => {
    await query('CREATE TABLE adm.passo AS SELECT x AS a FROM UNNEST([1, 2]) AS x');
    await query(`MERGE adm.passo AS t USING (SELECT a + 1 AS a FROM adm.passo) AS s ON t.a = s.a
      WHEN MATCHED THEN UPDATE SET a = s.a * 10 WHEN NOT MATCHED THEN INSERT ROW`);
    expect(await rows('SELECT a FROM adm.passo ORDER BY a')).toEqual([{ a: 1 }, { a: 3 }, { a: 20 }]);
  });

  test('matches a row once', async () => {
    await query('CREATE TABLE adm.duas AS SELECT 1 AS a');
    await expect(
      query('MERGE adm.duas AS t USING (SELECT 1 AS a UNION ALL SELECT 1) AS s ON t.a = s.a WHEN MATCHED THEN DELETE'),
    ).rejects.toMatchObject({ message: expect.stringContaining('at most one source row') });
    expect(await rows('SELECT COUNT(*) AS n FROM adm.duas')).toEqual([{ n: 1 }]);
  });
});

test('a view names its tables with their dataset', async () => {
  await expect(query('CREATE VIEW adm.curta AS SELECT a FROM base')).rejects.toMatchObject({
    message: expect.stringContaining('must be qualified with a dataset'),
  });
});
