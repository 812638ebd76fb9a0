import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guard } from '../access/http.ts';
import { warehouseRoutes } from './api/routes.ts';
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
  await open.warehouse.client(open.editor).ensureDataset('rio', 'adm');
});
afterAll(async () => {
  await app.close();
  await open.close();
});

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
  readonly body: any;
}

const call = async (method: string, path: string, body?: unknown, as = key): Promise<Answer> => {
  const response = await fetch(`${origin}/bigquery/v2/projects/rio${path}`, {
    method,
    headers: { authorization: `Bearer ${as}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const content = await response.text();
  return { status: response.status, body: content === '' ? undefined : JSON.parse(content) };
};
const query = (sql: string) => open.warehouse.client(open.editor).query({ sql, project: 'rio', dataset: 'adm' });
const rows = async (sql: string) => (await query(sql)).rows;
const put = (name: string, content: string) =>
  open.lake.write({ bucket: 'rio', name }, Readable.from([Buffer.from(content)]));
const job = (configuration: object, jobId?: string) =>
  call('POST', '/jobs', { configuration, ...(jobId === undefined ? {} : { jobReference: { jobId } }) });
const table = (tableId: string) => ({ projectId: 'rio', datasetId: 'adm', tableId });

test('insertAll puts rows in once, and tells what is wrong with which', async () => {
  await query(
    'CREATE TABLE linhas (id INT64 NOT NULL, nome STRING, itens ARRAY<STRUCT<x FLOAT64, quando TIMESTAMP>>, j JSON)',
  );
  const path = '/datasets/adm/tables/linhas/insertAll';
  const good = {
    insertId: 'a',
    json: { ID: '1', nome: "d'água", itens: [{ x: 1.5, quando: '2024-01-01T00:00:00Z' }], j: { k: [1] } },
  };
  expect(await call('POST', path, { rows: [good, { insertId: 'b', json: { id: 2 } }] })).toMatchObject({
    status: 200,
    body: { kind: 'bigquery#tableDataInsertAllResponse' },
  });
  // The same request, and one of its rows in another.
  await call('POST', path, { rows: [good, { insertId: 'b', json: { id: 2 } }] });
  await call('POST', path, {
    rows: [
      { insertId: 'b', json: { id: 2 } },
      { insertId: 'c', json: { id: 3 } },
    ],
  });
  expect(await rows('SELECT * FROM linhas ORDER BY id')).toEqual([
    { id: 1, nome: "d'água", itens: [{ x: 1.5, quando: '2024-01-01T00:00:00Z' }], j: { k: [1] } },
    { id: 2, nome: null, itens: [], j: null },
    { id: 3, nome: null, itens: [], j: null },
  ]);
  const bad = [{ json: { id: 4 } }, { json: { id: 'x' } }, { json: { nome: 'y' } }, { json: { id: 5, nada: 1 } }];
  const { body } = await call('POST', path, { rows: bad });
  expect(body.insertErrors).toMatchObject([
    { index: 0, errors: [{ reason: 'stopped' }] },
    { index: 1, errors: [{ reason: 'invalid', location: 'id', message: 'Invalid INT64 value: x' }] },
    { index: 2, errors: [{ location: 'id', message: 'Missing required field: id.' }] },
    { index: 3, errors: [{ location: 'nada', message: 'no such field: nada.' }] },
  ]);
  await call('POST', path, { rows: bad, skipInvalidRows: true, ignoreUnknownValues: true });
  expect(await rows('SELECT id FROM linhas WHERE id > 3 ORDER BY id')).toEqual([{ id: 4 }, { id: 5 }]);
  expect(await call('POST', '/datasets/adm/tables/nada/insertAll', { rows: [good] })).toMatchObject({ status: 404 });
});

test('tabledata.list gives pages and selected fields, and only the rows that one may see', async () => {
  await query(
    'CREATE TABLE lista AS SELECT n, STRUCT(n AS a, "x" AS b) AS s FROM UNNEST(GENERATE_ARRAY(1, 5)) AS n ORDER BY n',
  );
  const first = await call('GET', '/datasets/adm/tables/lista/data?maxResults=2');
  expect(first.body).toMatchObject({ totalRows: '5', pageToken: '2', rows: [{ f: [{ v: '1' }, {}] }, {}] });
  const last = await call('GET', `/datasets/adm/tables/lista/data?startIndex=4&selectedFields=n`);
  expect(last.body).toEqual({ kind: 'bigquery#tableDataList', totalRows: '5', rows: [{ f: [{ v: '5' }] }] });
  const admin = (await open.principal('admin@rio', 'administrador', 'rio')).key;
  const policy = {
    rowAccessPolicyReference: { policyId: 'pares' },
    filterPredicate: 'MOD(n, 2) = 0',
    grantees: ['serviceAccount:editor@rio'],
  };
  const policies = '/datasets/adm/tables/lista/rowAccessPolicies';
  expect((await call('POST', policies, policy)).status).toBe(403);
  expect(await call('POST', policies, policy, admin)).toMatchObject({
    status: 200,
    body: { filterPredicate: 'MOD(n, 2) = 0' },
  });
  expect((await call('GET', policies, undefined, admin)).body.rowAccessPolicies).toHaveLength(1);
  expect((await call('GET', '/datasets/adm/tables/lista/data?selectedFields=n')).body).toMatchObject({
    totalRows: '2',
    rows: [{ f: [{ v: '2' }] }, { f: [{ v: '4' }] }],
  });
  expect((await call('DELETE', `${policies}/pares`, undefined, admin)).status).toBe(204);
});

test('CSV is loaded by the schema, appended and replaced', async () => {
  await put('in/a.csv', 'id;valor;dia;nota\n1;1.5;2024-01-31;"a;b"\n2;;;\n');
  await put('in/b.csv', 'id;valor;dia;nota\n3;2;2024-02-01;São\n');
  const load = {
    sourceUris: ['gs://rio/in/*.csv'],
    destinationTable: table('carga'),
    schema: {
      fields: [
        { name: 'id', type: 'INTEGER', mode: 'REQUIRED' },
        { name: 'valor', type: 'NUMERIC' },
        { name: 'dia', type: 'DATE' },
        { name: 'nota', type: 'STRING' },
      ],
    },
    timePartitioning: { type: 'MONTH', field: 'dia' },
    skipLeadingRows: 1,
    fieldDelimiter: ';',
  };
  expect(await job({ load }, 'load-1')).toMatchObject({
    status: 200,
    body: {
      configuration: { jobType: 'LOAD', load: { sourceUris: load.sourceUris } },
      status: { state: 'DONE' },
      statistics: { load: { inputFiles: '2', inputFileBytes: '84', outputRows: '3', badRecords: '0' } },
    },
  });
  expect(await rows('SELECT * FROM carga ORDER BY id')).toEqual([
    { id: 1, valor: '1.5', dia: '2024-01-31', nota: 'a;b' },
    { id: 2, valor: null, dia: null, nota: null },
    { id: 3, valor: '2', dia: '2024-02-01', nota: 'São' },
  ]);
  expect((await call('GET', '/datasets/adm/tables/carga')).body).toMatchObject({ timePartitioning: { type: 'MONTH' } });
  expect((await job({ load }, 'load-1')).status).toBe(409);
  const one = { ...load, sourceUris: ['gs://rio/in/b.csv'], schema: undefined };
  expect((await job({ load: one })).body).toMatchObject({ statistics: { load: { outputRows: '1' } } });
  expect(await rows('SELECT COUNT(*) AS n FROM carga')).toEqual([{ n: 4 }]);
  await job({ load: { ...one, writeDisposition: 'WRITE_TRUNCATE' } });
  expect(await rows('SELECT COUNT(*) AS n FROM carga')).toEqual([{ n: 1 }]);
  expect((await call('GET', '/datasets/adm/tables/carga')).body).toMatchObject({ timePartitioning: { type: 'MONTH' } });
  expect((await job({ load: { ...one, writeDisposition: 'WRITE_EMPTY' } })).body).toMatchObject({
    status: { errorResult: { reason: 'duplicate' } },
  });
});

test('a bad file changes nothing, and its fault is told by file, row and column', async () => {
  await put('bad/a.csv', 'id,dia\n1,2024-01-01\n2,01/02/2024\nx,2024-01-03\n');
  await put('bad/b.csv', 'id,dia\n1,2024-01-01,extra\n');
  const fields = [
    { name: 'id', type: 'INTEGER' },
    { name: 'dia', type: 'DATE' },
  ];
  const load = {
    sourceUris: ['gs://rio/bad/a.csv'],
    destinationTable: table('ruim'),
    schema: { fields },
    skipLeadingRows: 1,
  };
  const { body } = await job({ load });
  expect(body.status).toMatchObject({
    state: 'DONE',
    errorResult: {
      reason: 'invalid',
      location: 'gs://rio/bad/a.csv',
      message:
        "Error while reading data, error message: Could not parse '01/02/2024' as DATE for field dia (position 1) in row 3 of gs://rio/bad/a.csv",
    },
  });
  expect((await call('GET', '/datasets/adm/tables/ruim')).status).toBe(404);
  const columns = await job({ load: { ...load, sourceUris: ['gs://rio/bad/b.csv'] } });
  expect(columns.body.status.errorResult).toMatchObject({
    location: 'gs://rio/bad/b.csv',
    message: expect.stringMatching(/columns.* in row 2 of gs:\/\/rio\/bad\/b\.csv/i),
  });
  expect((await job({ load: { ...load, maxBadRecords: 1 } })).body.status.errorResult.message).toContain(
    '2 bad records',
  );
  expect((await job({ load: { ...load, maxBadRecords: 2 } })).body).toMatchObject({
    statistics: { load: { outputRows: '1', badRecords: '2' } },
  });
  expect(await rows('SELECT id FROM ruim')).toEqual([{ id: 1 }]);
  expect((await job({ load: { ...load, sourceUris: ['gs://rio/nada/*'] } })).body.status.errorResult).toMatchObject({
    reason: 'notFound',
  });
});

test('files of a bucket that one may not read are neither loaded nor made a table of', async () => {
  await open.access.putAgency({ id: 'saude', name: 'Saúde' });
  await open.access.putProject({ id: 'saude', agency: 'saude' });
  await open.lake.putBucket({ name: 'saude', project: 'saude', purpose: 'data' });
  await open.lake.write({ bucket: 'saude', name: 'x.csv' }, Readable.from([Buffer.from('1\n')]));
  const fields = [{ name: 'id', type: 'INTEGER' }];
  for (const bucket of ['saude', 'code', 'nada']) {
    const load = { sourceUris: [`gs://${bucket}/x.csv`], destinationTable: table('alheia'), schema: { fields } };
    expect((await job({ load })).body.status.errorResult, bucket).toMatchObject({ reason: 'accessDenied' });
    const extract = { sourceTable: table('carga'), destinationUri: `gs://${bucket}/x.csv` };
    expect((await job({ extract })).body.status.errorResult, bucket).toMatchObject({ reason: 'accessDenied' });
    await expect(
      query(`CREATE EXTERNAL TABLE alheia (id INT64) OPTIONS (format = 'CSV', uris = ['gs://${bucket}/x.csv'])`),
    ).rejects.toMatchObject({ code: 'DENIED' });
    expect(
      await call('POST', '/datasets/adm/tables', {
        tableReference: { tableId: 'alheia' },
        schema: { fields },
        externalDataConfiguration: { sourceFormat: 'CSV', sourceUris: [`gs://${bucket}/x.csv`] },
      }),
    ).toMatchObject({ status: 403 });
  }
});

test('a table is extracted, and what was extracted is loaded again', async () => {
  await query(`CREATE TABLE ida AS SELECT 1 AS id, 'a,"b"' AS s, NUMERIC '1.5' AS n, DATE '2024-01-01' AS d,
    TIMESTAMP '2024-01-01 12:00:00+00' AS t, TRUE AS b, b'\\x00\\xff' AS y, [STRUCT(1 AS x)] AS r
    UNION ALL SELECT 2, NULL, NULL, NULL, NULL, NULL, NULL, []`);
  const all = await rows('SELECT * FROM ida ORDER BY id');
  for (const destinationFormat of ['PARQUET', 'NEWLINE_DELIMITED_JSON']) {
    const uri = `gs://rio/out/${destinationFormat}-*.data`;
    expect(
      await job({ extract: { sourceTable: table('ida'), destinationUris: [uri], destinationFormat } }),
    ).toMatchObject({ body: { statistics: { extract: { destinationUriFileCounts: ['1'] } } } });
    const { schema } = (await call('GET', '/datasets/adm/tables/ida')).body;
    const load = {
      sourceUris: [uri],
      sourceFormat: destinationFormat,
      destinationTable: table('volta'),
      writeDisposition: 'WRITE_TRUNCATE',
      ...(destinationFormat === 'PARQUET' ? {} : { schema }),
    };
    expect((await job({ load })).body.status, destinationFormat).toEqual({ state: 'DONE' });
    expect(await rows('SELECT * FROM volta ORDER BY id'), destinationFormat).toEqual(all);
  }
  await query('CREATE VIEW plana AS SELECT id, s, n, d FROM adm.ida ORDER BY id');
  const csv = { sourceTable: table('plana'), destinationUri: 'gs://rio/out/x.csv', fieldDelimiter: ';' };
  expect((await job({ extract: csv })).body.status).toEqual({ state: 'DONE' });
  const { content } = await open.lake.read({ bucket: 'rio', name: 'out/x.csv' });
  expect(await text(content)).toBe('id;s;n;d\n1;"a,""b""";1.5;2024-01-01\n2;;;\n');
});

test('tables are copied, alone and together', async () => {
  await query("CREATE TABLE c1 PARTITION BY d OPTIONS(description = 'um') AS SELECT 1 AS x, DATE '2024-01-01' AS d");
  await query("CREATE TABLE c2 AS SELECT 2 AS x, DATE '2024-01-02' AS d");
  const copy = { sourceTable: table('c1'), destinationTable: table('c3') };
  expect((await job({ copy })).body).toMatchObject({
    configuration: { jobType: 'COPY' },
    statistics: { copy: { copiedRows: '1' } },
    status: { state: 'DONE' },
  });
  expect((await call('GET', '/datasets/adm/tables/c3')).body).toMatchObject({
    description: 'um',
    timePartitioning: { field: 'd' },
    numRows: '1',
  });
  expect((await job({ copy })).body.status.errorResult).toMatchObject({ reason: 'duplicate' });
  const both = {
    sourceTables: [table('c1'), table('c2')],
    destinationTable: table('c3'),
    writeDisposition: 'WRITE_APPEND',
  };
  await job({ copy: both });
  expect(await rows('SELECT x FROM c3 ORDER BY x')).toEqual([{ x: 1 }, { x: 1 }, { x: 2 }]);
  expect((await job({ copy: { ...copy, sourceTable: table('nada') } })).body.status.errorResult).toMatchObject({
    reason: 'notFound',
  });
});

test('content is sent with its load job, at once and in chunks', async () => {
  const configuration = {
    load: {
      destinationTable: table('enviada'),
      schema: { fields: [{ name: 'id', type: 'INTEGER' }] },
      writeDisposition: 'WRITE_APPEND',
    },
  };
  const address = `${origin}/upload/bigquery/v2/projects/rio/jobs`;
  const authorization = `Bearer ${key}`;
  const body = `--xyz\r\nContent-Type: application/json\r\n\r\n${JSON.stringify({ configuration })}\r\n--xyz\r\nContent-Type: */*\r\n\r\n1\n2\n\r\n--xyz--`;
  const multipart = await fetch(`${address}?uploadType=multipart`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'multipart/related; boundary="xyz"' },
    body,
  });
  expect(await multipart.json()).toMatchObject({
    statistics: { load: { outputRows: '2' } },
    status: { state: 'DONE' },
  });
  const begun = await fetch(`${address}?uploadType=resumable`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ configuration }),
  });
  const location = begun.headers.get('location') ?? '';
  const chunk = (content: string, range: string) =>
    fetch(location, {
      method: 'PUT',
      headers: { authorization, 'content-range': range, 'content-type': 'application/octet-stream' },
      body: content,
    });
  const part = await chunk('3\n4', 'bytes 0-2/*');
  expect([part.status, part.headers.get('range')]).toEqual([308, 'bytes=0-2']);
  const last = await chunk('0\n', 'bytes 3-4/5');
  expect(await last.json()).toMatchObject({ statistics: { load: { outputRows: '2' } }, status: { state: 'DONE' } });
  expect(await rows('SELECT id FROM enviada ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 40 }]);
});

