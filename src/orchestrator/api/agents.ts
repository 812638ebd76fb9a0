import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteAccess } from '../../access/http.ts';
import type { AgentIdentity } from '../protocol.ts';
import { claimRequest, heartbeatRequest, read } from './input.ts';
import type { OrchestratorApi } from './routes.ts';
import { anywhere, inNamespace, visibleNamespaces } from './visible.ts';

export function agentRoutes(app: FastifyInstance, { orchestrator, access }: OrchestratorApi): void {
  const claiming = (identify: (body: unknown) => AgentIdentity): { access: RouteAccess } => ({
    access: {
      action: 'run.claim',
      resource: ({ body }: FastifyRequest) => inNamespace(access, identify(body).namespace),
    },
  });

  app.get('/api/agents', { config: anywhere(access, 'agent.read') }, async (request) =>
    orchestrator.agents(await visibleNamespaces(access, request.principal, 'agent.read')),
  );

  app.post(
    '/api/agents/claim',
    { config: claiming((body) => read(claimRequest, body)) },
    (request: FastifyRequest, reply: FastifyReply) =>
      orchestrator.claim(read(claimRequest, request.body), goneSignal(reply)),
  );

  app.post('/api/agents/heartbeat', { config: claiming((body) => read(heartbeatRequest, body)) }, (request) =>
    orchestrator.heartbeat(read(heartbeatRequest, request.body)),
  );
}

/** Aborted when whoever asked is no longer there: nothing must be given to it. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  if (reply.raw.destroyed) gone.abort();
  return gone.signal;
}
