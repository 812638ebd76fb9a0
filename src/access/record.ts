import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Audit } from './audit.ts';
import { AuditNotes, withNotes } from './auditnote.ts';
import { ANONYMOUS } from './principal.ts';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Puts every request into the audit log, but for pages and files that are there for anyone. What may have changed
 * something is there before its answer is sent, so that no kill loses it; what was read is there a moment later.
 * The tables that a job reads and writes after its request was answered are an entry more.
 */
export function recordRequests(app: FastifyInstance, audit: Audit): void {
  const recorded = new WeakSet<FastifyRequest>();
  // What a route then says is not there was asked of that route all the same.
  const begun = new WeakMap<FastifyRequest, { readonly route: Route; readonly notes: AuditNotes }>();
  const routeOf = (request: FastifyRequest): Route | undefined =>
    begun.get(request)?.route ?? (request.is404 ? undefined : routeNow(request));

  const write = (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    recorded.add(request);
    const { url, ip, asked } = request;
    const notes = begun.get(request)?.notes;
    const event = {
      // None when the credential was refused.
      principal: request.principal ?? ANONYMOUS,
      ...(asked === undefined ? {} : { action: asked.action }),
      operation: routeOf(request)?.operation ?? '',
      path: url.split('?', 1)[0] ?? '',
      resource: asked?.resource ?? {},
      address: ip,
      status: reply.statusCode,
    };
    notes?.afterwards(() => void audit.write({ ...event, detail: notes.take() }));
    return audit.write({ ...event, detail: notes?.take() ?? {} });
  };

  const concerned = (request: FastifyRequest): boolean => {
    const route = routeOf(request);
    return route !== undefined && !recorded.has(request) && (route.recorded || !READING.has(request.method));
  };

  // Not earlier: where a body has been read, what follows runs in another context than what came before.
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.is404) return done();
    const notes = new AuditNotes();
    begun.set(request, { route: routeNow(request), notes });
    withNotes(notes, done);
  });
  app.addHook('onSend', async (request, reply) => {
    if (concerned(request) && !READING.has(request.method)) await write(request, reply);
  });
  // Streams that a route writes by itself come here only.
  app.addHook('onResponse', async (request, reply) => {
    if (concerned(request)) void write(request, reply);
  });
}

interface Route {
  readonly operation: string;
  /** Also when it only reads. */
  readonly recorded: boolean;
}

function routeNow({ method, routeOptions }: FastifyRequest): Route {
  const { access, audited } = routeOptions.config;
  return {
    operation: `${method} ${routePath(routeOptions.url ?? '')}`,
    recorded: access !== 'public' || audited === true,
  };
}

/** A route's path as people write it: `tables/:table(^[^:]+)::getIamPolicy` is `tables/:table:getIamPolicy`. */
export function routePath(url: string): string {
  return url.replace(/\(\^[^)]*\)::/g, ':');
}