test('the rows of a query go to the table that it is sent with', async () => {
  const ask = (sql: string, more: object = {}) =>
    job({ query: { query: sql, useLegacySql: false, destinationTable: table('destino'), ...more } });
  const layout = { timePartitioning: { type: 'DAY', field: 'd' }, clustering: { fields: ['x'] } };
  const { body } = await ask("SELECT 1 AS x, DATE '2024-01-01' AS d", layout);
  expect(body).toMatchObject({
    configuration: { query: { destinationTable: { tableId: 'destino' } } },
    statistics: { query: { statementType: 'SELECT' } },
    status: { state: 'DONE' },
  });
  expect((await call('GET', `/queries/${body.jobReference.jobId}`)).body).toMatchObject({
    totalRows: '1',
    rows: [{ f: [{ v: '1' }, { v: '2024-01-01' }] }],
  });
  expect((await call('GET', '/datasets/adm/tables/destino')).body).toMatchObject({ ...layout, numRows: '1' });
  expect((await ask('SELECT 2 AS x')).body.status.errorResult).toMatchObject({ reason: 'duplicate' });
  const appended = await ask('SELECT 2 AS x', { writeDisposition: 'WRITE_APPEND' });
  expect((await call('GET', `/queries/${appended.body.jobReference.jobId}`)).body).toMatchObject({ totalRows: '2' });
  expect(await rows('SELECT x, d FROM destino ORDER BY x')).toEqual([
    { x: 1, d: '2024-01-01' },
    { x: 2, d: null },
  ]);
  expect(
    (await ask("SELECT 'a' AS x", { writeDisposition: 'WRITE_APPEND' })).body.status.errorResult.message,
  ).toContain('does not match');
  await ask('SELECT x + 1 AS x, d FROM adm.destino', { writeDisposition: 'WRITE_TRUNCATE' });
  expect(await rows('SELECT x FROM destino ORDER BY x')).toEqual([{ x: 2 }, { x: 3 }]);
  expect((await call('GET', '/datasets/adm/tables/destino')).body).toMatchObject(layout);
  // What the new columns leave no place for goes.
  await ask('SELECT 1 AS y', { writeDisposition: 'WRITE_TRUNCATE' });
  expect((await call('GET', '/datasets/adm/tables/destino')).body).not.toHaveProperty('timePartitioning');
  for (const [more, message] of [
    [{ timePartitioning: { field: 'nada' } }, 'cannot be found in the schema'],
    [{ schemaUpdateOptions: ['ALLOW_FIELD_RELAXATION'] }, 'should only be specified with WRITE_APPEND'],
  ] as const) {
    const { body: refused } = await ask('SELECT 1 AS y', { writeDisposition: 'WRITE_TRUNCATE', ...more });
    expect(refused.status.errorResult).toMatchObject({ reason: 'invalid', message: expect.stringContaining(message) });
  }
  const none = { destinationTable: table('nenhum'), createDisposition: 'CREATE_NEVER' };
  expect((await ask('SELECT 1 AS x', none)).body.status.errorResult).toMatchObject({ reason: 'notFound' });
});

