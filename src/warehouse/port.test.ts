import { Readable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guard } from '../access/http.ts';
import type { Json } from '../base/json.ts';
import type { LiteralValue } from '../sql/bound.ts';
import { arrayOf, type SqlType, typeName } from '../sql/type.ts';
import { warehouseRoutes } from './api/routes.ts';
import { warehouseClient } from './client.ts';
import type { WarehouseClient } from './port.ts';
import { openTestWarehouse, type TestWarehouse } from './testing.ts';

let open: TestWarehouse;
let app: FastifyInstance;
let origin: string;
let key: string;
beforeAll(async () => {
  open = await openTestWarehouse();
  key = (await open.principal('editor@rio', 'editor', 'rio')).key;
  app = Fastify({ forceCloseConnections: true });
  guard(app, open.access);
  await app.register(warehouseRoutes({ warehouse: open.warehouse, access: open.access }));
  origin = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await app.close();
  await open.close();
});

/** What every WarehouseClient does, whichever way it gets there. */
describe.for(['direct', 'http'] as const)('the %s client', (way) => {
  let client: WarehouseClient;
  const dataset = `porta_${way}`;
  const path = (table: string) => ({ project: 'rio', dataset, table });
  const query = (sql: string) => client.query({ sql, project: 'rio', dataset });
  beforeAll(async () => {
    client = way === 'direct' ? open.warehouse.client(open.editor) : warehouseClient({ baseUrl: origin, key });
    await client.ensureDataset('rio', dataset);
    await client.ensureDataset('rio', dataset);
  });

  test('makes, describes, changes and drops a table', async () => {
    const made =
      await query(`CREATE TABLE t (id INT64 NOT NULL, quando TIMESTAMP, itens ARRAY<STRUCT<nome STRING, n INT64>>)
      PARTITION BY TIMESTAMP_TRUNC(quando, DAY) CLUSTER BY id OPTIONS(description = 'uma "tabela"', labels = [('a', 'b')])`);
    expect(made).toMatchObject({ statementType: expect.stringContaining('CREATE_TABLE'), rows: [], totalRows: 0 });
    const inserted = await query("INSERT INTO t VALUES (1, '2024-01-01 12:00:00+00', [STRUCT('x', 1)]), (2, NULL, [])");
    expect(inserted).toMatchObject({ statementType: 'INSERT', affectedRows: 2 });
    expect(await client.table(path('t'))).toMatchObject({
      path: path('t'),
      kind: 'native',
      rows: 2,
      description: 'uma "tabela"',
      labels: { a: 'b' },
      partitioning: { kind: 'time', unit: 'DAY', column: 'quando' },
      clustering: ['id'],
      columns: [
        { name: 'id', type: { kind: 'INT64' }, nullable: false },
        { name: 'quando', type: { kind: 'TIMESTAMP' }, nullable: true },
        {
          name: 'itens',
          type: { kind: 'ARRAY', element: { kind: 'STRUCT', fields: [{ name: 'nome' }, { name: 'n' }] } },
        },
      ],
    });
    expect((await query('SELECT * FROM t ORDER BY id')).rows).toEqual([
      { id: 1, quando: '2024-01-01T12:00:00Z', itens: [{ nome: 'x', n: 1 }] },
      { id: 2, quando: null, itens: [] },
    ]);
    expect((await client.tables('rio', dataset)).map((table) => table.path.table)).toContain('t');
    await client.deleteTable(path('t'));
    expect(await client.table(path('t'))).toBeUndefined();
    await expect(client.deleteTable(path('t'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('gives the pages of a long result', async () => {
    const { jobId, totalRows, rows } = await query('SELECT n FROM UNNEST(GENERATE_ARRAY(0, 12344)) AS n ORDER BY n');
    expect([totalRows, rows.length]).toEqual([12345, 10000]);
    expect(await client.rows(jobId, 12343, 10)).toEqual([{ n: 12343 }, { n: 12344 }]);
  });

  test('tells what is wrong with a statement', async () => {
    await expect(query('SELECT nada')).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('Unrecognized name: nada at [1:8]'),
    });
    await expect(query('SELECT * FROM nada')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(query('CREATE TABLE nada.x (a INT64)')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(client.query({ sql: 'SELECT 1', project: 'nada' })).rejects.toMatchObject({ code: 'DENIED' });
  });

  test('takes parameters by name and by place, of every type', async () => {
    const types: readonly (readonly [type: SqlType, value: LiteralValue, answer: Json])[] = [
      [{ kind: 'INT64' }, '9007199254740993', '9007199254740993'],
      [{ kind: 'FLOAT64' }, '-Infinity', '-Infinity'],
      [{ kind: 'NUMERIC' }, '1.50', '1.5'],
      [{ kind: 'BOOL' }, true, true],
      [{ kind: 'STRING' }, "it's \\ \n @x", "it's \\ \n @x"],
      [{ kind: 'BYTES' }, '\u0000\u00ff', 'AP8='],
      [{ kind: 'DATE' }, '2024-02-29', '2024-02-29'],
      [{ kind: 'DATETIME' }, '2024-02-29T01:02:03.5', '2024-02-29T01:02:03.500'],
      [{ kind: 'TIME' }, '01:02:03', '01:02:03'],
      [{ kind: 'TIMESTAMP' }, '2024-02-29 01:02:03.123456+00:00', '2024-02-29T01:02:03.123456Z'],
      [{ kind: 'INTERVAL' }, '-14 3 -1500000', '-1-2 3 -0:0:1.500'],
      [{ kind: 'JSON' }, '{"a":[1,null]}', { a: [1, null] }],
      [arrayOf({ kind: 'INT64' }), ['1', '2'], [1, 2]],
      [{ kind: 'STRUCT', fields: [{ name: 'x', type: arrayOf({ kind: 'STRING' }) }] }, [['a']], { x: ['a'] }],
      [{ kind: 'STRING' }, null, null],
      [arrayOf({ kind: 'INT64' }), [], []],
    ];
    for (const [type, value, answer] of types) {
      const named = { sql: 'SELECT @v AS v', project: 'rio', parameters: [{ name: 'V', type, value }] };
      const placed = { sql: 'SELECT ? AS v', project: 'rio', parameters: [{ type, value }] };
      for (const request of [named, placed]) {
        const { rows, columns } = await client.query(request);
        expect(rows, typeName(type)).toEqual([{ v: answer }]);
        expect(columns[0]?.type, typeName(type)).toEqual(type);
      }
    }
    await expect(query('SELECT @nada')).rejects.toMatchObject({ message: expect.stringContaining("'nada' not found") });
  });

  test('is another job with other parameters', async () => {
    const request = (value: string) => ({
      sql: 'SELECT @v AS v',
      project: 'rio',
      jobId: `with_${way}`,
      parameters: [{ name: 'v', type: { kind: 'INT64' as const }, value }],
    });
    expect((await client.query(request('1'))).rows).toEqual([{ v: 1 }]);
    expect((await client.query(request('1'))).rows).toEqual([{ v: 1 }]);
    await expect(client.query(request('2'))).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('repeats a job by its id without doing it twice', async () => {
    await query('CREATE OR REPLACE TABLE uma AS SELECT 0 AS x');
    const insert = { sql: 'INSERT INTO uma VALUES (1)', project: 'rio', dataset, jobId: `once_${way}` };
    expect((await client.query(insert)).affectedRows).toBe(1);
    expect((await client.query(insert)).affectedRows).toBe(1);
    expect((await query('SELECT COUNT(*) AS n FROM uma')).rows).toEqual([{ n: 2 }]);
    await expect(client.query({ ...insert, sql: 'SELECT 2' })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('makes an external table, and gives it a new definition', async () => {
    const name = `staging/${dataset}/e/k=a/data.csv`;
    await open.lake.write({ bucket: 'rio', name }, Readable.from([Buffer.from('x;y\n1;"2;3"\n')]));
    const definition = {
      path: path('e'),
      columns: ['x', 'y', 'k'].map((column) => ({ name: column, type: { kind: 'STRING' as const }, nullable: true })),
      format: 'CSV' as const,
      sourceUris: [`gs://rio/staging/${dataset}/e/*`],
      hivePrefix: `gs://rio/staging/${dataset}/e/`,
      csv: { delimiter: ';', skipLeadingRows: 1 },
      description: 'first',
    };
    await client.putExternalTable(definition);
    expect((await query('SELECT * FROM e')).rows).toEqual([{ x: '1', y: '2;3', k: 'a' }]);
    await client.putExternalTable({
      ...definition,
      csv: { delimiter: ';', skipLeadingRows: 0 },
      description: 'second',
    });
    expect((await query('SELECT x FROM e ORDER BY x')).rows).toEqual([{ x: '1' }, { x: 'x' }]);
    expect(await client.table(path('e'))).toMatchObject({ kind: 'external', description: 'second' });
  });
});

const call = async (path: string, init: RequestInit = {}) => {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(origin + path, { ...init, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('the REST API', () => {
  test.for([
    [{ type: 'INT64' }, { value: '1) FROM adm.t --' }, 'Invalid INT64 value'],
    [{ type: 'INT64' }, { value: '9223372036854775808' }, 'Invalid INT64 value'],
    [{ type: 'INTERVAL' }, { value: '1); DROP' }, 'Invalid INTERVAL value'],
    [{ type: 'DATE' }, { value: '29/02/2024' }, 'Invalid DATE value'],
    [{ type: 'NADA' }, { value: 'x' }, 'cannot have the type NADA'],
  ] as const)('refuses the parameter %j %j', async ([parameterType, parameterValue, message]) => {
    const body = { query: 'SELECT @v', queryParameters: [{ name: 'v', parameterType, parameterValue }] };
    expect(await call('/projects/rio/queries', { method: 'POST', body: JSON.stringify(body) })).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining(message), errors: [{ reason: 'invalidQuery' }] } },
    });
  });

  test('answers a query with BigQuery’s JSON, with and without the prefix', async () => {
    for (const prefix of ['', '/bigquery/v2']) {
      const { status, body } = await call(`${prefix}/projects/rio/queries`, {
        method: 'POST',
        body: JSON.stringify({
          query: "SELECT 1 AS a, 'x' AS b, TIMESTAMP '2024-01-01 00:00:00.25+00' AS t",
          useLegacySql: false,
        }),
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        kind: 'bigquery#queryResponse',
        jobComplete: true,
        totalRows: '1',
        schema: {
          fields: [
            { name: 'a', type: 'INTEGER', mode: 'NULLABLE' },
            { name: 'b', type: 'STRING', mode: 'NULLABLE' },
            { name: 't', type: 'TIMESTAMP', mode: 'NULLABLE' },
          ],
        },
        rows: [{ f: [{ v: '1' }, { v: 'x' }, { v: '1704067200.250000' }] }],
      });
    }
  });

  test('a dry run tells schema and bytes and leaves no job', async () => {
    const before = await call('/projects/rio/jobs');
    const { body } = await call('/projects/rio/queries', {
      method: 'POST',
      body: JSON.stringify({ query: 'SELECT 1 AS x', dryRun: true }),
    });
    expect(body).toMatchObject({ totalBytesProcessed: '0', schema: { fields: [{ name: 'x' }] } });
    expect((await call('/projects/rio/jobs')).body['jobs']).toEqual(before.body['jobs']);
  });

  test('errors have Google’s shape and reason', async () => {
    const ask = (query: string) => call('/projects/rio/queries', { method: 'POST', body: JSON.stringify({ query }) });
    expect(await ask('SELECT nada')).toMatchObject({
      status: 400,
      body: {
        error: {
          code: 400,
          errors: [{ reason: 'invalidQuery', message: expect.stringContaining('Unrecognized name: nada') }],
        },
      },
    });
    expect(await ask('SELECT * FROM porta_http.nada')).toMatchObject({
      status: 404,
      body: { error: { errors: [{ reason: 'notFound' }] } },
    });
    expect(await call('/projects/rio/datasets/nada')).toMatchObject({
      status: 404,
      body: { error: { errors: [{ reason: 'notFound' }] } },
    });
    expect(await call('/projects/outro/datasets')).toMatchObject({
      status: 403,
      body: { error: { errors: [{ reason: 'accessDenied' }] } },
    });
    const failed = await call('/projects/rio/jobs', {
      method: 'POST',
      body: JSON.stringify({
        jobReference: { jobId: 'fails' },
        configuration: { query: { query: "SELECT CAST('x' AS INT64)", useLegacySql: false } },
      }),
    });
    expect(failed).toMatchObject({
      status: 200,
      body: { status: { state: 'DONE', errorResult: { reason: 'invalidQuery', message: 'Bad INT64 value: x' } } },
    });
    expect(await call('/projects/rio/jobs/fails')).toMatchObject({
      body: { status: { state: 'DONE', errorResult: { reason: 'invalidQuery' } } },
    });
  });

  test('datasets and tables are made, listed, changed and removed', async () => {
    const dataset = { datasetReference: { datasetId: 'rest' }, description: 'd', labels: { a: 'b' } };
    expect(await call('/projects/rio/datasets', { method: 'POST', body: JSON.stringify(dataset) })).toMatchObject({
      status: 200,
      body: { id: 'rio:rest', description: 'd' },
    });
    expect((await call('/projects/rio/datasets', { method: 'POST', body: JSON.stringify(dataset) })).status).toBe(409);
    const fields = [
      { name: 'd', type: 'DATE' },
      { name: 'tags', type: 'STRING', mode: 'REPEATED' },
      { name: 'r', type: 'RECORD', fields: [{ name: 'x', type: 'FLOAT' }] },
    ];
    const table = {
      tableReference: { tableId: 't' },
      schema: { fields },
      timePartitioning: { type: 'MONTH', field: 'd' },
      clustering: { fields: ['d'] },
    };
    expect(
      await call('/projects/rio/datasets/rest/tables', { method: 'POST', body: JSON.stringify(table) }),
    ).toMatchObject({
      status: 200,
      body: {
        type: 'TABLE',
        timePartitioning: { type: 'MONTH', field: 'd' },
        schema: { fields: [{ name: 'd' }, { name: 'tags', mode: 'REPEATED' }, { name: 'r', type: 'RECORD' }] },
      },
    });
    await call('/projects/rio/queries', {
      method: 'POST',
      body: JSON.stringify({ query: "INSERT INTO rest.t VALUES ('2024-01-01', ['a'], STRUCT(1.5))" }),
    });
    expect(await call('/projects/rio/datasets/rest/tables/t/data')).toMatchObject({
      body: { totalRows: '1', rows: [{ f: [{ v: '2024-01-01' }, { v: [{ v: 'a' }] }, { v: { f: [{ v: '1.5' }] } }] }] },
    });
    expect(
      await call('/projects/rio/datasets/rest/tables/t', {
        method: 'PATCH',
        body: JSON.stringify({ description: 'new' }),
      }),
    ).toMatchObject({ body: { description: 'new' } });
    expect(
      (await call('/projects/rio/datasets/rest', { method: 'DELETE' }).catch(() => ({ status: 409 }))).status,
    ).toBe(409);
    const removed = await fetch(`${origin}/projects/rio/datasets/rest?deleteContents=true`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${key}` },
    });
    expect(removed.status).toBe(204);
    expect((await call('/projects/rio/datasets/rest')).status).toBe(404);
  });
});
