import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openWorld, type World } from './world.ts';

let world: World;
let admin: string;
let ana: { name: string; key: string };

const PROJECT = '/bigquery/v2/projects/rj-escritorio';
const TABLE = `${PROJECT}/datasets/adm/tables/chamado`;
const DATASET = 'dataset/rj-escritorio.adm';

beforeAll(async () => {
  world = await openWorld();
  admin = world.server.adminKey;
  for (const dataset of ['adm', 'adm_staging']) {
    await ask('POST', `${PROJECT}/datasets`, { datasetReference: { datasetId: dataset } });
    await ask('POST', `${PROJECT}/datasets/${dataset}/tables`, {
      tableReference: { tableId: 'chamado' },
      schema: { fields: [{ name: 'cpf', type: 'STRING' }] },
    });
  }
}, 120_000);
afterAll(() => world?.close());
beforeEach(async () => {
  ana = await world.person('leitor', 'saude');
  await ask('PATCH', `${PROJECT}/datasets/adm`, { access: [] });
  await ask('POST', `${TABLE}:setIamPolicy`, { policy: { bindings: [] } });
});

async function ask(method: string, path: string, body?: unknown, key = admin): Promise<Record<string, unknown>> {
  const answer = await world.call(key, method, path, body);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
}

const statement = (query: string, key = admin) =>
  ask('POST', `${PROJECT}/queries`, { query, useLegacySql: false }, key);
/** What she is answered who reads it by a query of her own agency's. */
const reads = async (): Promise<number> => {
  const query = { query: 'SELECT * FROM `rj-escritorio.adm.chamado`', useLegacySql: false };
  return (await world.call(ana.key, 'POST', '/bigquery/v2/projects/rj-saude/queries', query)).status;
};
const explain = (resource: string) =>
  ask('GET', `/api/access/explain?principal=${ana.name}&action=table.read&resource=${resource}`);
const entries = async () => (await ask('GET', `${PROJECT}/datasets/adm`))['access'] as Record<string, string>[];
const own = async () => (await entries()).filter(({ specialGroup }) => specialGroup?.startsWith('project') !== true);

test('a GRANT is an access entry, a binding, and a reason', async () => {
  expect(await reads()).toBe(403);
  await statement(`GRANT \`roles/bigquery.dataViewer\` ON SCHEMA \`rj-escritorio.adm\` TO "user:${ana.name}"`);
  expect(await own()).toEqual([{ role: 'READER', userByEmail: ana.name }]);
  expect(await explain('column/rj-escritorio.adm.chamado.cpf')).toMatchObject({
    allowed: true,
    reason: 'leitor on dataset rj-escritorio.adm',
  });
  await expect.poll(reads).toBe(200);
  expect((await ask('GET', `/api/access/reach?principal=${ana.name}`))['reach']).toEqual(
    expect.arrayContaining([{ resource: DATASET, reason: 'leitor on dataset rj-escritorio.adm' }]),
  );
  await ask('DELETE', '/api/bindings', { principal: ana.name, role: 'leitor', scope: DATASET });
  expect(await own()).toEqual([]);
  await expect.poll(reads).toBe(403);
});

test('an IAM policy of a table is what REVOKE takes from', async () => {
  const members = [`user:${ana.name}`];
  const set = { policy: { bindings: [{ role: 'roles/bigquery.dataViewer', members }] } };
  const { etag } = await ask('POST', `${TABLE}:setIamPolicy`, set);
  expect(await ask('POST', `${TABLE}:getIamPolicy`, {})).toEqual({ version: 1, etag, ...set.policy });
  await expect.poll(reads).toBe(200);
  const granted = { permissions: ['bigquery.tables.getData', 'bigquery.tables.update', 'made.up'] };
  expect(await ask('POST', `${TABLE}:testIamPermissions`, granted, ana.key)).toEqual({
    permissions: ['bigquery.tables.getData'],
  });
  // Only that table.
  expect((await world.call(ana.key, 'GET', `${PROJECT}/datasets/adm/tables`)).status).toBe(403);
  const revoke = `REVOKE \`roles/bigquery.dataViewer\` ON TABLE \`rj-escritorio.adm.chamado\` FROM "user:${ana.name}"`;
  await statement(revoke);
  await statement(revoke);
  expect(await ask('POST', `${TABLE}:getIamPolicy`, {})).toMatchObject({ bindings: [] });
  const stale = await world.call(admin, 'POST', `${TABLE}:setIamPolicy`, { policy: { ...set.policy, etag } });
  expect(stale.status).toBe(412);
});

