import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guard } from '../access/http.ts';
import { asArcosError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { modelsRoutes } from '../models/api/routes.ts';
import { readBundle } from '../models/bundle.ts';
import { warehouseRoutes } from '../warehouse/api/routes.ts';
import { openTestWarehouse, type TestWarehouse } from '../warehouse/testing.ts';
import { CODE_BUCKET } from './city.ts';
import { type ModelsFleet, modelsFleet } from './fleet.ts';
import { createIdentities } from './identity.ts';
import { modelsCode } from './modelscode.ts';

let open: TestWarehouse;
let app: FastifyInstance;
let fleet: ModelsFleet;
let origin: string;
let key: string;
const folder = mkdtempSync(join(tmpdir(), 'arcos-fleet-'));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function newFleet(): ModelsFleet {
  const namespace = { agency: 'rio', project: 'rio', writes: [] };
  const namespaces = {
    'rj-escritorio': { ...namespace, models: 'v1' },
    'rj-escritorio-dev': { ...namespace, models: undefined },
  };
  return modelsFleet({
    city: { folder, namespaces } as never,
    identities: createIdentities(open.access, join(folder, 'keys')),
    code: modelsCode(open.lake, join(folder, 'code')),
    log: silentLog,
  });
}

beforeAll(async () => {
  open = await openTestWarehouse();
  const { access } = open;
  for (const id of ['rj-escritorio', 'rj-escritorio-dev']) {
    await access.putNamespace({ id, agency: 'rio', project: 'rio', writes: [] });
  }
  await open.lake.putBucket({ name: CODE_BUCKET, project: 'rio', purpose: 'code' });
  key = (await open.principal('editor@fleet', 'editor', 'rio')).key;
  put('v1/dbt_project.yml', 'name: cidade\n');
  put('v1/models/um.sql', 'SELECT 1 AS n');
  mkdirSync(join(folder, 'keys'));
  app = Fastify({ forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) => {
    const { http, code, message } = asArcosError(error);
    return reply.code(http).send({ error: { code, message } });
  });
  guard(app, access);
  await app.register(warehouseRoutes({ warehouse: open.warehouse, access }));
  await app.register(
    modelsRoutes({
      access,
      server: (namespace) => fleet.server(namespace),
      earlier: (namespace) => fleet.earlier(namespace),
      publish: (namespace, bundle) => fleet.publish(namespace, bundle),
    }),
  );
  origin = await app.listen({ host: '127.0.0.1', port: 0 });
  fleet = newFleet();
  await fleet.start(origin);
}, 60_000);
afterAll(async () => {
  await fleet?.stop();
  await app?.close();
  await open?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function post(path: string, body: unknown, as = key) {
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const rpc = async (method: string, params: object, namespace = 'rj-escritorio') =>
  (await post(`/namespaces/${namespace}/jsonrpc`, { jsonrpc: '2.0', id: 1, method, params })).body;
const listed = async (namespace?: string) =>
  ((await rpc('list', { output: 'name' }, namespace))['result'] as { output: string[] } | undefined)?.output;
const publish = (bundle: unknown, namespace = 'rj-escritorio', as = key) =>
  post(`/namespaces/${namespace}/models`, { files: bundle }, as);

test('a version is published beside the one before, which finishes what it began', { timeout: 60_000 }, async () => {
  await expect.poll(() => listed(), { timeout: 20_000 }).toEqual(['um']);
  const sql = Buffer.from(
    'SELECT COUNTIF(MOD(a * b, 7) = 3) AS n FROM UNNEST(GENERATE_ARRAY(1, 20000)) a, UNNEST(GENERATE_ARRAY(1, 20000)) b',
  ).toString('base64');
  const { result: slow } = (await rpc('run_sql', { name: 'lenta', sql })) as { result: { request_token: string } };

  cpSync(join(folder, 'v1'), join(folder, 'v2'), { recursive: true });
  put('v2/models/dois.sql', "SELECT n FROM {{ ref('nada') }}");
  const broken = await publish(await readBundle(join(folder, 'v2')));
  expect(broken).toMatchObject({ status: 400, body: { error: { message: expect.stringContaining("'nada'") } } });
  expect(await listed()).toEqual(['um']);

  put('v2/models/dois.sql', "SELECT n FROM {{ ref('um') }}");
  expect(await publish(await readBundle(join(folder, 'v2')))).toMatchObject({ status: 200 });
  expect(await listed()).toEqual(['dois', 'um']);
  await expect
    .poll(() => rpc('poll', { request_token: slow.request_token }), { timeout: 30_000 })
    .toMatchObject({ result: { state: 'success' } });

  // Another namespace follows what is published for it, and nothing else.
  expect(await listed('rj-escritorio-dev')).toBeUndefined();
  put('v3/dbt_project.yml', 'name: cidade\n');
  put('v3/models/so_dev.sql', 'SELECT 3 AS n');
  expect(await publish(await readBundle(join(folder, 'v3')), 'rj-escritorio-dev')).toMatchObject({ status: 200 });
  expect(await listed('rj-escritorio-dev')).toEqual(['so_dev']);
  expect(await listed()).toEqual(['dois', 'um']);

  // A server that is started again goes on with what was published.
  await fleet.stop();
  fleet = newFleet();
  await fleet.start(origin);
  await expect.poll(() => listed(), { timeout: 20_000 }).toEqual(['dois', 'um']);
});

test('nobody publishes for others, and nothing from outside of the project', async () => {
  const stranger = await open.principal('editor@niteroi', 'editor', 'niteroi');
  const bundle = { 'dbt_project.yml': 'name: cidade\n' };
  expect((await publish(bundle, 'rj-escritorio', stranger.key)).status).toBe(403);
  for (const files of [
    undefined,
    [],
    {},
    { ...bundle, '../fora.sql': 'SELECT 1' },
    { ...bundle, '/etc/fora.sql': 'SELECT 1' },
    { ...bundle, 'models/a.sh': 'x' },
    { 'dbt_project.yml': 'name: cidade\nseed-paths: ["../../../"]\n' },
    { ...bundle, 'packages.yml': 'packages: [{local: ../../v1}]\n' },
  ]) {
    expect(await publish(files)).toMatchObject({ status: 400 });
  }
});
