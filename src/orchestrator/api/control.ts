import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Action } from '../../access/policy.ts';
import { backfillRequest, limitRequest, limitRoute, pauseRequest, read, retainRequest } from './input.ts';
import type { OrchestratorApi } from './routes.ts';
import { inNamespace } from './visible.ts';

interface IdRoute {
  Params: { id: string };
}
interface LimitRoute {
  Params: { scope: string; name: string };
}

/** What people do to schedules, many runs at once, and limits; and what a monitor reads. */
export function controlRoutes(app: FastifyInstance, { orchestrator, access }: OrchestratorApi): void {
  const idOf = (request: FastifyRequest) => (request.params as IdRoute['Params']).id;
  const guarded = (action: Action, namespaceOf: (id: string) => Promise<string>) => ({
    access: {
      action,
      resource: async (request: FastifyRequest) => inNamespace(access, await namespaceOf(idOf(request))),
    },
  });
  const ofDeployment = (action: Action) => guarded(action, async (id) => (await orchestrator.deployment(id)).namespace);
  const ofBackfill = (action: Action) =>
    guarded(action, async (id) => {
      const { deployment } = await orchestrator.backfill(id);
      return (await orchestrator.deployment(deployment)).namespace;
    });
  /** Limits reach over namespaces and agencies. */
  const everywhere = (action: Action) => ({ access: { action, resource: () => ({}) } });

  app.post<IdRoute>(
    '/api/schedules/:id',
    { config: guarded('run.control', (id) => orchestrator.scheduleOwner(id)) },
    async ({ params, body }, reply) => {
      await orchestrator.pauseSchedule(params.id, read(pauseRequest, body).active);
      return reply.code(204).send();
    },
  );

  app.post<IdRoute>(
    '/api/deployments/:id/backfills',
    { config: ofDeployment('run.create') },
    async ({ params, body }) => {
      const { preview = false, ...request } = read(backfillRequest, body);
      if (preview) return { planned: await orchestrator.planBackfill(params.id, request) };
      return { started: await orchestrator.startBackfill(params.id, request) };
    },
  );
  app.get<IdRoute>('/api/backfills/:id', { config: ofBackfill('run.read') }, ({ params }) =>
    orchestrator.backfill(params.id),
  );
  app.post<IdRoute>('/api/backfills/:id/cancel', { config: ofBackfill('run.control') }, ({ params }) =>
    orchestrator.cancelBackfill(params.id),
  );

  app.get('/api/limits', { config: everywhere('run.read') }, () => orchestrator.limits());
  app.put<LimitRoute>(
    '/api/limits/:scope/:name',
    { config: everywhere('run.control') },
    async ({ params, body }, reply) => {
      await orchestrator.putLimit({ ...read(limitRoute, params), ...read(limitRequest, body) });
      return reply.code(204).send();
    },
  );
  app.delete<LimitRoute>(
    '/api/limits/:scope/:name',
    { config: everywhere('run.control') },
    async ({ params }, reply) => {
      const { scope, name } = read(limitRoute, params);
      await orchestrator.removeLimit(scope, name);
      return reply.code(204).send();
    },
  );

  app.post('/api/retention', { config: everywhere('access.manage') }, ({ body }) =>
    orchestrator.retain(read(retainRequest, body ?? undefined).dryRun),
  );

  app.get('/metrics', { config: everywhere('agent.read') }, async (_request, reply) =>
    reply.type('text/plain; version=0.0.4').send(await orchestrator.metrics()),
  );
}
