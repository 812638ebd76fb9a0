import type {} from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Access } from '../access/access.ts';
import { SESSION_COOKIE } from '../access/http.ts';
import { parse } from '../access/input.ts';
import { checkPassword } from '../access/password.ts';
import type { Principal } from '../access/principal.ts';
import { ArcosError } from '../base/errors.ts';

const HOURS = 12;

export interface SessionOptions {
  readonly access: Access;
  /** Principal that whoever is on this machine enters the console as; absent where a key is needed. */
  readonly loopbackPrincipal?: string;
}

const SESSION = z.union([
  z.strictObject({ key: z.string().max(4_096) }),
  z.strictObject({ user: z.string().max(254), password: z.string().max(1_024) }),
]);
const PASSWORD = z.strictObject({ token: z.string().max(100), password: z.string().max(1_024) });
const ENROL = z.strictObject({ token: z.string().max(100) });
const LOGIN = z.strictObject({ user: z.string().max(254), password: z.string().max(1_024) });

/** Days that a key from `arcos login` is good for. */
const KEY_DAYS = 30;

/**
 * Browser sessions: a cookie that holds a key of a few hours, which no script can read and no other site can send.
 * Each login makes a new one, and logging out ends it here too.
 */
export function sessionRoutes(app: FastifyInstance, { access }: SessionOptions): void {
  const open = { config: { access: 'public' } } as const;
  const openFor = (body: z.ZodType) => ({ config: { ...open.config, says: { body } } });
  const { people } = access;

  app.get('/api/session', open, async ({ principal: { kind, name, agency, bindings } }) => ({
    kind,
    name,
    agency,
    bindings,
  }));

  app.post('/api/session', openFor(SESSION), async (request, reply) => {
    const said = parse(SESSION, request.body);
    const principal = 'key' in said ? await byKey(said.key) : await byPassword(request, said);
    request.principal = principal;
    await openSession(access, principal.id, request, reply);
    return { name: principal.name };
  });

  app.delete('/api/session', open, async (request, reply) => {
    const key = request.cookies[SESSION_COOKIE];
    if (key !== undefined) await access.revokeKey(key);
    void reply.clearCookie(SESSION_COOKIE, { path: '/' });
    return reply.status(204).send();
  });

  // Whoever has a one-time link chooses a password, and is logged in by that.
  app.post('/api/password', openFor(PASSWORD), async (request, reply) => {
    const { token, password } = parse(PASSWORD, request.body);
    checkPassword(password);
    const id = await people.redeem(token, 'password', request.ip);
    await people.setPassword(id, password);
    await openSession(access, id, request, reply);
    return reply.status(204).send();
  });

  app.post('/api/keys', openFor(LOGIN), async (request, reply) => {
    const principal = await byPassword(request, parse(LOGIN, request.body));
    request.principal = principal;
    const expiresAt = new Date(Date.now() + KEY_DAYS * 24 * 3_600_000);
    const key = await access.issueKey(principal.id, { purpose: 'login', expiresAt });
    return reply.header('cache-control', 'no-store').send({ key, expiresAt });
  });

  app.post('/api/agents/enrol', openFor(ENROL), async (request, reply) => {
    const id = await people.redeem(parse(ENROL, request.body).token, 'key', request.ip);
    const key = await access.issueKey(id, { purpose: 'enrolled' });
    return reply.header('cache-control', 'no-store').send({ key });
  });

  async function byKey(key: string): Promise<Principal> {
    const principal = await access.authenticate(key);
    if (principal !== undefined) return principal;
    throw new ArcosError('UNAUTHENTICATED', 'The key is not valid: unknown, expired or revoked');
  }

  async function byPassword({ ip }: FastifyRequest, { user, password }: z.infer<typeof LOGIN>): Promise<Principal> {
    await people.login({ name: user, password, address: ip });
    const principal = await access.principal(user);
    if (principal !== undefined) return principal;
    throw new ArcosError('UNAUTHENTICATED', 'There is no user of that name and password');
  }
}

export async function openSession(
  access: Access,
  principal: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const expiresAt = new Date(Date.now() + HOURS * 3_600_000);
  const key = await access.issueKey(principal, { purpose: 'session', expiresAt });
  void reply.setCookie(SESSION_COOKIE, key, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
    expires: expiresAt,
  });
}

/** Lets who is on this machine in, when the settings say so and the browser has no session yet. */
export async function enterByLoopback(
  { access, loopbackPrincipal }: SessionOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (loopbackPrincipal === undefined || request.principal.kind !== 'anonymous') return;
  // The Host header too: a page of another name that resolves to this machine is not on it.
  if (isLoopback(request.ip) && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(request.hostname))
    await openSession(access, loopbackPrincipal, request, reply);
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}

/** A request that changes something by virtue of a cookie must come from a page of ours. */
export function refuseForeignOrigins(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method) || request.headers.authorization !== undefined) return;
    const site = request.headers['sec-fetch-site'];
    const { origin } = request.headers;
    const foreign =
      site !== undefined
        ? site !== 'same-origin' && site !== 'none'
        : origin !== undefined && URL.parse(origin)?.host !== request.host;
    if (foreign) throw new ArcosError('DENIED', 'This request comes from a page of another site');
  });
}
