import { createSign } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asArcosError } from '../../base/errors.ts';
import type { Store } from '../../store/store.ts';
import { openTestStore } from '../../store/testing.ts';
import { type Access, createAccess } from '../access.ts';
import { guard } from '../http.ts';
import type { ServiceAccountFile } from '../servicekey.ts';
import { accessRoutes } from './routes.ts';

let store: Store;
let access: Access;
let app: FastifyInstance;
let now: Date;
let admin: string;

beforeEach(async () => {
  store = await openTestStore();
  now = new Date();
  access = createAccess(store, { now: () => now });
  for (const id of ['escritorio', 'saude']) {
    await access.putAgency({ id, name: id });
    await access.putProject({ id: `rj-${id}`, agency: id });
  }
  app = Fastify();
  guard(app, access);
  app.setErrorHandler((error, _request, reply) => reply.status(asArcosError(error).http).send());
  await app.register(accessRoutes({ access }));
  app.get(
    '/whoami',
    { config: { access: { action: 'table.read', resource: () => ({ agency: 'escritorio' }) } } },
    (request) => ({
      name: request.principal.name,
    }),
  );
  admin = await adminOf('escritorio');
});
afterEach(async () => {
  await app.close();
  await store.close();
});

async function adminOf(agency: string): Promise<string> {
  const bindings = [{ role: 'administrador' as const, scope: { kind: 'agency' as const, id: agency } }];
  const id = await access.putPrincipal({ kind: 'user', name: `admin@${agency}`, agency, bindings });
  return access.issueKey(id, { purpose: 'test' });
}

const send = (key: string, method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, payload?: object) =>
  app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${key}` },
    ...(payload === undefined ? {} : { payload }),
  });

async function newKey(key = admin): Promise<ServiceAccountFile> {
  const account = { agency: 'escritorio', role: 'leitor' };
  expect((await send(key, 'PUT', '/api/service-accounts/robo@rio', account)).statusCode).toBe(200);
  const issued = await send(key, 'POST', '/api/service-accounts/robo@rio/keys', { project: 'rj-escritorio' });
  return issued.json<ServiceAccountFile>();
}

/** As Google's libraries make them. */
function assertion(file: ServiceAccountFile, claims: object = {}, header: object = {}): string {
  const iat = Math.floor(now.getTime() / 1000);
  const body = { iss: file.client_email, aud: file.token_uri, scope: 'x', iat, exp: iat + 3600, ...claims };
  const head = { alg: 'RS256', typ: 'JWT', kid: file.private_key_id, ...header };
  const text = [head, body].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${createSign('RSA-SHA256').update(text).sign(file.private_key, 'base64url')}`;
}

const exchange = (jwt: string) =>
  app.inject({
    method: 'POST',
    url: '/oauth2/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: jwt,
    }).toString(),
  });

test('a key file is exchanged for a token, or signs requests itself, until it is revoked', async () => {
  const file = await newKey();
  expect(file).toMatchObject({ type: 'service_account', project_id: 'rj-escritorio', client_email: 'robo@rio' });
  const answer = await exchange(assertion(file));
  expect(answer.json()).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
  const { access_token: token } = answer.json<{ access_token: string }>();
  const selfSigned = assertion(file, { aud: 'https://storage.googleapis.com/' });
  for (const credential of [token, selfSigned]) {
    expect((await send(credential, 'GET', '/whoami')).json()).toEqual({ name: 'robo@rio' });
  }
  expect((await send(admin, 'GET', '/api/service-accounts/robo@rio/keys')).json()).toMatchObject([
    { id: file.private_key_id, revokedAt: null },
  ]);
  const key = `/api/service-accounts/robo@rio/keys/${file.private_key_id}`;
  expect((await send(admin, 'DELETE', key)).statusCode).toBe(204);
  now = new Date(now.getTime() + 2000);
  for (const credential of [token, selfSigned]) expect((await send(credential, 'GET', '/whoami')).statusCode).toBe(401);
  expect((await exchange(assertion(file))).json()).toMatchObject({ error: 'invalid_grant' });
});

test('an assertion that is not right in every point is refused', async () => {
  const file = await newKey();
  const other = await newKey();
  const seconds = Math.floor(now.getTime() / 1000);
  const wrong = [
    assertion({ ...file, private_key: other.private_key }),
    assertion(file, { aud: 'http://elsewhere/oauth2/token' }),
    assertion(file, { iss: 'admin@escritorio' }),
    assertion(file, { sub: 'admin@escritorio' }),
    assertion(file, { iat: seconds - 4000, exp: seconds - 10 }),
    assertion(file, { exp: seconds + 90_000 }),
    assertion(file, { iat: seconds + 1000, exp: seconds + 2000 }),
    assertion(file, {}, { alg: 'none' }),
    assertion(file, {}, { kid: 'unknown' }),
    'nonsense',
  ];
  for (const jwt of wrong) {
    const answer = await exchange(jwt);
    expect([answer.statusCode, answer.json<{ error: string }>().error]).toEqual([400, 'invalid_grant']);
  }
  expect((await send(assertion(file, { iss: 'admin@escritorio' }), 'GET', '/whoami')).statusCode).toBe(401);
});

test.for([
  ['application/x-www-form-urlencoded', 'grant_type=password', 'unsupported_grant_type'],
  ['application/json', '{', 'invalid_request'],
] as const)('a token request of %s "%s" is answered with %s', async ([type, payload, error]) => {
  const answer = await app.inject({ method: 'POST', url: '/oauth2/token', headers: { 'content-type': type }, payload });
  expect([answer.statusCode, answer.json<{ error: string }>().error]).toEqual([400, error]);
});

test('an agency manages its own accounts alone', async () => {
  await newKey();
  const health = await adminOf('saude');
  const refused = [
    await send(health, 'PUT', '/api/service-accounts/x@rio', { agency: 'escritorio', role: 'leitor' }),
    await send(health, 'POST', '/api/service-accounts/robo@rio/keys', { project: 'rj-saude' }),
    await send(health, 'GET', '/api/service-accounts/robo@rio/keys'),
    await send(health, 'GET', '/api/service-accounts/admin@saude/keys'),
  ];
  expect(refused.map(({ statusCode }) => statusCode)).toEqual([403, 403, 403, 403]);
  const taken = await send(health, 'PUT', '/api/service-accounts/robo@rio', { agency: 'saude', role: 'leitor' });
  expect(taken.statusCode).toBe(409);
  const project = { agency: 'saude', role: 'leitor', project: 'rj-escritorio' };
  expect((await send(health, 'PUT', '/api/service-accounts/y@rio', project)).statusCode).toBe(400);
});

test('a token is refused when the account is gone', async () => {
  const file = await newKey();
  const { access_token: token } = (await exchange(assertion(file))).json<{ access_token: string }>();
  await access.removePrincipal('robo@rio');
  now = new Date(now.getTime() + 2000);
  expect((await send(token, 'GET', '/whoami')).statusCode).toBe(401);
});
