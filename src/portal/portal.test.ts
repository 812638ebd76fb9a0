import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guard } from '../access/http.ts';
import { asArcosError } from '../base/errors.ts';
import { openTestWarehouse, type TestWarehouse } from '../warehouse/testing.ts';
import { portalRoutes } from './routes.ts';

let open: TestWarehouse;
let app: FastifyInstance;
let exportsDir: string;
let key: string;
/** Paths of the routes that ask nobody who he is. */
const publicRoutes: string[] = [];

const ABOUT = {
  title: 'Escolas <do Rio>',
  description: 'Onde estão',
  licence: 'CC-BY-4.0',
  frequency: 'Anual',
  owner: 'SME',
  theme: 'Educação',
  source: 'Censo Escolar, conferido pela SME',
  units: { 'escola.id': 'unidades' },
};

beforeAll(async () => {
  open = await openTestWarehouse();
  exportsDir = mkdtempSync(join(tmpdir(), 'arcos-portal-'));
  ({ key } = await open.principal('admin@rio', 'administrador', 'rio'));
  app = Fastify();
  await app.register(cookie);
  guard(app, open.access);
  app.addHook('onRoute', ({ method, url, config }) => {
    if (method === 'GET' && config?.access === 'public') publicRoutes.push(url);
  });
  app.setErrorHandler((error, _request, reply) => {
    const { statusCode } = error as { statusCode?: number };
    const { http, code, message, data } = asArcosError(error);
    return reply.status(statusCode ?? http).send({ error: { code, message, data } });
  });
  const { store, access, warehouse } = open;
  await app.register(portalRoutes({ store, access, warehouse, city: 'Niterói', exportsDir, webDist: exportsDir }));
  const client = warehouse.client(open.editor);
  const run = (sql: string) => client.query({ sql, project: 'rio', dataset: 'educacao' });
  await client.ensureDataset('rio', 'educacao');
  await run(`CREATE TABLE escola (id INT64 OPTIONS(description = 'Código'), nome STRING OPTIONS(description = 'Nome'),
    local GEOGRAPHY OPTIONS(description = 'Ponto')) OPTIONS(description = 'As escolas')`);
  await run(
    `INSERT INTO escola VALUES (1, '<script>alert(1)</script>', ST_GEOGPOINT(-43.2, -22.9)), (2, 'Vírgula, "aspas"', NULL)`,
  );
  await run(`CREATE TABLE segredo (cpf STRING OPTIONS(description = 'Não é para todos'))`);
  await run(`INSERT INTO segredo VALUES ('12345')`);
  await run(`CREATE TABLE mudo (x INT64)`);
});
afterAll(async () => {
  await app.close();
  await open.close();
  rmSync(exportsDir, { recursive: true, force: true });
});

const get = (url: string) => app.inject({ url });
const publish = (tables: string[], authorization = `Bearer ${key}`, more: object = {}) =>
  app.inject({
    method: 'PUT',
    url: '/api/publications/rio/educacao',
    headers: { authorization },
    payload: { ...ABOUT, tables, ...more },
  });

