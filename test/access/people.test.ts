import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from './world.ts';

let world: World;
let admin: string;

beforeAll(async () => {
  world = await openWorld();
  admin = world.server.adminKey;
}, 120_000);
afterAll(() => world?.close());

const PASSWORD = 'quatro palavras bem longas';

async function invite(name: string, agency: string | null = 'escritorio'): Promise<string> {
  expect((await world.call(admin, 'PUT', `/api/users/${name}`, { agency })).status).toBe(200);
  const answer = await world.call(admin, 'POST', `/api/users/${name}/invitation`, {});
  return ((await answer.json()) as { token: string }).token;
}

async function newUser(name: string): Promise<void> {
  const answer = await world.call(undefined, 'POST', '/api/password', {
    token: await invite(name),
    password: PASSWORD,
  });
  expect(answer.status).toBe(204);
}

async function keyOf(user: string, password = PASSWORD): Promise<string> {
  const answer = await world.call(undefined, 'POST', '/api/keys', { user, password });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { key: string }).key;
}

const statusOf = async (key: string | undefined, path: string, server = world.origin) =>
  (await fetch(server + path, key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } })).status;

test('the first administrator chooses a password by a link that is good once', async () => {
  const { welcome } = world.server;
  const page = await fetch(welcome ?? '');
  expect(await page.text()).toContain('type="hidden" name="token"');
  const token = new URL(welcome ?? '').searchParams.get('token') ?? '';
  const choose = (password: string) =>
    fetch(`${world.origin}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ token, password, next: '/console/runs' }),
    });
  const short = await choose('curta');
  expect([short.status, await short.text()]).toEqual([400, expect.stringContaining('12 to 256')]);
  const chosen = await choose(PASSWORD);
  expect([chosen.status, chosen.headers.get('location')]).toEqual([303, '/console/runs']);
  expect(chosen.headers.get('set-cookie')).toMatch(/^arcos_session=.*HttpOnly; SameSite=Strict/);
  expect((await choose('outra senha bem longa')).status).toBe(401);
  expect(await statusOf(await keyOf('administrador'), '/api/principals')).toBe(200);
});

test('a user logs in, changes the password by a link, and is out when disabled', async () => {
  await newUser('bia@escritorio');
  const login = await world.call(undefined, 'POST', '/api/session', { user: 'bia@escritorio', password: PASSWORD });
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  const session = async () => (await fetch(`${world.origin}/api/session`, { headers: { cookie } })).json();
  expect(await session()).toMatchObject({ kind: 'user', name: 'bia@escritorio', bindings: [] });

  const again = await invite('bia@escritorio');
  const changed = await world.call(undefined, 'POST', '/api/password', { token: again, password: `${PASSWORD} novas` });
  expect(changed.status).toBe(204);
  await expect.poll(session).toMatchObject({ kind: 'anonymous' });

  const key = await keyOf('bia@escritorio', `${PASSWORD} novas`);
  expect(await statusOf(key, '/api/runs')).toBe(403);
  await world.call(admin, 'PATCH', '/api/principals/bia@escritorio', { disabled: true });
  await expect.poll(() => statusOf(key, '/api/runs')).toBe(401);
  const out = await world.call(undefined, 'POST', '/api/keys', {
    user: 'bia@escritorio',
    password: `${PASSWORD} novas`,
  });
  expect(out.status).toBe(401);
});

test('logging out ends the session on the server too', async () => {
  await newUser('caio@escritorio');
  const login = await world.call(undefined, 'POST', '/api/session', { user: 'caio@escritorio', password: PASSWORD });
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect((await fetch(`${world.origin}/api/runs`, { headers: { cookie } })).status).toBe(403);
  await fetch(`${world.origin}/api/session`, { method: 'DELETE', headers: { cookie } });
  expect((await fetch(`${world.origin}/api/runs`, { headers: { cookie } })).status).toBe(401);
});

test('a member has the roles of its group, and explain says by which', async () => {
  await newUser('duda@escritorio');
  const key = await keyOf('duda@escritorio');
  await world.call(admin, 'PUT', '/api/groups/analistas', { agency: 'escritorio' });
  const role = { principal: 'analistas', role: 'leitor', scope: 'project/rj-escritorio' };
  expect((await world.call(admin, 'POST', '/api/bindings', role)).status).toBe(200);
  await world.call(admin, 'PUT', '/api/groups/analistas/members/duda@escritorio', {});
  const datasets = '/bigquery/v2/projects/rj-escritorio/datasets';
  await expect.poll(() => statusOf(key, datasets)).toBe(200);
  expect(await statusOf(key, '/bigquery/v2/projects/rj-saude/datasets')).toBe(403);

  const explain = async () => {
    const query = new URLSearchParams({
      principal: 'duda@escritorio',
      action: 'table.read',
      resource: 'dataset/rj-escritorio.x',
    });
    return (await world.call(admin, 'GET', `/api/access/explain?${query}`)).json();
  };
  expect(await explain()).toMatchObject({
    allowed: true,
    reason: 'leitor on project rj-escritorio, by the group analistas',
  });
  const who = await world.call(admin, 'GET', '/api/access/who?action=table.read&resource=project/rj-escritorio');
  expect(await who.json()).toContainEqual(expect.objectContaining({ principal: 'duda@escritorio' }));

  await world.call(admin, 'DELETE', '/api/groups/analistas/members/duda@escritorio', {});
  await expect.poll(() => statusOf(key, datasets)).toBe(403);
  expect(await explain()).toMatchObject({ allowed: false, reason: expect.stringContaining('no role of duda') });
});

test('a role on one table is a role on that table alone', async () => {
  await newUser('eva@escritorio');
  const table = { principal: 'eva@escritorio', role: 'leitor', scope: 'table/rj-escritorio.d.t' };
  expect((await world.call(admin, 'POST', '/api/bindings', table)).status).toBe(200);
  const allowed = async (resource: string) => {
    const query = new URLSearchParams({ principal: 'eva@escritorio', action: 'table.read', resource });
    const answer = await world.call(admin, 'GET', `/api/access/explain?${query}`);
    return ((await answer.json()) as { allowed: boolean }).allowed;
  };
  expect(await allowed('table/rj-escritorio.d.t')).toBe(true);
  expect(await allowed('table/rj-escritorio.d.u')).toBe(false);
  expect(await allowed('dataset/rj-escritorio.d')).toBe(false);
  expect(await allowed('table/rj-saude.d.t')).toBe(false);
});

test('an agency’s administrator can take no role that is not theirs to give', async () => {
  const { key } = await world.person('administrador');
  const grant = (principal: string, scope: string) =>
    world.call(key, 'POST', '/api/bindings', { principal, role: 'administrador', scope });
  const me = await world.person('leitor');
  for (const scope of ['platform', 'agency/saude', 'project/rj-saude', 'namespace/rj-saude']) {
    expect((await grant(me.name, scope)).status, scope).toBe(403);
  }
  // Nor by the password, key or group of somebody who has one.
  const id = await world.access.putPrincipal({
    kind: 'service_account',
    name: 'robo-da-plataforma',
    agency: 'escritorio',
    bindings: [{ role: 'administrador', scope: { kind: 'platform', id: '' } }],
  });
  expect(id).toBeTruthy();
  const keys = '/api/principals/robo-da-plataforma/keys';
  expect((await world.call(key, 'POST', keys, { purpose: 'x' })).status).toBe(403);
  const file = '/api/service-accounts/robo-da-plataforma/keys';
  expect((await world.call(key, 'POST', file, { project: 'rj-escritorio' })).status).toBe(403);
  expect((await world.call(key, 'POST', '/api/users/administrador/invitation', {})).status).toBe(403);
  expect((await world.call(key, 'PUT', '/api/users/administrador', { agency: 'escritorio' })).status).toBe(409);
  const agent = await world.call(key, 'POST', '/api/namespaces/rj-saude/agents', { name: 'x' });
  expect(agent.status).toBe(403);
});

test('an agent enrols by a token, once', async () => {
  const made = await world.call(admin, 'POST', '/api/namespaces/rj-escritorio/agents', { name: 'orgao' });
  const { token, name } = (await made.json()) as { token: string; name: string };
  expect(name).toBe('orgao@rj-escritorio');
  const enrol = () => world.call(undefined, 'POST', '/api/agents/enrol', { token });
  const { key } = (await (await enrol()).json()) as { key: string };
  expect((await enrol()).status).toBe(401);
  const claim = (namespace: string) =>
    world.call(key, 'POST', '/api/agents/claim', { namespace, name: 'orgao', labels: [], slots: 1, waitMs: 0 });
  expect((await claim('rj-escritorio')).status).toBe(200);
  expect((await claim('rj-saude')).status).toBe(403);
});

test('what is revoked on one server is revoked on the other within two seconds', { timeout: 120_000 }, async () => {
  const other = await world.another();
  const { name, key } = await world.person('administrador');
  const path = '/api/principals?agency=escritorio';
  const both = async () => [await statusOf(key, path), await statusOf(key, path, other)];
  expect(await both()).toEqual([200, 200]);
  await world.call(admin, 'PATCH', `/api/principals/${name}`, { disabled: true });
  await expect.poll(both, { timeout: 2_000, interval: 100 }).toEqual([401, 401]);
  await world.call(admin, 'PATCH', `/api/principals/${name}`, { disabled: false });
  await expect.poll(both, { timeout: 2_000, interval: 100 }).toEqual([200, 200]);
  const role = { principal: name, role: 'administrador', scope: 'agency/escritorio' };
  await world.call(admin, 'DELETE', '/api/bindings', role);
  await expect.poll(both, { timeout: 2_000, interval: 100 }).toEqual([403, 403]);
  const keys = (await (await world.call(admin, 'GET', `/api/principals/${name}/keys`)).json()) as { id: string }[];
  for (const { id } of keys) await world.call(admin, 'DELETE', `/api/principals/${name}/keys/${id}`);
  await expect.poll(both, { timeout: 2_000, interval: 100 }).toEqual([401, 401]);
});
