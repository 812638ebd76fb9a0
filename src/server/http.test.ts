import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Access, createAccess } from '../access/access.ts';
import { ArcosError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import type { Store } from '../store/store.ts';
import { openTestStore } from '../store/testing.ts';
import { createHttp } from './http.ts';

let store: Store;
let access: Access;
let app: FastifyInstance;
let webDist: string;
let key: string;

beforeAll(async () => {
  store = await openTestStore();
  access = createAccess(store);
  const id = await access.putPrincipal({
    kind: 'user',
    name: 'administrador',
    agency: null,
    bindings: [{ role: 'administrador', scope: { kind: 'platform', id: '' } }],
  });
  key = await access.issueKey(id, { purpose: 'test' });
  webDist = mkdtempSync(join(tmpdir(), 'arcos-web-'));
  mkdirSync(join(webDist, 'assets'));
  writeFileSync(join(webDist, 'index.html'), '<p>console</p>');
  writeFileSync(join(webDist, 'assets', 'a.js'), 'a');
  app = await createHttp({ access, log: silentLog, webDist, loopbackPrincipal: id });
  const platform = { access: { action: 'access.manage', resource: () => ({}) } } as const;
  app.get('/manage', { config: platform }, async () => ({ done: true }));
  app.post('/manage', { config: platform }, async () => ({ done: true }));
  app.get('/conflict', { config: { access: 'public' } }, async () => {
    throw new ArcosError('CONFLICT', 'Já existe', { hint: 'Use outro nome.' });
  });
  app.get('/broken', { config: { access: 'public' } }, async () => {
    throw new TypeError('secret detail');
  });
});
afterAll(async () => {
  await app.close();
  await store.close();
  rmSync(webDist, { recursive: true, force: true });
});

it('does not start with a route that says nothing of who may', () => {
  expect(() => app.get('/open', async () => 1)).toThrow(/declares no access/);
});

it('answers 401 without a key or with a wrong one', async () => {
  expect((await app.inject({ url: '/manage' })).statusCode).toBe(401);
  expect((await app.inject({ url: '/manage', headers: { authorization: 'Bearer x' } })).statusCode).toBe(401);
  expect((await app.inject({ url: '/manage', headers: { authorization: `Bearer ${key}` } })).statusCode).toBe(200);
});

it('tells an error with its code and hint, and an unforeseen one without its details', async () => {
  const conflict = await app.inject({ url: '/conflict' });
  expect(conflict.statusCode).toBe(409);
  expect(conflict.json()).toMatchObject({ error: { code: 'CONFLICT', message: 'Já existe', hint: 'Use outro nome.' } });
  const broken = await app.inject({ url: '/broken' });
  expect(broken.statusCode).toBe(500);
  expect(broken.body).not.toContain('secret');
});

it('opens a session for a key, and for whoever is on this machine', async () => {
  const bad = await app.inject({ method: 'POST', url: '/api/session', payload: { key: 'arcos_no' } });
  expect(bad.statusCode).toBe(401);
  const good = await app.inject({ method: 'POST', url: '/api/session', payload: { key } });
  expect(good.headers['set-cookie']).toMatch(/HttpOnly; SameSite=Strict/);
  const here = await app.inject({ url: '/console/runs', headers: { host: 'localhost:8484' } });
  const cookie = String(here.headers['set-cookie']).split(';')[0] ?? '';
  expect((await app.inject({ url: '/manage', headers: { cookie } })).statusCode).toBe(200);
});

it.each([
  ['another machine', { host: 'localhost' }, '10.0.0.7'],
  ['a page of another name that resolves to this machine', { host: 'evil.example' }, '127.0.0.1'],
])('gives no session to %s', async (_, headers, remoteAddress) => {
  const answer = await app.inject({ url: '/console', headers, remoteAddress });
  expect(answer.headers['set-cookie']).toBeUndefined();
});

it('refuses changes that a page of another site asks for by cookie', async () => {
  const here = await app.inject({ url: '/console', headers: { host: 'localhost' } });
  const cookie = String(here.headers['set-cookie']).split(';')[0] ?? '';
  const post = (headers: Record<string, string>) =>
    app.inject({ method: 'POST', url: '/manage', headers: { cookie, host: 'localhost', ...headers } });
  expect((await post({ 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
  expect((await post({ origin: 'https://evil.example' })).statusCode).toBe(403);
  expect((await post({ 'sec-fetch-site': 'same-origin' })).statusCode).toBe(200);
});

it('serves the built files and nothing beside them, under a content security policy', async () => {
  const file = await app.inject({ url: '/web/assets/a.js' });
  expect(file.headers['cache-control']).toContain('immutable');
  expect(file.headers['content-security-policy']).toContain("default-src 'self'");
  expect((await app.inject({ url: '/web/../../etc/passwd' })).statusCode).toBe(404);
  expect((await app.inject({ url: '/web/%2e%2e/%2e%2e/etc/passwd' })).statusCode).toBeGreaterThanOrEqual(400);
});