test('routines are made, shown, changed and removed', async () => {
  const INT64 = { typeKind: 'INT64' };
  const routine = {
    routineReference: { routineId: 'dobro' },
    routineType: 'SCALAR_FUNCTION',
    arguments: [{ name: 'x', dataType: INT64 }],
    definitionBody: 'x * 2',
    returnType: INT64,
  };
  const all = '/datasets/adm/routines';
  expect(await call('POST', all, routine)).toMatchObject({ status: 200, body: { definitionBody: 'x * 2' } });
  expect((await call('POST', all, routine)).status).toBe(409);
  expect(await rows('SELECT dobro(4) AS x')).toEqual([{ x: 8 }]);
  await call('PUT', `${all}/dobro`, { ...routine, definitionBody: 'x + x + 1' });
  expect(await rows('SELECT dobro(4) AS x')).toEqual([{ x: 9 }]);
  expect((await call('GET', all)).body.routines).toMatchObject([
    { routineReference: { routineId: 'dobro' }, arguments: [{ name: 'x', dataType: INT64 }], returnType: INT64 },
  ]);
  expect((await call('DELETE', `${all}/dobro`)).status).toBe(204);
  expect((await call('GET', `${all}/dobro`)).status).toBe(404);
});

test('a dry run tells the schema of what a statement would make, and an error where it is', async () => {
  const dry = (sql: string) => job({ dryRun: true, query: { query: sql, useLegacySql: false } });
  expect((await dry('CREATE TABLE adm.nova AS SELECT 1 AS x')).body.statistics.query).toMatchObject({
    statementType: 'CREATE_TABLE_AS_SELECT',
    schema: { fields: [{ name: 'x', type: 'INTEGER' }] },
  });
  expect((await call('GET', '/datasets/adm/tables/nova')).status).toBe(404);
  expect(await dry('SELECT 1,\n  nada')).toMatchObject({
    status: 400,
    body: {
      error: {
        message: expect.stringContaining('Unrecognized name: nada at [2:3]'),
        errors: [{ reason: 'invalidQuery', location: 'query' }],
      },
    },
  });
  expect((await dry('SELECT 1; SELECT 2')).body.statistics.query).toMatchObject({ statementType: 'SCRIPT' });
});

test('the statements of a script are listed by its id', async () => {
  await job({ query: { query: 'SELECT 1 AS a; SELECT 2 AS b', useLegacySql: false } }, 'dois');
  const { body } = await call('GET', '/jobs?parentJobId=dois');
  expect(body.jobs).toMatchObject([
    {
      statistics: {
        parentJobId: 'dois',
        scriptStatistics: {
          evaluationKind: 'STATEMENT',
          stackFrames: [{ startLine: 1, startColumn: 1, text: 'SELECT 1 AS a' }],
        },
      },
    },
    { statistics: { query: { statementType: 'SELECT' } } },
  ]);
  expect((await call('GET', '/jobs/dois')).body).toMatchObject({
    statistics: { numChildJobs: '2', query: { statementType: 'SCRIPT' } },
  });
  expect((await call('GET', '/queries/dois')).body).toMatchObject({
    jobComplete: true,
    schema: { fields: [{ name: 'b' }] },
    rows: [{ f: [{ v: '2' }] }],
  });
});
