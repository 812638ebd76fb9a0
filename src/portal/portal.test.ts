import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const ABOUT = {
  title: 'Escolas <do Rio>',
  description: 'Onde estão',
  licence: 'CC-BY-4.0',
  frequency: 'Anual',
  owner: 'SME',
  theme: 'Educação',
};

beforeAll(async () => {
  open = await openTestWarehouse();
  exportsDir = mkdtempSync(join(tmpdir(), 'arcos-portal-'));
  ({ key } = await open.principal('admin@rio', 'administrador', 'rio'));
  app = Fastify();
  guard(app, open.access);
  app.setErrorHandler((error, _request, reply) => {
    const { http, code, message } = asArcosError(error);
    return reply.status(http).send({ error: { code, message } });
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
  await run(`CREATE TABLE mudo (x INT64)`);
});
afterAll(async () => {
  await app.close();
  await open.close();
  rmSync(exportsDir, { recursive: true, force: true });
});

const get = (url: string) => app.inject({ url });
const publish = (tables: string[], authorization = `Bearer ${key}`) =>
  app.inject({
    method: 'PUT',
    url: '/api/publications/rio/educacao',
    headers: { authorization },
    payload: { ...ABOUT, tables },
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
    expect((await get('/dados/rio/educacao/escola')).body).toContain('Nova');
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
