import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WarehouseClient } from './port.ts';
import { openTestWarehouse, type TestWarehouse } from './testing.ts';

let open: TestWarehouse;
let client: WarehouseClient;
beforeAll(async () => {
  open = await openTestWarehouse();
  client = open.warehouse.client(open.editor);
  await query("CREATE SCHEMA adm OPTIONS(description = 'Administração')");
  await query('CREATE SCHEMA saude');
  await query(`CREATE TABLE adm.chamado (id INT64 NOT NULL OPTIONS(description = 'chave'), data DATE,
      itens ARRAY<STRUCT<nome STRING, preco NUMERIC(10, 2)>>)
    PARTITION BY DATE_TRUNC(data, MONTH) CLUSTER BY id
    OPTIONS(description = 'Os "chamados"', labels = [('tema', 'serviço')])`);
  await query(
    `INSERT INTO adm.chamado (id, data) SELECT n, DATE_ADD(DATE '2024-01-30', INTERVAL n DAY) FROM UNNEST(GENERATE_ARRAY(0, 4)) AS n`,
  );
  await query('INSERT INTO adm.chamado (id) VALUES (9)');
  await query('CREATE TABLE adm.dia (dia DATE) PARTITION BY dia');
  await query('CREATE TABLE adm.entrada (x INT64) PARTITION BY _PARTITIONDATE');
  await query('INSERT INTO adm.entrada VALUES (1), (2)');
  await query('CREATE VIEW adm.visao AS SELECT id FROM adm.chamado');
});
afterAll(() => open.close());

const query = (sql: string) => client.query({ sql, project: 'rio' });
const rows = async (sql: string) => (await query(sql)).rows;

test('SCHEMATA and its options', async () => {
  expect(
    await rows('SELECT schema_name, location, ddl FROM `region-us`.INFORMATION_SCHEMA.SCHEMATA ORDER BY schema_name'),
  ).toEqual([
    {
      schema_name: 'adm',
      location: 'US',
      ddl: 'CREATE SCHEMA `rio.adm`\nOPTIONS(\n  description="Administração"\n);',
    },
    { schema_name: 'saude', location: 'US', ddl: 'CREATE SCHEMA `rio.saude`;' },
  ]);
  expect(await rows('SELECT option_name, option_value FROM INFORMATION_SCHEMA.SCHEMATA_OPTIONS')).toEqual([
    { option_name: 'description', option_value: '"Administração"' },
  ]);
});

test('TABLES, with statements that make them anew', async () => {
  const tables = await rows(
    'SELECT table_name, table_type, ddl FROM adm.INFORMATION_SCHEMA.TABLES WHERE creation_time <= CURRENT_TIMESTAMP() ORDER BY 1',
  );
  expect(tables.map(({ table_name: name, table_type: type }) => [name, type])).toEqual([
    ['chamado', 'BASE TABLE'],
    ['dia', 'BASE TABLE'],
    ['entrada', 'BASE TABLE'],
    ['visao', 'VIEW'],
  ]);
  const ddl = String(tables[0]?.['ddl']);
  const before = await client.table({ project: 'rio', dataset: 'adm', table: 'chamado' });
  await query(ddl.replace('adm.chamado', 'saude.chamado'));
  const after = await client.table({ project: 'rio', dataset: 'saude', table: 'chamado' });
  for (const member of ['columns', 'partitioning', 'clustering', 'description', 'labels'] as const)
    expect(after?.[member]).toEqual(before?.[member]);
  await query('DROP TABLE saude.chamado');
});

test('COLUMNS and COLUMN_FIELD_PATHS', async () => {
  expect(
    await rows(`SELECT column_name, ordinal_position, is_nullable, data_type, is_partitioning_column, clustering_ordinal_position
      FROM adm.INFORMATION_SCHEMA.COLUMNS WHERE table_name = 'chamado' ORDER BY ordinal_position`),
  ).toEqual([
    expect.objectContaining({
      column_name: 'id',
      is_nullable: 'NO',
      data_type: 'INT64',
      clustering_ordinal_position: 1,
    }),
    expect.objectContaining({ column_name: 'data', is_nullable: 'YES', is_partitioning_column: 'YES' }),
    expect.objectContaining({ data_type: 'ARRAY<STRUCT<nome STRING, preco NUMERIC(10, 2)>>', ordinal_position: 3 }),
  ]);
  expect(
    await rows(`SELECT field_path, data_type, description
      FROM adm.INFORMATION_SCHEMA.COLUMN_FIELD_PATHS WHERE table_name = 'chamado' ORDER BY field_path`),
  ).toEqual([
    { field_path: 'data', data_type: 'DATE', description: null },
    { field_path: 'id', data_type: 'INT64', description: 'chave' },
    expect.objectContaining({ field_path: 'itens' }),
    { field_path: 'itens.nome', data_type: 'STRING', description: null },
    { field_path: 'itens.preco', data_type: 'NUMERIC(10, 2)', description: null },
  ]);
});

