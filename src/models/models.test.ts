import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { guard } from '../access/http.ts';
import { asArcosError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { warehouseRoutes } from '../warehouse/api/routes.ts';
import type { Row, WarehouseClient } from '../warehouse/port.ts';
import { openTestWarehouse, type TestWarehouse } from '../warehouse/testing.ts';
import { modelsRoutes } from './api/routes.ts';
import { type ModelsServer, startModelsServer } from './server.ts';

/** The sample city's own models, on a few staged rows. */
const SAMPLE = fileURLToPath(new URL('../../examples/rio', import.meta.url));

let open: TestWarehouse;
let app: FastifyInstance;
let client: WarehouseClient;
let models: ModelsServer;
let origin: string;
let key: string;
let folder: string;

beforeAll(async () => {
  open = await openTestWarehouse();
  const { access } = open;
  await access.putAgency({ id: 'escritorio', name: 'Escritório de Dados' });
  for (const id of ['rj-escritorio', 'datario']) await access.putProject({ id, agency: 'escritorio' });
  await access.putNamespace({
    id: 'rj-escritorio',
    agency: 'escritorio',
    project: 'rj-escritorio',
    writes: ['datario'],
  });
  await open.lake.putBucket({ name: 'rj-escritorio', project: 'rj-escritorio', purpose: 'data' });
  const editor = await open.principal('editor@escritorio', 'editor', 'escritorio');
  key = editor.key;
  client = open.warehouse.client(editor.principal);

  app = Fastify({ forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) => {
    const { http, code, message } = asArcosError(error);
    return reply.code(http).send({ error: { code, message } });
  });
  guard(app, access);
  await app.register(warehouseRoutes({ warehouse: open.warehouse, access }));
  await app.register(
    modelsRoutes({ access, server: (namespace) => (namespace === 'rj-escritorio' ? models : undefined) }),
  );
  origin = await app.listen({ host: '127.0.0.1', port: 0 });

  folder = mkdtempSync(join(tmpdir(), 'arcos-models-'));
  cpSync(SAMPLE, folder, { recursive: true, filter: (path) => !path.includes('flows') && !path.includes('portal') });
  await stageSample();
  const own = await open.principal('modelos@rj-escritorio', 'modelos', 'escritorio');
  models = await startModelsServer({
    namespace: 'rj-escritorio',
    directory: join(folder, 'queries-rj-escritorio'),
    target: { name: 'prod', project: 'rj-escritorio', dataset: 'dbt', threads: 2 },
    serverUrl: origin,
    key: own.key,
    log: silentLog,
  });
  await vi.waitFor(async () => expect((await call<{ state: string }>('status')).state).toBe('ready'), {
    timeout: 20_000,
  });
}, 60_000);

afterAll(async () => {
  await models?.stop();
  await app?.close();
  await open?.close();
  rmSync(folder, { recursive: true, force: true });
});

const square = (x: number) =>
  JSON.stringify({
    type: 'Polygon',
    coordinates: [
      [
        [x, -23],
        [x + 0.1, -23],
        [x + 0.1, -22.9],
        [x, -22.9],
        [x, -23],
      ],
    ],
  });

async function stage(dataset: string, table: string, rows: readonly (readonly string[])[]): Promise<void> {
  const [header = [], ...records] = rows;
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const csv = [header, ...records].map((record) => record.map(quote).join(',')).join('\n');
  const prefix = `staging/${dataset}/${table}`;
  await open.lake.write(
    { bucket: 'rj-escritorio', name: `${prefix}/data.csv` },
    Readable.from([Buffer.from(`${csv}\n`)]),
  );
  await client.ensureDataset('rj-escritorio', `${dataset}_staging`);
  await client.putExternalTable({
    path: { project: 'rj-escritorio', dataset: `${dataset}_staging`, table },
    columns: header.map((name) => ({ name, type: { kind: 'STRING' }, nullable: true })),
    format: 'CSV',
    sourceUris: [`gs://rj-escritorio/${prefix}/*`],
    csv: { skipLeadingRows: 1 },
  });
}

async function stageSample(): Promise<void> {
  await stage('dados_mestres', 'bairro', [
    ['id_bairro', 'nome', 'subprefeitura', 'geometria'],
    ['1', ' Saúde ', 'CENTRO', square(-43.2)],
    ['2', 'Tijuca', 'GRANDE TIJUCA', square(-43.3)],
    ['2', 'Tijuca', 'GRANDE TIJUCA', square(-43.3)],
  ]);
  await stage('adm_central_atendimento_1746', 'chamado', [
    ['id_chamado', 'data_inicio', 'id_bairro', 'tipo', 'longitude', 'latitude'],
    ['10', '2024-01-05 10:00:00', '', 'Iluminação', '-43.15', '-22.95'],
    ['11', '2024-01-06 10:00:00', '2', 'Lixo', '', ''],
    ['12', '2024-02-07 10:00:00', '', 'Lixo', '', ''],
  ]);
  await stage('clima_pluviometro', 'taxa_precipitacao', rain(['2024-01-31 23:00:00', '2024-02-01 00:15:00']));
  await stage('adm_cor_comando', 'ocorrencia', [
    ['id_evento', 'data_inicio', 'data_fim', 'gravidade', 'tipo_ocorrencia', 'longitude', 'latitude'],
    ['1', '2024-01-05 10:00:00.0 UTC', '2024-01-05 11:00:00.0 UTC', 'ALTO', 'Alagamento', '-43.25', '-22.95'],
  ]);
  await stage('transporte_gtfs', 'parada', [
    ['stop_id', 'stop_name', 'stop_lon', 'stop_lat'],
    ['p1', 'Praça', '-43.15', '-22.95'],
  ]);
}

function rain(times: readonly string[], amount = '2.5'): string[][] {
  return [['estacao', 'chuva_15min', 'data_medicao'], ...times.map((time) => ['Urca', amount, time])];
}

interface Poll {
  readonly state: string;
  readonly logs: readonly { message: string; levelname: string }[];
  readonly results?: readonly {
    status: string;
    message: string | null;
    node: { unique_id: string; compiled_sql?: string; relation_name: string };
  }[];
}

async function rpc(
  method: string,
  params: unknown = {},
  bearer = key,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${origin}/namespaces/rj-escritorio/jsonrpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(bearer === '' ? {} : { authorization: `Bearer ${bearer}` }) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function call<Result>(method: string, params: unknown = {}): Promise<Result> {
  const { body } = await rpc(method, params);
  if ('error' in body) throw new Error(JSON.stringify(body['error']));
  return body['result'] as Result;
}

async function dbt(cli: string): Promise<Poll> {
  const { request_token } = await call<{ request_token: string }>('cli_args', { cli });
  let last: Poll | undefined;
  await expect
    .poll(
      async () => {
        last = await call<Poll>('poll', { request_token });
        return last.state;
      },
      { timeout: 60_000 },
    )
    .not.toBe('running');
  if (last === undefined) throw new Error('no answer');
  return last;
}

const outcome = ({ results = [] }: Poll) =>
  results
    .map(({ node, status, message }) =>
      status === 'success' || status === 'pass'
        ? `${status} ${node.unique_id}`
        : `${status} ${node.unique_id} ${message}`,
    )
    .sort();
const rows = async (sql: string): Promise<readonly Row[]> =>
  (await client.query({ sql, project: 'rj-escritorio' })).rows;

test('the project is read', async () => {
  expect(await call('status')).toMatchObject({ state: 'ready', error: null, pid: expect.any(Number) });
  const { output } = await call<{ output: unknown[] }>('list', { resource_types: ['model'], output: 'selector' });
  expect(output).toEqual([
    'rj_escritorio.adm_central_atendimento_1746.chamado',
    'rj_escritorio.adm_central_atendimento_1746.chamado_por_tipo',
    'rj_escritorio.adm_cor_comando.ocorrencia',
    'rj_escritorio.clima_pluviometro.precipitacao_diaria',
    'rj_escritorio.dados_mestres.bairro',
    'rj_escritorio.transporte_gtfs.parada',
    'datario.indicadores.chamados_por_bairro',
    'datario.indicadores.chamados_por_mes',
  ]);
});

test('the sample is built in order, tests included, in two projects', { timeout: 120_000 }, async () => {
  const done = await dbt('build');
  expect(outcome(done).filter((line) => !/^(success|pass)/.test(line))).toEqual([]);
  expect(done.state).toBe('success');
  const order = (done.results ?? []).map(({ node }) => node.unique_id);
  // Named outright, not by ref.
  expect(order.indexOf('model.rj_escritorio.chamado_por_tipo')).toBeLessThan(
    order.indexOf('model.datario.chamados_por_mes'),
  );

  expect(
    await rows(
      'SELECT id_chamado, id_bairro, origem_bairro, tipo FROM adm_central_atendimento_1746.chamado ORDER BY 1',
    ),
  ).toEqual([
    { id_chamado: 10, id_bairro: 1, origem_bairro: 'ponto', tipo: 'Iluminação' },
    { id_chamado: 11, id_bairro: 2, origem_bairro: 'informado', tipo: 'Lixo' },
    { id_chamado: 12, id_bairro: null, origem_bairro: 'desconhecido', tipo: 'Lixo' },
  ]);
  expect(
    await client.table({ project: 'rj-escritorio', dataset: 'adm_central_atendimento_1746', table: 'chamado' }),
  ).toMatchObject({
    kind: 'native',
    description: 'Chamados da Central 1746, com o bairro de onde vieram.',
    partitioning: { kind: 'time', unit: 'MONTH', column: 'data_particao' },
    clustering: ['id_bairro'],
  });
  const view = await client.table({
    project: 'rj-escritorio',
    dataset: 'adm_central_atendimento_1746',
    table: 'chamado_por_tipo',
  });
  expect(view).toMatchObject({ kind: 'view', description: 'Chamados e bairros por mês e tipo.' });
  const published = await client.table({ project: 'datario', dataset: 'indicadores', table: 'chamados_por_bairro' });
  expect(published?.columns.find(({ name }) => name === 'nome')).toMatchObject({ description: 'Nome do bairro.' });
  expect(
    await rows('SELECT nome, chamados, alagamentos FROM datario.indicadores.chamados_por_bairro ORDER BY nome'),
  ).toEqual([
    { nome: 'Saúde', chamados: 1, alagamentos: 0 },
    { nome: 'Tijuca', chamados: 1, alagamentos: 1 },
  ]);

  const said = done.logs.map(({ message }) => message.replace(/^\d\d:\d\d:\d\d {2}/, ''));
  expect(said).toContainEqual(
    expect.stringMatching(/^\d+ of \d+ START sql table model dados_mestres\.bairro \.+ \[RUN\]$/),
  );
  expect(said).toContainEqual(
    expect.stringMatching(
      /^\d+ of \d+ OK created sql table model dados_mestres\.bairro \.+ \[CREATE TABLE \(2\.0 rows, .* processed\) in \d+\.\d\ds\]$/,
    ),
  );
  expect(said).toContainEqual(
    expect.stringMatching(/^\d+ of \d+ PASS unique_bairro_id_bairro \.+ \[PASS in \d+\.\d\ds\]$/),
  );
  expect(said.at(-1)).toMatch(/^Done\. PASS=\d+ WARN=0 ERROR=0 SKIP=0 TOTAL=\d+$/);
});

test('an incremental model merges what is new', { timeout: 60_000 }, async () => {
  await stage(
    'clima_pluviometro',
    'taxa_precipitacao',
    rain(['2024-01-31 23:00:00', '2024-02-01 00:15:00', '2024-03-02 00:15:00'], '4'),
  );
  const done = await dbt('run --select clima_pluviometro --vars \'{"meses_refeitos": 0}\'');
  expect(outcome(done)).toEqual(['success model.rj_escritorio.precipitacao_diaria']);
  expect(done.results?.[0]?.message).toMatch(/^MERGE \(2\.0 rows/);
  // January lies before the month that is made again.
  expect(await rows('SELECT data_particao, chuva_mm FROM clima_pluviometro.precipitacao_diaria ORDER BY 1')).toEqual([
    { data_particao: '2024-01-31', chuva_mm: 2.5 },
    { data_particao: '2024-02-01', chuva_mm: 4 },
    { data_particao: '2024-03-02', chuva_mm: 4 },
  ]);
  const again = await dbt('run --select precipitacao_diaria --full-refresh');
  expect(again.results?.[0]?.message).toMatch(/^CREATE TABLE \(3\.0 rows/);
});

test('a fault of a model is told, and what is made from it is skipped', { timeout: 60_000 }, async () => {
  const file = join(folder, 'queries-rj-escritorio/models/dados_mestres/ruim.sql');
  writeFileSync(file, "{{ config(materialized='table') }}\nSELECT nao_existe FROM {{ ref('bairro') }}");
  writeFileSync(file.replace('ruim', 'depois'), "SELECT * FROM {{ ref('ruim') }}");
  expect(await call('reload')).toEqual(expect.any(Number));
  await expect.poll(async () => (await call<{ state: string }>('status')).state).toBe('ready');
  const done = await dbt('run --select ruim+');
  expect(done.state).toBe('failed');
  expect(done.results?.map(({ status, node }) => [status, node.unique_id])).toEqual([
    ['error', 'model.rj_escritorio.ruim'],
    ['skipped', 'model.rj_escritorio.depois'],
  ]);
  expect(done.results?.[0]?.message).toMatch(
    /^Database Error in model ruim \(models\/dados_mestres\/ruim\.sql\)\n {2}.*nao_existe/,
  );

  writeFileSync(file, "SELECT {{ ref('baiirro') }}");
  await call('reload');
  await expect.poll(async () => (await call<{ state: string }>('status')).state).toBe('error');
  const { body } = await rpc('cli_args', { cli: 'run' });
  expect(body['error']).toMatchObject({
    code: 10011,
    data: { message: expect.stringContaining('Did you mean "bairro"?') },
  });
  rmSync(file);
  rmSync(file.replace('ruim', 'depois'));
  await call('reload');
  await expect.poll(async () => (await call<{ state: string }>('status')).state).toBe('ready');
});

test('calls are answered as dbt-rpc answers them', { timeout: 60_000 }, async () => {
  expect((await dbt('run --select nobody')).results).toEqual([]);
  const wrong = async (method: string, params: unknown) => (await rpc(method, params)).body['error'];
  expect(await wrong('cli_args', { cli: 'run --nonexistent' })).toMatchObject({
    code: -32000,
    data: { type: 'NoSuchOption' },
  });
  expect(await wrong('nope', {})).toMatchObject({ code: -32601, message: 'Method not found' });
  expect(await wrong('run', { zzz: 1 })).toMatchObject({ code: -32602 });
  expect(await wrong('poll', { request_token: 'zz' })).toMatchObject({
    code: -32000,
    data: { type: 'InvalidFieldValue' },
  });
  const nobody = 'f86926fa-6535-4891-8d24-2cfc65d2a347';
  expect(await wrong('poll', { request_token: nobody })).toMatchObject({
    code: -32000,
    data: { type: 'UnknownAsyncIDException' },
  });
  expect(await call('kill', { task_id: nobody })).toEqual({ logs: [], state: 'missing' });
  expect(await call('gc')).toEqual({ logs: [], deleted: [], missing: [], running: [] });
  const { request_token } = await call<{ request_token: string }>('run_sql', {
    name: 'q',
    sql: Buffer.from("SELECT nome FROM {{ ref('bairro') }} ORDER BY nome").toString('base64'),
  });
  await expect
    .poll(() => call<{ state: string; results?: { table: unknown }[] }>('poll', { request_token }))
    .toMatchObject({
      state: 'success',
      results: [{ table: { column_names: ['nome'], rows: [['Saúde'], ['Tijuca']] } }],
    });
});

test('a query is stopped by kill and by its timeout', { timeout: 60_000 }, async () => {
  const slow =
    'SELECT COUNTIF(MOD(a * b, 7) = 3) FROM UNNEST(GENERATE_ARRAY(1, 300000)) a, UNNEST(GENERATE_ARRAY(1, 300000)) b';
  const sql = Buffer.from(slow).toString('base64');
  const start = (params: object) => call<{ request_token: string }>('run_sql', { name: 'lenta', sql, ...params });
  const killed = await start({ task_tags: { quem: 'teste' } });
  const { rows: active } = await call<{ rows: unknown[] }>('ps');
  expect(active).toMatchObject([
    { state: 'running', method: 'run_sql', task_id: killed.request_token, tags: { quem: 'teste' } },
  ]);
  expect(await call('kill', { task_id: killed.request_token })).toEqual({ logs: [], state: 'killed' });
  await expect.poll(() => call<Poll>('poll', killed)).toMatchObject({ state: 'killed', end: expect.any(String) });

  const late = await start({ timeout: 0.2 });
  await expect
    .poll(async () => (await rpc('poll', late)).body['error'])
    .toMatchObject({ code: 10008, data: { type: 'RPCTimeoutException', timeout: 0.2 } });
  expect(await call('gc', { task_ids: [late.request_token] })).toMatchObject({ deleted: [late.request_token] });
});

test('nobody gets past the door', async () => {
  expect((await rpc('status', {}, '')).status).toBe(401);
  const stranger = await open.principal('editor@rio2', 'editor', 'rio');
  expect((await rpc('status', {}, stranger.key)).status).toBe(403);
  expect((await fetch(`${models.address}/jsonrpc`, { method: 'POST', body: '{}' })).status).toBe(403);
});

test('a process that dies is started again', { timeout: 60_000 }, async () => {
  const { pid } = await call<{ pid: number }>('status');
  process.kill(pid, 'SIGKILL');
  await expect
    .poll(async () => (await rpc('status').catch(() => undefined))?.body, { timeout: 30_000 })
    .toMatchObject({ result: { state: 'ready', pid: expect.not.objectContaining({ pid }) } });
  expect((await call<{ pid: number }>('status')).pid).not.toBe(pid);
});
