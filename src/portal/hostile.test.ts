import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { guard } from '../access/http.ts';
import { asArcosError } from '../base/errors.ts';
import { openTestWarehouse, type TestWarehouse } from '../warehouse/testing.ts';
import { portalRoutes } from './routes.ts';

let open: TestWarehouse;
let app: FastifyInstance;
let exportsDir: string;

beforeAll(async () => {
  open = await openTestWarehouse();
  exportsDir = mkdtempSync(join(tmpdir(), 'arcos-hostile-'));
  const { key } = await open.principal('admin@rio', 'administrador', 'rio');
  app = Fastify();
  await app.register(cookie);
  guard(app, open.access);
  app.setErrorHandler((error, _request, reply) => {
    const { statusCode } = error as { statusCode?: number };
    const { http, code, message } = asArcosError(error);
    return reply.status(statusCode ?? http).send({ error: { code, message } });
  });
  const { store, access, warehouse } = open;
  await app.register(portalRoutes({ store, access, warehouse, city: 'Rio', exportsDir, webDist: exportsDir }));
  const client = warehouse.client(open.editor);
  await client.ensureDataset('rio', 'd');
  const run = (sql: string) => client.query({ sql, project: 'rio', dataset: 'd' });
  await run(`CREATE TABLE aberta (id INT64 OPTIONS(description = 'n'), nome STRING OPTIONS(description = 'n')) AS
    SELECT n, CONCAT('nome ', n) FROM UNNEST(GENERATE_ARRAY(1, 1000)) n`);
  await run("CREATE TABLE segredo (x STRING) AS SELECT 'conteudo-privado'");
  const about = ['title', 'description', 'licence', 'frequency', 'owner', 'theme'].map((name) => [name, 'texto']);
  const published = await app.inject({
    method: 'PUT',
    url: '/api/publications/rio/d',
    headers: { authorization: `Bearer ${key}` },
    payload: { ...Object.fromEntries(about), tables: ['aberta'] },
  });
  expect(published.statusCode).toBe(200);
});
afterAll(async () => {
  await app.close();
  await open.close();
  rmSync(exportsDir, { recursive: true, force: true });
});

const INJECTIONS = [
  "' OR '1'='1",
  "'; DROP TABLE d.aberta; --",
  '`) FROM d.segredo --',
  'id, (SELECT x FROM d.segredo)',
  'id UNION ALL SELECT x FROM `rio.d.segredo` --',
  '1=1) OR (SELECT COUNT(*) FROM d.segredo) > 0',
  "search(nome, ''') OR x = (SELECT x FROM d.segredo) --')",
  "read_csv('/etc/passwd')",
  'id`id',
  '\u0000',
  '\\',
  '%27%20or%201=1',
  '$' + '{7*7}',
  '('.repeat(1500),
  'not '.repeat(400),
  'id,'.repeat(600),
  '-'.repeat(1999),
] as const;

it.for(INJECTIONS.map((text) => [text.slice(0, 40), text] as const))(
  'takes %s for a value or refuses it, wherever it stands',
  async ([, text]) => {
    const rows = ['select', 'where', 'group', 'order', 'cursor', 'limit', 'format'];
    const page = ['by', 'value', 'order', 'desc', 'column', 'contains', 'lang'];
    const urls = [
      ...rows.map((name) => `/api/portal/rio/d/aberta/rows?${new URLSearchParams({ [name]: text })}`),
      ...page.map((name) => `/dados/rio/d/aberta?${new URLSearchParams({ column: 'nome', [name]: text })}`),
      ...['q', 'theme', 'owner'].map((name) => `/?${new URLSearchParams({ [name]: text })}`),
      `/api/portal/rio/sql?${new URLSearchParams({ query: text })}`,
      `/dados/rio/d/${encodeURIComponent(text)}`,
      `/dados/rio/d/aberta/versoes/${encodeURIComponent(text)}.csv`,
      `/api/portal/${encodeURIComponent(text)}/d/aberta/rows`,
      `/pedidos/erro?${new URLSearchParams({ project: 'rio', dataset: 'd', table: text })}`,
    ];
    for (const url of urls) {
      const { statusCode, body } = await app.inject({ url });
      expect([url, statusCode, [200, 400, 404, 410, 414].includes(statusCode)]).toEqual([url, statusCode, true]);
      expect([url, body.includes('conteudo-privado'), body.includes('root:')]).toEqual([url, false, false]);
    }
  },
);

it('the tables are as they were', async () => {
  const { body } = await app.inject({ url: '/api/portal/rio/d/aberta/rows?select=count(*)%20as%20n' });
  expect(JSON.parse(body)).toMatchObject({ rows: [{ n: 1000 }] });
});

it.for(['1e9', '-1', '100001', '9007199254740993', 'NaN', '[]'])('refuses to begin at %s', async (offset) => {
  const cursor = Buffer.from(`[${offset},"x"]`).toString('base64url');
  const { statusCode } = await app.inject({ url: `/api/portal/rio/d/aberta/rows?${new URLSearchParams({ cursor })}` });
  expect([400, 410]).toContain(statusCode);
});

it('refuses two hundred who ask for too much, and everyone else is answered meanwhile', {
  timeout: 120_000,
}, async () => {
  const huge = (index: number) =>
    `SELECT COUNT(*) AS n FROM UNNEST(GENERATE_ARRAY(1, 1000000)) a, UNNEST(GENERATE_ARRAY(1, 1000000)) b WHERE a * b = ${index}`;
  const flood = Array.from({ length: 200 }, (_, index) =>
    app.inject({ url: `/api/portal/rio/sql?${new URLSearchParams({ query: huge(index) })}` }),
  );
  // Pages and files are not behind the gate, and an agency's own queries are no questions of the public.
  for (const url of ['/', '/dados/rio/d', '/dados/rio/d/aberta.csv', '/data.json'])
    expect([url, (await app.inject({ url })).statusCode]).toEqual([url, 200]);
  const own = await open.warehouse.client(open.editor).query({ sql: 'SELECT 1 AS um', project: 'rio' });
  expect(own.rows).toEqual([{ um: 1 }]);
  const statuses = (await Promise.all(flood)).map(({ statusCode }) => statusCode);
  expect([...new Set(statuses)].sort()).toEqual([429, 504]);
  // And nothing of it stays behind.
  expect((await app.inject({ url: '/api/portal/rio/d/aberta/rows?select=id&limit=1' })).json()).toMatchObject({
    rows: [{ id: 1 }],
  });
});
