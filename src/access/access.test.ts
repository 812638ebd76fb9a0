import Fastify from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ArcosError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { openTestStore } from '../store/testing.ts';
import { type Access, createAccess } from './access.ts';
import { guard } from './http.ts';
import { may } from './may.ts';
import { ACTIONS } from './policy.ts';

let store: Store;
let access: Access;
let now: Date;

beforeEach(async () => {
  store = await openTestStore();
  now = new Date('2026-01-01T00:00:00Z');
  access = createAccess(store, { now: () => now });
  for (const id of ['escritorio', 'saude']) {
    await access.putAgency({ id, name: id });
    await access.putProject({ id: `rj-${id}`, agency: id });
    await access.putNamespace({ id: `rj-${id}`, agency: id, project: `rj-${id}` });
  }
});
afterEach(() => store.close());

const later = (milliseconds: number) => {
  now = new Date(now.getTime() + milliseconds);
};

async function reader(): Promise<{ id: string; key: string }> {
  const id = await access.putPrincipal({
    kind: 'user',
    name: 'ana@rio',
    agency: 'escritorio',
    bindings: [{ role: 'leitor', scope: { kind: 'agency', id: 'escritorio' } }],
  });
  return { id, key: await access.issueKey(id, { purpose: 'test' }) };
}

test('a role allows within its scope and nowhere else', async () => {
  const { key } = await reader();
  const ana = await access.authenticate(key);
  if (ana === undefined) throw new Error('not authenticated');
  expect(may(ana, 'table.read', { agency: 'escritorio', project: 'rj-escritorio' })).toMatchObject({
    allowed: true,
    reason: 'leitor on agency escritorio',
  });
  expect(may(ana, 'table.write', { agency: 'escritorio' }).allowed).toBe(false);
  expect(may(ana, 'table.read', { agency: 'saude' }).reason).toContain('agency saude');
  expect(may(ana, 'table.read', {}).allowed).toBe(false);
});

test('a principal without a binding may do nothing', async () => {
  const id = await access.putPrincipal({ kind: 'user', name: 'x', agency: null, bindings: [] });
  const nobody = await access.authenticate(await access.issueKey(id, { purpose: 'test' }));
  if (nobody === undefined) throw new Error('not authenticated');
  for (const action of ACTIONS) expect(may(nobody, action, { agency: 'escritorio' }).allowed).toBe(false);
});

test('a key is refused when altered, expired or revoked', async () => {
  const { id, key } = await reader();
  const altered = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
  expect(await access.authenticate(altered)).toBeUndefined();
  expect(await access.authenticate('')).toBeUndefined();
  expect(await access.authenticate("arcos_' or 1=1")).toBeUndefined();

  const short = await access.issueKey(id, { purpose: 'test', expiresAt: new Date(now.getTime() + 1000) });
  expect(await access.authenticate(short)).toBeDefined();
  later(1500);
  expect(await access.authenticate(short)).toBeUndefined();

  expect(await access.authenticate(key)).toBeDefined();
  await access.revokeKeys(id);
  later(1500);
  expect(await access.authenticate(key)).toBeUndefined();
});

test('no key is stored', async () => {
  const { key } = await reader();
  const rows = await store
    .tables<{ 'access.key': { sha256: string } }>()
    .selectFrom('access.key')
    .selectAll()
    .execute();
  expect(JSON.stringify(rows)).not.toContain(key.slice(-43));
});

test('the door lets in who may, and tells the others apart', async () => {
  const app = Fastify();
  guard(app, access);
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof ArcosError)) throw error;
    void reply.status(error.http).send({ code: error.code });
  });
  app.get('/open', { config: { access: 'public' } }, async () => 'open');
  app.get<{ Params: { agency: string } }>(
    '/tables/:agency',
    {
      config: {
        access: {
          action: 'table.read',
          resource: (request) => ({ agency: (request.params as { agency: string }).agency }),
        },
      },
    },
    async (request) => request.principal.name,
  );
  await app.ready();
  const { key } = await reader();
  const get = async (url: string, authorization?: string) => {
    const answer = await app.inject({ url, headers: authorization === undefined ? {} : { authorization } });
    return [answer.statusCode, answer.body];
  };
  expect(await get('/open')).toEqual([200, 'open']);
  expect(await get('/open', 'Bearer nonsense')).toEqual([401, '{"code":"UNAUTHENTICATED"}']);
  expect(await get('/tables/escritorio')).toEqual([401, '{"code":"UNAUTHENTICATED"}']);
  expect(await get('/tables/escritorio', `Basic ${key}`)).toEqual([401, '{"code":"UNAUTHENTICATED"}']);
  expect(await get('/tables/escritorio', `Bearer ${key}`)).toEqual([200, 'ana@rio']);
  expect(await get('/tables/saude', `Bearer ${key}`)).toEqual([403, '{"code":"DENIED"}']);
  await app.close();
});

test('a route that declares no access stops the start', () => {
  const app = Fastify();
  guard(app, access);
  expect(() => app.get('/forgotten', async () => 'oops')).toThrow('declares no access');
});