describe('the portal', () => {
  it('has nothing that was not published', async () => {
    for (const url of ['/dados/rio/educacao', '/dados/rio/educacao/escola', '/dados/rio/educacao/escola.csv']) {
      expect((await get(url)).statusCode).toBe(404);
    }
    expect((await get('/')).body).not.toContain('educacao');
  });

  it('refuses to publish for who may not, and tables that say nothing of themselves', async () => {
    const { key: reader } = await open.principal('leitor@rio', 'leitor', 'rio');
    expect((await publish(['escola'], `Bearer ${reader}`)).statusCode).toBe(403);
    expect((await publish(['mudo'])).json()).toMatchObject({
      error: { message: expect.stringContaining('what x mean') },
    });
    expect((await publish(['nenhuma'])).statusCode).toBe(400);
  });

  it('shows what was published, and the other tables of the dataset stay hidden', async () => {
    expect((await publish(['escola'])).statusCode).toBe(200);
    const home = (await get('/')).body;
    expect(home).toContain('Escolas &lt;do Rio&gt;');
    expect(home).toContain('Niterói');
    const page = (await get('/dados/rio/educacao/escola')).body;
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>alert');
    expect(page).toContain('Censo Escolar, conferido pela SME');
    expect(page).toContain('<td>unidades</td>');
    expect((await publish(['escola'], undefined, { units: { 'escola.nada': 'm' } })).statusCode).toBe(400);
    expect(page).toContain('data-source="/dados/rio/educacao/escola.geojson"');
    expect((await get('/dados/rio/educacao/segredo')).statusCode).toBe(404);
    expect((await get('/dados/rio/educacao/segredo.csv')).statusCode).toBe(404);
  });

  it('speaks the language that is asked for', async () => {
    expect((await get('/')).body).toContain('Conjuntos de dados');
    expect((await get('/?lang=en')).body).toContain('Datasets');
    const asked = await app.inject({ url: '/', headers: { 'accept-language': 'en-GB,pt;q=0.5' } });
    expect(asked.body).toContain('lang="en"');
  });

  it('gives the table as files, anew when it changes', async () => {
    const csv = await get('/dados/rio/educacao/escola.csv');
    expect(csv.headers['content-disposition']).toContain('escola.csv');
    expect(csv.body.trimEnd().split('\n')).toHaveLength(3);
    expect(csv.body).toContain('"Vírgula, ""aspas"""');
    const { features } = (await get('/dados/rio/educacao/escola.geojson')).json() as { features: unknown[] };
    expect(features).toHaveLength(2);
    expect(features).toContainEqual({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [-43.2, -22.9] },
      properties: { id: 1, nome: '<script>alert(1)</script>' },
    });
    expect((await get('/dados/rio/educacao/escola.parquet')).rawPayload.subarray(0, 4).toString()).toBe('PAR1');
    const sql = `INSERT INTO educacao.escola VALUES (3, 'Nova', NULL)`;
    await open.warehouse.client(open.editor).query({ sql, project: 'rio' });
    expect((await get('/dados/rio/educacao/escola.csv')).body.trimEnd().split('\n')).toHaveLength(4);
    // Pages may be a second behind.
    await expect.poll(async () => (await get('/dados/rio/educacao/escola')).body).toContain('Nova');
  });

  it('keeps what the table was under permanent addresses', async () => {
    const links = async () => {
      const { body } = await get('/dados/rio/educacao/escola');
      return [...body.matchAll(/href="([^"]*\/versoes\/[^"]*\.csv)"/g)].map(([, href = '']) => href);
    };
    await expect.poll(async () => (await links()).length).toBe(2);
    const [now = '', before = ''] = await links();
    expect((await get(now)).body).toContain('Nova');
    const earlier = await get(before);
    expect(earlier.body).not.toContain('Nova');
    expect(earlier.body.trimEnd().split('\n')).toHaveLength(3);
    expect((await get(before.replace('escola/', 'segredo/'))).statusCode).toBe(404);
    expect((await get('/dados/rio/educacao/escola/versoes/9-9.csv')).statusCode).toBe(410);
  });

  it('gives the table as a workbook', async () => {
    const { rawPayload, headers } = await get('/dados/rio/educacao/escola.xlsx');
    expect(headers['content-type']).toContain('spreadsheetml');
    expect(rawPayload.subarray(0, 2).toString()).toBe('PK');
  });

  it('draws the table, and shows the rows that one looks for', async () => {
    const page = (await get('/dados/rio/educacao/escola?lang=en')).body;
    expect(page).toContain('<svg');
    expect(page).toContain('Number of rows by nome: 3 values, highest 1');
    const found = (await get('/dados/rio/educacao/escola?column=nome&contains=VIRGULA')).body;
    expect(found).toContain('Vírgula, &quot;aspas&quot;');
    expect(found.split('<tbody>')[2]?.split('</tbody>')[0]).not.toContain('Nova');
    const sorted = (await get('/dados/rio/educacao/escola?order=id&desc=1')).body;
    expect(sorted).toContain('aria-sort="descending"');
    for (const query of [
      'order=segredo',
      'by=local',
      'value=nome',
      'order=id%60',
      `contains=${'x'.repeat(300)}&column=nome`,
    ])
      expect([query, (await get(`/dados/rio/educacao/escola?${query}`)).statusCode]).toEqual([query, 400]);
    const quoted = await get(`/dados/rio/educacao/escola?column=nome&contains=${encodeURIComponent("' or 1=1 --")}`);
    expect(quoted.statusCode).toBe(200);
  });

  it('takes requests of the public, which become tasks', async () => {
    const form = await get('/pedidos/erro?project=rio&dataset=educacao&table=escola');
    const [, token = ''] = /name="token" value="([^"]+)"/.exec(form.body) ?? [];
    const cookies = { arcos_form: token };
    const send = (body: Record<string, string>, more: object = { cookies }) =>
      app.inject({
        method: 'POST',
        url: '/pedidos/erro',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({
          token,
          project: 'rio',
          dataset: 'educacao',
          table: 'escola',
          ...body,
        }).toString(),
        ...more,
      });
    const text = 'A escola <b>2</b> mudou de endereço';
    expect((await send({ text }, {})).statusCode).toBe(403);
    expect((await send({ text: 'curto' })).statusCode).toBe(400);
    expect((await send({ text, table: 'segredo' })).statusCode).toBe(404);
    expect((await send({ text, contact: 'ana@example.org' })).body).toContain('Recebido');
    const authorization = `Bearer ${key}`;
    const tasks = (await app.inject({ url: '/api/portal/requests', headers: { authorization } })).json();
    expect(tasks).toMatchObject([{ kind: 'error', table: 'escola', text, contact: 'ana@example.org', state: 'open' }]);
    const url = `/api/portal/requests/${tasks[0].id}`;
    const done = {
      method: 'PATCH',
      url,
      headers: { authorization },
      payload: { state: 'done', note: 'Feito' },
    } as const;
    const { contact, ...closed } = (await app.inject(done)).json();
    expect([contact, closed]).toMatchObject([undefined, { state: 'done', note: 'Feito', changedBy: 'admin@rio' }]);
    const { key: stranger } = await open.principal('admin@outra', 'administrador', 'outra');
    const foreign = { authorization: `Bearer ${stranger}` };
    expect((await app.inject({ url: '/api/portal/requests', headers: foreign })).json()).toEqual([]);
    expect((await app.inject({ ...done, headers: foreign })).statusCode).toBe(403);
    let last = 200;
    for (let times = 0; times < 6; times++) last = (await send({ text })).statusCode;
    expect(last).toBe(429);
  });

  it('gives files with their checksum and size, and 304 to who has them', async () => {
    const csv = await get('/dados/rio/educacao/escola.csv');
    const sum = createHash('sha256').update(csv.rawPayload).digest('hex');
    expect((await get('/dados/rio/educacao/escola.csv.sha256')).body).toBe(`${sum}  escola.csv\n`);
    expect(csv.headers['repr-digest']).toBe(`sha-256=:${Buffer.from(sum, 'hex').toString('base64')}:`);
    expect((await get('/dados/rio/educacao/escola')).body).toContain(sum);
    for (const url of ['/dados/rio/educacao/escola.csv', '/dados/rio/educacao', '/']) {
      const { etag = '' } = (await get(url)).headers;
      const again = await app.inject({ url, headers: { 'if-none-match': etag } });
      expect([again.statusCode, again.body]).toEqual([304, '']);
    }
  });

  it('finds datasets by words and facets', async () => {
    const listed = async (query: string) => (await get(`/?${query}`)).body.includes('href="/dados/rio/educacao');
    expect(await listed('q=ESCÓLAS')).toBe(true);
    expect(await listed('q=codigo')).toBe(true);
    expect(await listed('q=hospital')).toBe(false);
    expect(await listed('theme=Educa%C3%A7%C3%A3o&owner=SME')).toBe(true);
    expect(await listed('theme=Sa%C3%BAde')).toBe(false);
    expect((await get(`/?q=${encodeURIComponent('"><script>alert(1)</script>')}`)).body).not.toContain('<script>alert');
  });

  it('answers questions about rows', async () => {
    const rows = (query: Record<string, string>, table = 'escola') =>
      get(`/api/portal/rio/educacao/${table}/rows?${new URLSearchParams(query)}`);
    expect((await rows({ select: 'id,nome', where: "search(nome, 'VIRGULA')" })).json()).toEqual({
      columns: [
        { name: 'id', type: 'INT64' },
        { name: 'nome', type: 'STRING' },
      ],
      rows: [{ id: 2, nome: 'Vírgula, "aspas"' }],
    });
    const first = (await rows({ select: 'id', limit: '2' })).json();
    expect(first.rows).toEqual([{ id: 1 }, { id: 2 }]);
    const last = (await rows({ select: 'id', limit: '2', cursor: first.next })).json();
    expect(last).toEqual({ columns: first.columns, rows: [{ id: 3 }] });
    expect((await rows({ select: 'nome', cursor: first.next })).statusCode).toBe(410);
    expect((await rows({ cursor: 'WzFlOTksIiJd' })).statusCode).toBe(400);
    expect((await rows({ limit: '1000000' })).statusCode).toBe(400);
    expect((await rows({ group: 'local' })).statusCode).toBe(400);
    expect((await rows({ select: 'count(*) as n', format: 'csv' })).body).toBe('n\r\n3\r\n');
    expect((await rows({}, 'segredo')).statusCode).toBe(404);
    const etag = String((await rows({ select: 'id' })).headers['etag']);
    const url = '/api/portal/rio/educacao/escola/rows?select=id';
    expect((await app.inject({ url, headers: { 'if-none-match': etag } })).statusCode).toBe(304);
  });

  const sql = (query: string) => get(`/api/portal/rio/sql?${new URLSearchParams({ query })}`);

  it('answers one SELECT over what is published', async () => {
    expect((await sql('SELECT COUNT(*) AS n FROM educacao.escola -- todas')).json()).toMatchObject({
      rows: [{ n: 3 }],
    });
    expect(
      (await sql('WITH e AS (SELECT id FROM educacao.escola) SELECT * FROM e ORDER BY id DESC LIMIT 1;')).json(),
    ).toMatchObject({ rows: [{ id: 3 }] });
    expect((await sql('FROM educacao.escola |> AGGREGATE COUNT(*) AS n')).json()).toMatchObject({ rows: [{ n: 3 }] });
    expect((await sql('SELECT n FROM UNNEST(GENERATE_ARRAY(1, 5000)) AS n')).json().rows).toHaveLength(1000);
    expect((await sql('SELEC 1')).json()).toMatchObject({ error: { message: expect.stringContaining('[1:1]') } });
  });

  it.for([
    ['SELECT * FROM educacao.segredo', 404],
    ['SELECT * FROM `rio.educacao.segredo`', 404],
    ['SELECT * FROM educacao.nenhuma', 404],
    ['SELECT (SELECT MAX(cpf) FROM educacao.segredo) FROM educacao.escola', 404],
    ['WITH escola AS (SELECT 1) SELECT * FROM educacao.segredo', 404],
    ['SELECT * FROM `educacao.s*`', 404],
    ['SELECT * FROM educacao.INFORMATION_SCHEMA.TABLES', 404],
    ['SELECT * FROM INFORMATION_SCHEMA.SCHEMATA', 404],
    ['SELECT * FROM segredo', 400],
    ["SELECT * FROM educacao.escola FOR SYSTEM_TIME AS OF TIMESTAMP '2020-01-01'", 400],
    ['SELECT 1; SELECT 2', 400],
    ['DROP TABLE educacao.escola', 400],
    ['CREATE TEMP FUNCTION f() AS (1); SELECT f()', 400],
    ["EXECUTE IMMEDIATE 'SELECT 1'", 400],
    ['SELECT educacao.f(1)', 404],
    ['SELECT 1 LIMIT 100000', 400],
  ] as const)('refuses %s', async ([query, status]) => {
    const answer = await sql(query);
    expect([query, answer.statusCode]).toEqual([query, status]);
    expect(answer.body).not.toContain('cpf');
  });

  it('refuses what is too long', async () => {
    expect((await sql(`SELECT ${'1,'.repeat(6000)}1`)).statusCode).toBe(400);
  });

  it('answers or refuses two hundred at once', async () => {
    const asked = Array.from({ length: 220 }, (_, index) =>
      get(`/api/portal/rio/educacao/escola/rows?select=id&where=id%20%3E%20${index}`),
    );
    const statuses = (await Promise.all(asked)).map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(100);
  });

  it('describes itself to machines', async () => {
    const catalogue = (await get('/data.json')).json();
    expect(catalogue.dataset[0]).toMatchObject({
      title: 'Escolas <do Rio>',
      accessLevel: 'public',
      license: 'https://creativecommons.org/licenses/by/4.0/',
      accrualPeriodicity: 'R/P1Y',
      contactPoint: { fn: 'SME' },
    });
    expect(catalogue.dataset[0].distribution).toHaveLength(4);
    const graph = (await get('/catalog.jsonld')).json();
    expect(graph['dcat:dataset'][0]['dcat:distribution'][0]).toMatchObject({ '@type': 'dcat:Distribution' });
    const api = (await get('/api/portal/openapi.json')).json();
    expect(Object.keys(api.paths)).toEqual(['/api/portal/rio/educacao/escola/rows', '/api/portal/rio/sql']);
    expect((await get('/sitemap.xml')).body).toContain('/dados/rio/educacao/escola</loc>');
    expect((await get('/feed.xml')).body).toContain('<title>Escolas &lt;do Rio&gt;</title>');
    const page = (await get('/dados/rio/educacao')).body;
    const [, data = ''] = /<script type="application\/ld\+json">(.*?)<\/script>/.exec(page) ?? [];
    expect(JSON.parse(data)).toMatchObject({ '@type': 'Dataset', name: 'Escolas <do Rio>' });
  });

  it('blocks personal data until a person decides', async () => {
    const client = open.warehouse.client(open.editor);
    const run = (text: string) => client.query({ sql: text, project: 'rio', dataset: 'educacao' });
    await run(`CREATE TABLE contato (texto STRING OPTIONS(description = 'O que se escreveu'))`);
    await run(`INSERT INTO contato VALUES ('meu CPF é 529.982.247-25'), ('sem nada')`);
    const blocked = await publish(['escola', 'contato']);
    expect(blocked.statusCode).toBe(412);
    expect(blocked.body).not.toContain('529');
    expect(blocked.json().error.data).toEqual({
      findings: [{ table: 'contato', column: 'texto', kind: 'cpf', values: 1 }],
    });
    expect((await get('/dados/rio/educacao/contato')).statusCode).toBe(404);
    const reviewed = [{ table: 'contato', column: 'texto', kind: 'cpf', reason: 'É um exemplo de manual' }];
    expect((await publish(['escola', 'contato'], `Bearer ${key}`, { reviewed })).statusCode).toBe(403);
    const id = await open.access.putPrincipal({
      kind: 'user',
      name: 'ana@rio',
      agency: 'rio',
      bindings: [{ role: 'administrador', scope: { kind: 'agency', id: 'rio' } }],
    });
    const ana = await open.access.issueKey(id, { purpose: 'test' });
    expect((await publish(['escola', 'contato'], `Bearer ${ana}`, { reviewed })).statusCode).toBe(200);
    // Once decided, it stays so.
    expect((await publish(['escola', 'contato'])).statusCode).toBe(200);
    expect((await publish(['escola'])).statusCode).toBe(200);
  });

  it('lets nobody reach a private table by any public route', async () => {
    const names = { project: 'rio', dataset: 'educacao', table: 'segredo' };
    const shapes = [
      names,
      { ...names, table: 'segredo.csv' },
      { ...names, table: 'segredo.parquet.sha256' },
      { ...names, table: 'SEGREDO' },
      { ...names, table: 'escola/../segredo' },
      { ...names, dataset: 'Educacao' },
    ];
    expect(publicRoutes.length).toBeGreaterThan(9);
    for (const route of publicRoutes) {
      for (const shape of shapes) {
        const path = route.replace(/:(project|dataset|table|file)/g, (_, name: string) =>
          encodeURIComponent({ ...shape, file: '1-1.csv' }[name] ?? ''),
        );
        const query = new URLSearchParams({
          query: `SELECT * FROM \`${names.project}.${shape.dataset}.${shape.table}\``,
        });
        for (const url of [path, `${path}?${query}`, `${path}?q=segredo`]) {
          const { body, statusCode } = await get(url);
          const said = body.replaceAll('segredo', '').replaceAll('SEGREDO', '');
          expect([url, said.includes('Não é para todos'), said.includes('12345')]).toEqual([url, false, false]);
          if (route.includes(':table')) expect([url, statusCode]).toEqual([url, 404]);
          if (route.startsWith('/pedidos')) expect([url, body.includes('segredo')]).toEqual([url, false]);
        }
      }
    }
    for (const feed of [
      '/',
      '/data.json',
      '/catalog.jsonld',
      '/api/portal/openapi.json',
      '/feed.xml',
      '/sitemap.xml',
      '/dados/rio/educacao',
    ])
      expect([feed, (await get(feed)).body.includes('segredo')]).toEqual([feed, false]);
  });

  it('takes back what was published', async () => {
    const gone = await app.inject({
      method: 'DELETE',
      url: '/api/publications/rio/educacao',
      headers: { authorization: `Bearer ${key}` },
    });
    expect(gone.statusCode).toBe(204);
    expect((await get('/dados/rio/educacao/escola')).statusCode).toBe(404);
  });
});