test('what everyone may read is said by somebody, and never of staging', async () => {
  const everyone = { role: 'roles/bigquery.dataViewer', iamMember: 'allUsers' };
  await ask('PATCH', `${PROJECT}/datasets/adm`, { access: [...(await entries()), everyone] });
  await expect.poll(reads).toBe(200);
  expect((await world.call(undefined, 'GET', `${TABLE}/data`)).status).toBe(401);
  const who = await ask('GET', `/api/access/who?action=table.read&resource=${DATASET}`);
  expect(who).toContainEqual(expect.objectContaining({ kind: 'everyone', principal: 'allUsers' }));

  const staging = { access: [everyone] };
  expect(await ask('PATCH', `${PROJECT}/datasets/adm_staging`, staging)).toMatchObject({
    access: [expect.anything(), expect.anything(), expect.anything()],
  });
  for (const grantee of ['allUsers', 'specialGroup:allAuthenticatedUsers']) {
    const grant = `GRANT \`roles/bigquery.dataViewer\` ON SCHEMA \`rj-escritorio.adm_staging\` TO "${grantee}"`;
    await expect(statement(grant)).rejects.toThrow(/400 .*staging/);
  }
  await expect(
    statement('GRANT `roles/bigquery.dataEditor` ON SCHEMA `rj-escritorio.adm` TO "allUsers"'),
  ).rejects.toThrow(/400 .*Everyone/);
});

test('who may write a dataset may not share it', async () => {
  const editor = await world.person('editor');
  const access = [{ role: 'OWNER', userByEmail: editor.name }];
  for (const [method, path, body] of [
    ['PATCH', `${PROJECT}/datasets/adm`, { access }],
    ['POST', `${PROJECT}/datasets`, { datasetReference: { datasetId: 'novo' }, access }],
    ['POST', `${TABLE}:setIamPolicy`, { policy: { bindings: [] } }],
    ['POST', `${PROJECT}/queries`, { query: `GRANT \`OWNER\` ON SCHEMA adm TO "user:${editor.name}"` }],
  ] as const) {
    expect((await world.call(editor.key, method, path, body)).status, path).toBe(403);
  }
  expect(await ask('GET', `${PROJECT}/datasets/adm`, undefined, editor.key)).not.toHaveProperty('access');
  expect((await world.call(editor.key, 'GET', `${PROJECT}/datasets/novo`)).status).toBe(404);
});

test('a table of an old name has none of its roles', async () => {
  await statement(`GRANT \`roles/bigquery.dataViewer\` ON TABLE \`rj-escritorio.adm.chamado\` TO "user:${ana.name}"`);
  await statement('DROP TABLE `rj-escritorio.adm.chamado`');
  await statement('CREATE TABLE `rj-escritorio.adm.chamado` (cpf STRING)');
  expect(await ask('POST', `${TABLE}:getIamPolicy`, {})).toMatchObject({ bindings: [] });
});

test.for([
  ['user:ninguem@nenhures', 404],
  ['group:ninguem', 404],
  ['domain:rio.br', 400],
  ['ana', 400],
] as const)('a role for %s is refused, with nothing given to anyone', async ([grantee, status]) => {
  const grant = `GRANT \`roles/bigquery.dataViewer\` ON SCHEMA \`rj-escritorio.adm\` TO "user:${ana.name}", "${grantee}"`;
  await expect(statement(grant)).rejects.toThrow(`: ${status} `);
  expect(await own()).toEqual([]);
});
