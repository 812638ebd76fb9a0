import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Audit } from './audit.ts';
import { ANONYMOUS } from './principal.ts';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Puts every request into the audit log, but for pages and files that are there for anyone. What may have changed
 * something is there before its answer is sent, so that no kill loses it; what was read is there a moment later.
 */
export function recordRequests(app: FastifyInstance, audit: Audit): void {
  const recorded = new WeakSet<FastifyRequest>();

  const write = (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    recorded.add(request);
    const { method, routeOptions, url, ip, asked } = request;
    return audit.write({
      // None when the credential was refused.
      principal: request.principal ?? ANONYMOUS,
      ...(asked === undefined ? {} : { action: asked.action }),
      operation: `${method} ${routeOptions.url}`,
      path: url.split('?', 1)[0] ?? '',
      resource: asked?.resource ?? {},
      address: ip,
      status: reply.statusCode,
    });
  };

  const concerned = (request: FastifyRequest): boolean => {
    if (request.is404 || recorded.has(request)) return false;
    const { access, audited } = request.routeOptions.config;
    return access !== 'public' || audited === true || !READING.has(request.method);
  };

  app.addHook('onSend', async (request, reply) => {
    if (concerned(request) && !READING.has(request.method)) await write(request, reply);
  });
  // Streams that a route writes by itself come here only.
  app.addHook('onResponse', async (request, reply) => {
    if (concerned(request)) void write(request, reply);
  });
}
