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

test('a function is called, replaced and dropped', async () => {
  const made = await query('CREATE FUNCTION adm.juros(x FLOAT64, n INT64) AS (x * POW(1.5, n))');
  expect(made.statementType).toBe('CREATE_FUNCTION');
  expect(await rows('SELECT adm.juros(2, 2) AS a, `rio.adm.juros`(4, 0) AS b')).toEqual([{ a: 4.5, b: 4 }]);
  await expect(query('CREATE FUNCTION adm.juros(x INT64) AS (x)')).rejects.toMatchObject({ code: 'CONFLICT' });
  await query('CREATE FUNCTION IF NOT EXISTS adm.juros(x INT64) AS (x)');
  await query('CREATE OR REPLACE FUNCTION adm.juros(x INT64) AS (x + 1)');
  expect(await rows('SELECT adm.juros(1) AS a')).toEqual([{ a: 2 }]);
  await expect(query('DROP PROCEDURE adm.juros')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await query('DROP FUNCTION adm.juros');
  await expect(query('SELECT adm.juros(1)')).rejects.toMatchObject({ message: expect.stringContaining('not found') });
  await query('DROP FUNCTION IF EXISTS adm.juros');
  await expect(query('CREATE FUNCTION nada.f(x INT64) AS (x)')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(query('CREATE FUNCTION adm.g(x INT64) AS (x + nada)')).rejects.toMatchObject({ code: 'INVALID' });
});

test('a function may use tables, other functions and any type', async () => {
  await query('CREATE OR REPLACE TABLE adm.bairro AS SELECT 1 AS id, "Centro" AS nome');
  await query('CREATE FUNCTION adm.nome(x INT64) AS ((SELECT nome FROM adm.bairro WHERE id = x))');
  await query('CREATE FUNCTION adm.grito(x INT64) AS (UPPER(adm.nome(x)))');
  await query('CREATE FUNCTION adm.ou(x ANY TYPE, y ANY TYPE) AS (IFNULL(x, y))');
  expect(await rows('SELECT adm.grito(1) AS g, adm.ou(NULL, 2) AS n, adm.ou("a", "b") AS s')).toEqual([
    { g: 'CENTRO', n: 2, s: 'a' },
  ]);
});

test('a table function takes values and tables', async () => {
  await query('CREATE TABLE FUNCTION adm.ate(n INT64) AS SELECT x FROM UNNEST(GENERATE_ARRAY(1, n)) AS x');
  await query('CREATE TABLE FUNCTION adm.so(t TABLE<x INT64>, m INT64) AS SELECT x FROM t WHERE x > m');
  expect(await rows('SELECT SUM(x) AS s FROM adm.ate(4)')).toEqual([{ s: 10 }]);
  expect(await rows('SELECT x FROM adm.so((SELECT x FROM adm.ate(4)), 3)')).toEqual([{ x: 4 }]);
  await query('DROP TABLE FUNCTION adm.ate');
  await expect(query('SELECT * FROM adm.ate(1)')).rejects.toMatchObject({ code: 'INVALID' });
});

test('a JavaScript function computes, and reaches nothing', async () => {
  expect(
    await rows(`
    CREATE TEMP FUNCTION partes(s STRING, n FLOAT64) RETURNS ARRAY<STRING> LANGUAGE js AS """
      return s === null ? null : s.split('-').map((part) => part + n);
    """;
    SELECT partes('a-b', 1.5) AS p, partes(NULL, 1) AS nada`),
  ).toEqual([{ p: ['a1.5', 'b1.5'], nada: [] }]);
  await query(`CREATE FUNCTION adm.foge(code STRING) RETURNS STRING LANGUAGE js AS r"""
    try { return String(eval(code)); } catch (error) { return 'error'; }
  """`);
  for (const code of [
    'process',
    'require',
    'globalThis.constructor.constructor("return process")()',
    'this.constructor.constructor("return fetch")()',
  ])
    expect(await rows(`SELECT adm.foge(${JSON.stringify(code)}) AS x`), code).toEqual([{ x: 'error' }]);
  await expect(
    query(`CREATE TEMP FUNCTION f() RETURNS INT64 LANGUAGE js AS "throw new Error('basta')"; SELECT f()`),
  ).rejects.toMatchObject({ code: 'INVALID', message: expect.stringContaining('basta') });
  await expect(
    query('CREATE TEMP FUNCTION f() RETURNS INT64 LANGUAGE js AS "while (true) {}"; SELECT f()'),
  ).rejects.toMatchObject({ code: 'INVALID', message: expect.stringContaining('interrupted') });
  // Elsewhere the engine goes on.
  expect(await rows('SELECT 1 AS x')).toEqual([{ x: 1 }]);
});

test('a routine of another agency is not there', async () => {
  await open.access.putAgency({ id: 'saude', name: 'Saúde' });
  await open.access.putProject({ id: 'saude', agency: 'saude' });
  const { principal } = await open.principal('editor@saude', 'editor', 'saude');
  const stranger = open.warehouse.client(principal);
  const ask = (sql: string) => stranger.query({ sql, project: 'saude' });
  await expect(ask('SELECT `rio.adm.nome`(1)')).rejects.toMatchObject({
    message: expect.stringContaining('not found'),
  });
  await expect(ask('CREATE FUNCTION `rio.adm.minha`(x INT64) AS (x)')).rejects.toMatchObject({ code: 'DENIED' });
  await expect(ask('DROP FUNCTION `rio.adm.nome`')).rejects.toMatchObject({ code: 'DENIED' });
});

test('a wildcard is every table of its prefix, with its suffix', async () => {
  await query('CREATE TABLE adm.censo_2010 AS SELECT 1 AS n');
  await query('CREATE TABLE adm.censo_2022 AS SELECT 2 AS n, "x" AS nota');
  await query('CREATE VIEW adm.censo_visao AS SELECT 3 AS n');
  expect(await rows('SELECT n, nota, _TABLE_SUFFIX AS ano FROM `adm.censo_*` ORDER BY n')).toEqual([
    { n: 1, nota: null, ano: '2010' },
    { n: 2, nota: 'x', ano: '2022' },
  ]);
  expect(await rows("SELECT n FROM `rio.adm.censo_20*` WHERE _TABLE_SUFFIX BETWEEN '11' AND '30'")).toEqual([{ n: 2 }]);
  await expect(query('SELECT * FROM `adm.nada_*`')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(query('DELETE FROM `adm.censo_*` WHERE TRUE')).rejects.toMatchObject({ code: 'INVALID' });
});

test('a table is read as it was', async () => {
  await query('CREATE TABLE adm.passado AS SELECT 1 AS x');
  const [before] = await rows('SELECT CURRENT_TIMESTAMP() AS t');
  await query('INSERT INTO adm.passado VALUES (2)');
  const at = `FOR SYSTEM_TIME AS OF TIMESTAMP '${String(before?.['t'])}'`;
  expect(await rows(`SELECT COUNT(*) AS n FROM adm.passado ${at}`)).toEqual([{ n: 1 }]);
  expect(await rows(`SELECT p.x FROM adm.passado AS p ${at} JOIN adm.passado AS q ON p.x = q.x - 1`)).toEqual([
    { x: 1 },
  ]);
  expect(await rows('SELECT COUNT(*) AS n FROM adm.passado FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()')).toEqual([
    { n: 2 },
  ]);
  const { rows: parameter } = await client.query({
    sql: 'SELECT COUNT(*) AS n FROM adm.passado FOR SYSTEM_TIME AS OF @t',
    project: 'rio',
    parameters: [{ name: 't', type: { kind: 'TIMESTAMP' }, value: String(before?.['t']) }],
  });
  expect(parameter).toEqual([{ n: 1 }]);
  await query('DELETE FROM adm.passado WHERE TRUE');
  await query(`CREATE OR REPLACE TABLE adm.passado CLONE adm.passado ${at}`);
  expect(await rows('SELECT x FROM adm.passado')).toEqual([{ x: 1 }]);
  const early = { code: 'INVALID', message: expect.stringContaining('Invalid snapshot time for table passado') };
  await expect(query("SELECT * FROM adm.passado FOR SYSTEM_TIME AS OF TIMESTAMP '2000-01-01'")).rejects.toMatchObject(
    early,
  );
  // Another table of the same name is not its past: policies that it had are gone with it.
  await query('DROP TABLE adm.passado');
  await query('CREATE TABLE adm.passado (x INT64)');
  await expect(query(`SELECT * FROM adm.passado ${at}`)).rejects.toMatchObject(early);
});

test('a policy shows each reader his rows', async () => {
  await query('CREATE OR REPLACE TABLE adm.caso AS SELECT 1 AS id, "rio" AS cidade UNION ALL SELECT 2, "niteroi"');
  await query('CREATE OR REPLACE VIEW adm.vista AS SELECT id FROM adm.caso');
  const admin = open.warehouse.client((await open.principal('admin@rio', 'administrador', 'rio')).principal);
  const reader = open.warehouse.client((await open.principal('ana@rio', 'leitor', 'rio')).principal);
  const seen = async (of: WarehouseClient, table = 'adm.caso') =>
    (await of.query({ sql: `SELECT id FROM ${table} ORDER BY id`, project: 'rio' })).rows.map(({ id }) => id);
  const policy = `CREATE ROW ACCESS POLICY da_cidade ON adm.caso GRANT TO ('user:ana@rio') FILTER USING (cidade = 'rio')`;
  await expect(query(policy)).rejects.toMatchObject({ code: 'DENIED' });
  await admin.query({ sql: policy, project: 'rio' });
  await expect(admin.query({ sql: policy, project: 'rio' })).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await seen(reader)).toEqual([1]);
  expect(await seen(reader, 'adm.vista')).toEqual([1]);
  expect(await seen(reader, '`adm.cas*`')).toEqual([1]);
  expect(await seen(client)).toEqual([]);
  for (const sql of [
    'DELETE FROM adm.caso WHERE TRUE',
    'UPDATE adm.caso SET id = 0 WHERE TRUE',
    'CREATE TABLE adm.copia COPY adm.caso',
  ])
    await expect(query(sql), sql).rejects.toMatchObject({ code: 'DENIED' });
  await query('INSERT INTO adm.caso VALUES (3, "rio")');
  expect(await seen(reader)).toEqual([1, 3]);
  await admin.query({
    sql: `CREATE ROW ACCESS POLICY tudo ON adm.caso GRANT TO ('serviceAccount:editor@rio') FILTER USING (TRUE)`,
    project: 'rio',
  });
  expect(await seen(client)).toEqual([1, 2, 3]);
  await query('DELETE FROM adm.caso WHERE id = 3');
  await admin.query({ sql: 'DROP ROW ACCESS POLICY tudo ON adm.caso', project: 'rio' });
  expect(await seen(client)).toEqual([]);
  await admin.query({ sql: 'DROP ALL ROW ACCESS POLICIES ON adm.caso', project: 'rio' });
  expect(await seen(client)).toEqual([1, 2]);
  await admin.query({ sql: policy, project: 'rio' });
  await query('DROP TABLE adm.caso');
  await query('CREATE TABLE adm.caso AS SELECT 1 AS id');
  expect(await seen(client)).toEqual([1]);
});
