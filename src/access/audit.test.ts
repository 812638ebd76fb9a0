import Fastify, { type FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asArcosError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { openTestStore } from '../store/testing.ts';
import { type Access, createAccess } from './access.ts';
import { auditRoute } from './api/audit.ts';
import { type Audit, type AuditEntry, createAudit } from './audit.ts';
import { guard } from './http.ts';
import { ANONYMOUS } from './principal.ts';

let store: Store;
let access: Access;
let audit: Audit;
let app: FastifyInstance;
let key: string;

beforeEach(async () => {
  store = await openTestStore();
  access = createAccess(store);
  audit = createAudit(store);
  await access.putAgency({ id: 'escritorio', name: 'Escritório' });
  const id = await access.putPrincipal({
    kind: 'user',
    name: 'ana@rio',
    agency: 'escritorio',
    bindings: [{ role: 'administrador', scope: { kind: 'agency', id: 'escritorio' } }],
  });
  key = await access.issueKey(id, { purpose: 'test' });
  app = Fastify();
  guard(app, access, { audit });
  app.setErrorHandler((error, _request, reply) => reply.status(asArcosError(error).http).send());
  auditRoute(app, audit);
  const config = (agency: string) => ({ access: { action: 'table.write', resource: () => ({ agency }) } }) as const;
  app.get('/page', { config: { access: 'public' } }, async () => 'page');
  app.get('/own/:name', { config: config('escritorio') }, async () => 'own');
  app.post('/own/:name', { config: config('escritorio') }, async () => 'own');
  app.post('/other', { config: config('saude') }, async () => 'other');
});
afterEach(async () => {
  await app.close();
  await audit.close();
  await store.close();
});

const authorization = () => ({ authorization: `Bearer ${key}` });

async function entries(query: Parameters<Audit['read']>[0] = {}): Promise<AuditEntry[]> {
  const all: AuditEntry[] = [];
  for await (const entry of audit.read(query)) all.push(entry);
  return all;
}

test('what everyone did is in the log, with who, what, on what, whence and the result; secrets are not', async () => {
  const headers = authorization();
  await app.inject({
    method: 'POST',
    url: '/own/a?senha=s3gredo',
    headers,
    payload: { cpf: '123' },
    remoteAddress: '10.1.2.3',
  });
  expect(await entries()).toMatchObject([
    {
      name: 'ana@rio',
      kind: 'user',
      agency: 'escritorio',
      owner: 'escritorio',
      action: 'table.write',
      operation: 'POST /own/:name',
      path: '/own/a',
      resource: { agency: 'escritorio' },
      address: '10.1.2.3',
      status: 200,
    },
  ]);
  await app.inject({ url: '/own/b', headers });
  await app.inject({ method: 'POST', url: '/other', headers });
  await app.inject({ method: 'POST', url: '/own/c', headers: { authorization: 'Bearer arcos_wrong' } });
  await app.inject({ url: '/page' });
  await audit.close();
  const all = await entries();
  expect(all.map(({ path, status, name }) => [path, status, name]).sort()).toEqual([
    ['/other', 403, 'ana@rio'],
    ['/own/a', 200, 'ana@rio'],
    ['/own/b', 200, 'ana@rio'],
    ['/own/c', 401, 'anonymous'],
  ]);
  const text = JSON.stringify(all);
  for (const secret of ['s3gredo', '123"', key, 'arcos_']) expect(text).not.toContain(secret);
});

test('the log can only be added to', async () => {
  await audit.write({
    principal: ANONYMOUS,
    operation: 'GET /x',
    path: '/x',
    resource: {},
    address: '::1',
    status: 200,
  });
  for (const statement of [
    'UPDATE access.audit SET name = $$x$$',
    'DELETE FROM access.audit',
    'TRUNCATE access.audit',
    'SET LOCAL session_replication_role = replica; DELETE FROM access.audit',
  ]) {
    const change = store
      .tables()
      .transaction()
      .execute((db) => sql.raw(statement).execute(db));
    await expect(change, statement).rejects.toThrow('can only be added to');
  }
  expect(await entries()).toHaveLength(1);
});

test('entries that come together are all there, and found by who, when and where', async () => {
  const events = Array.from({ length: 5_000 }, (_, index) => ({
    principal: { ...ANONYMOUS, name: index % 2 === 0 ? 'even' : 'odd' },
    operation: 'GET /x',
    path: `/x/${index}\0`,
    resource: index % 5 === 0 ? { agency: 'saude' } : {},
    address: '::1',
    status: 200,
  }));
  await Promise.all(events.map((event) => audit.write(event)));
  const all = await entries();
  expect(new Set(all.map(({ path }) => path)).size).toBe(5_000);
  expect(await entries({ name: 'odd' })).toHaveLength(2_500);
  expect(await entries({ agency: 'saude' })).toHaveLength(1_000);
  expect(await entries({ after: all[4_989]?.id ?? 0 })).toHaveLength(10);
  expect(await entries({ until: new Date(0) })).toEqual([]);
});

test('an agency’s administrator exports the entries of the agency, and no other', async () => {
  const get = (url: string) => app.inject({ url, headers: authorization() });
  await get('/own/a');
  await expect.poll(() => entries()).toHaveLength(1);
  const own = await get('/api/audit?agency=escritorio');
  expect(own.headers['content-type']).toContain('ndjson');
  const lines = own.body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEntry);
  expect(lines).toMatchObject([{ path: '/own/a', name: 'ana@rio' }]);
  expect((await get('/api/audit')).statusCode).toBe(403);
  expect((await get('/api/audit?agency=saude')).statusCode).toBe(403);
  expect((await get('/api/audit?agency=escritorio&since=yesterday')).statusCode).toBe(400);
});

test('a request that is open when its key is revoked is cut', async () => {
  const principal = await access.principal('ana@rio');
  app.get(
    '/stream',
    { config: { access: { action: 'table.write', resource: () => ({ agency: 'escritorio' }) } } },
    async (_request, reply) => {
      reply.hijack();
      reply.raw.write('first\n');
    },
  );
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  const answer = await fetch(`${origin}/stream`, { headers: authorization() });
  const reader = answer.body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first\n');
  await access.revokeKeys(principal?.id ?? '');
  await expect(reader?.read()).rejects.toThrow();
});
