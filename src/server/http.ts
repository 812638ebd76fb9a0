import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import cookie from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Access } from '../access/access.ts';
import type { Audit } from '../access/audit.ts';
import { guard } from '../access/http.ts';
import { ArcosError, asArcosError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { deviceRoutes } from './devicepage.ts';
import { failedPage, loginPage } from './loginpage.ts';
import { type Oidc, oidcRoutes } from './oidc.ts';
import { openApiRoutes } from './openapi.ts';
import { limitRate } from './ratelimit.ts';
import { enterByLoopback, refuseForeignOrigins, sessionRoutes } from './session.ts';

export interface HttpOptions {
  readonly access: Access;
  readonly log: Log;
  readonly audit?: Audit;
  /** The built web folder. */
  readonly webDist: string;
  readonly loopbackPrincipal?: string;
  /** Throws while requests cannot be served. */
  readonly ready?: () => Promise<void>;
  /** PEM; with it the server speaks HTTPS. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  /** Addresses whose X-Forwarded headers are believed. */
  readonly trustProxy?: readonly string[];
  readonly oidc?: Oidc;
  /** Requests a second that one caller may make. */
  readonly rateLimit?: number;
}

/** The one HTTP server: the door, the errors, the headers and the files of the web pages. Rooms add their routes. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { access, log, webDist, tls, trustProxy = [] } = options;
  const app = Fastify({
    serverFactory: (handler) => (tls === undefined ? createServer(handler) : createTlsServer(tls, handler)),
    trustProxy: trustProxy.length === 0 ? false : [...trustProxy],
    forceCloseConnections: true,
    bodyLimit: 32 * 1024 * 1024,
    // An object's whole name is one part of a path.
    routerOptions: { maxParamLength: 4096 },
  });
  await app.register(cookie);
  guard(app, access, options.audit === undefined ? {} : { audit: options.audit });
  if (options.rateLimit !== undefined) limitRate(app, options.rateLimit);
  refuseForeignOrigins(app);
  cutStalledBodies(app);
  app.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of Object.entries(HEADERS)) void reply.header(name, value);
    if (tls !== undefined) void reply.header('strict-transport-security', 'max-age=31536000');
  });
  app.setErrorHandler((thrown: Error & { statusCode?: number }, request, reply) =>
    answerError(thrown, request, reply, log),
  );
  app.setNotFoundHandler((request, reply) =>
    answerError(new ArcosError('NOT_FOUND', 'There is nothing at this address'), request, reply, log),
  );

  openApiRoutes(app);
  const sessions = {
    access,
    ...(options.loopbackPrincipal === undefined ? {} : { loopbackPrincipal: options.loopbackPrincipal }),
  };
  sessionRoutes(app, sessions);
  deviceRoutes(app, access);
  loginPage(app, { access, ...(options.oidc === undefined ? {} : { oidc: options.oidc }) });
  oidcRoutes(app, access, options.oidc);
  app.get('/health', { config: { access: 'public' } }, async () => ({ status: 'ok' }));
  app.get('/ready', { config: { access: 'public' } }, async () => {
    await options.ready?.();
    return { status: 'ready' };
  });
  app.get('/api/health', { config: { access: 'public' } }, async () => ({ status: 'ok' }));
  if (existsSync(webDist)) await serveWeb(app, webDist, sessions);
  return app;
}

/** A body of which nothing more comes must not hold its connection. One that comes slowly may take its time. */
const STALLED_MS = 60_000;

function cutStalledBodies(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw, method }) => {
    if (method === 'GET' || method === 'HEAD' || raw.complete) return;
    // Nobody listens to the timeout, so that it destroys the connection.
    raw.socket.setTimeout?.(STALLED_MS);
    raw.once('end', () => raw.socket.setTimeout?.(0));
  });
}

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
};

async function serveWeb(
  app: FastifyInstance,
  webDist: string,
  sessions: Parameters<typeof enterByLoopback>[0],
): Promise<void> {
  // Routes of its own would declare no access.
  await app.register(fastifyStatic, { root: webDist, serve: false, immutable: true, maxAge: '365d' });
  app.get<{ Params: { '*': string } }>('/web/*', { config: { access: 'public' } }, (request, reply) =>
    reply.sendFile(request.params['*']),
  );
  for (const path of ['/console', '/console/*']) {
    app.get(path, { config: { access: 'public' } }, async (request, reply) => {
      await enterByLoopback(sessions, request, reply);
      return reply.sendFile('index.html', { immutable: false, maxAge: 0 });
    });
  }
}

function answerError(thrown: Error & { statusCode?: number }, request: FastifyRequest, reply: FastifyReply, log: Log) {
  // Fastify's own errors are about the request: too large, no such type, not JSON.
  const own = thrown.statusCode !== undefined && thrown.statusCode < 500 && !(thrown instanceof ArcosError);
  const error = own ? new ArcosError('INVALID', thrown.message) : asArcosError(thrown);
  const status = own ? (thrown.statusCode ?? 400) : error.http;
  if (status >= 500 && error.code === 'INTERNAL') {
    log.error('a request failed', {
      method: request.method,
      url: request.routeOptions.url,
      error: (error.cause as Error | undefined)?.stack ?? error.stack,
    });
  }
  const { code, message, hint, data } = error;
  if (typeof data['retryAfter'] === 'number') void reply.header('retry-after', data['retryAfter']);
  // What went wrong inside is for the log.
  const shown = code === 'INTERNAL' ? 'Something went wrong inside Arcos' : message;
  if (status === 404 && request.method === 'GET' && request.headers.accept?.includes('text/html') === true) {
    return reply.status(404).type('text/html; charset=utf-8').send(NOT_FOUND_PAGE);
  }
  if (isLoginByBrowser(request)) return failedPage(request, reply.status(status), shown);
  return reply.status(status).send({
    error: {
      code,
      message: shown,
      ...(hint === undefined ? {} : { hint }),
      ...(code === 'INTERNAL' ? {} : { data }),
    },
  });
}

/** Where somebody is led through by links, an error is a page to go on from. */
function isLoginByBrowser({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && url.startsWith('/login') && headers.accept?.includes('text/html') === true;
}

const NOT_FOUND_PAGE = `<!doctype html><html lang="pt-BR"><meta charset="utf-8"><title>Não encontrado</title>
<h1>Não encontrado</h1><p>Não há nada neste endereço. / There is nothing at this address.</p><p><a href="/">Início / Home</a></p></html>`;
