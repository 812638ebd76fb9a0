import type {} from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../access/access.ts';
import { SESSION_COOKIE } from '../access/http.ts';
import { ArcosError } from '../base/errors.ts';

const HOURS = 12;

export interface SessionOptions {
  readonly access: Access;
  /** Principal that whoever is on this machine enters the console as; absent where a key is needed. */
  readonly loopbackPrincipal?: string;
}

/** Browser sessions: a cookie that holds a key of a few hours, which no script can read and no other site can send. */
export function sessionRoutes(app: FastifyInstance, { access }: SessionOptions): void {
  app.post<{ Body: { key?: string } }>('/api/session', { config: { access: 'public' } }, async ({ body }, reply) => {
    const principal = await access.authenticate(body?.key ?? '');
    if (principal === undefined)
      throw new ArcosError('UNAUTHENTICATED', 'The key is not valid: unknown, expired or revoked');
    await openSession(access, principal.id, reply);
    return { name: principal.name };
  });

  app.delete('/api/session', { config: { access: 'public' } }, async (_request, reply) => {
    void reply.clearCookie(SESSION_COOKIE, { path: '/' });
    return reply.status(204).send();
  });
}

async function openSession(access: Access, principal: string, reply: FastifyReply): Promise<void> {
  const expiresAt = new Date(Date.now() + HOURS * 3_600_000);
  const key = await access.issueKey(principal, { purpose: 'session', expiresAt });
  void reply.setCookie(SESSION_COOKIE, key, { path: '/', httpOnly: true, sameSite: 'strict', expires: expiresAt });
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
    await openSession(access, loopbackPrincipal, reply);
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
        : origin !== undefined && new URL(origin).host !== request.host;
    if (foreign) throw new ArcosError('DENIED', 'This request comes from a page of another site');
  });
}