test('PARTITIONS and TABLE_STORAGE count rows that are there', async () => {
  await query('DELETE FROM adm.chamado WHERE id = 4');
  expect(
    await rows(`SELECT partition_id, total_rows, storage_tier FROM adm.INFORMATION_SCHEMA.PARTITIONS
      WHERE table_name IN ('chamado', 'dia') AND total_logical_bytes > 0 ORDER BY 1`),
  ).toEqual([
    { partition_id: '202401', total_rows: 2, storage_tier: 'ACTIVE' },
    { partition_id: '202402', total_rows: 2, storage_tier: 'ACTIVE' },
    { partition_id: '__NULL__', total_rows: 1, storage_tier: 'ACTIVE' },
  ]);
  expect(
    await rows(`SELECT total_rows, partition_id = FORMAT_DATE('%Y%m%d', CURRENT_DATE()) AS today
      FROM adm.INFORMATION_SCHEMA.PARTITIONS WHERE table_name = 'entrada'`),
  ).toEqual([{ total_rows: 2, today: true }]);
  expect(await rows('SELECT COUNT(*) AS n FROM adm.entrada WHERE _PARTITIONDATE = CURRENT_DATE()')).toEqual([{ n: 2 }]);
  expect(
    await rows(`SELECT total_rows, total_partitions FROM \`region-us\`.INFORMATION_SCHEMA.TABLE_STORAGE
      WHERE table_schema = 'adm' AND table_name = 'chamado'`),
  ).toEqual([{ total_rows: 5, total_partitions: 3 }]);
});

test('VIEWS, TABLE_OPTIONS and ROUTINES', async () => {
  expect(await rows('SELECT table_name, view_definition, use_standard_sql FROM adm.INFORMATION_SCHEMA.VIEWS')).toEqual([
    { table_name: 'visao', view_definition: 'SELECT id FROM adm.chamado', use_standard_sql: 'YES' },
  ]);
  expect(
    await rows(`SELECT option_name, option_type, option_value FROM adm.INFORMATION_SCHEMA.TABLE_OPTIONS ORDER BY 1`),
  ).toEqual([
    { option_name: 'description', option_type: 'STRING', option_value: '"Os \\"chamados\\""' },
    {
      option_name: 'labels',
      option_type: 'ARRAY<STRUCT<STRING, STRING>>',
      option_value: '[STRUCT("tema", "serviço")]',
    },
  ]);
  await query('CREATE FUNCTION adm.dobro(x INT64) RETURNS INT64 AS (x * 2)');
  const [routine] = await rows(
    'SELECT routine_name, routine_type, data_type, ddl FROM adm.INFORMATION_SCHEMA.ROUTINES',
  );
  expect(routine).toMatchObject({ routine_name: 'dobro', routine_type: 'FUNCTION', data_type: 'INT64' });
  await query(String(routine?.['ddl']).replace('CREATE', 'CREATE OR REPLACE'));
  expect(await rows('SELECT adm.dobro(21) AS x')).toEqual([{ x: 42 }]);
  expect(
    await rows('SELECT ordinal_position, parameter_name FROM adm.INFORMATION_SCHEMA.PARAMETERS ORDER BY 1'),
  ).toEqual([
    { ordinal_position: 0, parameter_name: null },
    { ordinal_position: 1, parameter_name: 'x' },
  ]);
});

test('JOBS are one’s own, and everybody’s for who manages access', async () => {
  await query('SELECT 1 AS x; SELECT 1 / 0').catch(() => undefined);
  const mine = `SELECT statement_type, state, error_result.reason AS reason, parent_job_id IS NULL AS parent FROM \`region-us\`.INFORMATION_SCHEMA.JOBS
    WHERE query LIKE 'SELECT 1%' AND user_email = 'editor@rio' ORDER BY creation_time, parent DESC`;
  const expected = [
    { statement_type: 'SCRIPT', state: 'DONE', reason: 'invalidQuery', parent: true },
    { statement_type: 'SELECT', state: 'DONE', reason: null, parent: false },
    { statement_type: 'SELECT', state: 'DONE', reason: 'invalidQuery', parent: false },
  ];
  expect(await rows(mine)).toEqual(expected);
  const other = open.warehouse.client((await open.principal('leitor@rio', 'leitor', 'rio')).principal);
  expect((await other.query({ sql: mine, project: 'rio' })).rows).toEqual([]);
  const admin = open.warehouse.client((await open.principal('admin@rio', 'administrador', 'rio')).principal);
  expect((await admin.query({ sql: mine, project: 'rio' })).rows).toEqual(expected);
  expect((await admin.query({ sql: mine.replace('.JOBS', '.JOBS_BY_USER'), project: 'rio' })).rows).toEqual([]);
});

test('nobody sees what he may not', async () => {
  await open.access.putAgency({ id: 'outra', name: 'Outra' });
  await open.access.putProject({ id: 'outra', agency: 'outra' });
  const { principal } = await open.principal('editor@outra', 'editor', 'outra');
  const stranger = open.warehouse.client(principal);
  for (const name of [
    'rio.adm.INFORMATION_SCHEMA.TABLES',
    'rio.region-us.INFORMATION_SCHEMA.SCHEMATA',
    'rio.nada.INFORMATION_SCHEMA.TABLES',
  ])
    await expect(stranger.query({ sql: `SELECT * FROM \`${name}\``, project: 'outra' })).rejects.toMatchObject({
      code: 'DENIED',
    });
  await expect(query('SELECT * FROM nada.INFORMATION_SCHEMA.TABLES')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(query('SELECT * FROM adm.INFORMATION_SCHEMA.NADA')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(query('DELETE FROM adm.INFORMATION_SCHEMA.TABLES WHERE TRUE')).rejects.toMatchObject({
    code: 'INVALID',
  });
});
