import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RouteAccess } from '../../access/http.ts';
import { childRequest, logQuery, read, valueRequest } from './input.ts';
import type { OrchestratorApi } from './routes.ts';

interface ChildRoute {
  Params: { id: string; child: string };
}
interface ValueRoute {
  Params: { id: string; key: string };
}

/** What a run does with its own key besides reporting: start runs of its namespace, and leave values for later ones. */
export function ownRoutes(app: FastifyInstance, { orchestrator }: OrchestratorApi): void {
  const own: { access: RouteAccess } = {
    access: {
      action: 'run.report',
      resource: ({ params }: FastifyRequest) => ({ run: (params as { id: string }).id }),
    },
  };

  app.post<{ Params: { id: string } }>('/api/runs/:id/children', { config: own }, ({ params, body }) =>
    orchestrator.startChild(params.id, read(childRequest, body)),
  );
  app.get<ChildRoute>('/api/runs/:id/children/:child', { config: own }, ({ params, query }) =>
    orchestrator.child(params.id, params.child, read(logQuery, query).after ?? 0),
  );
  app.post<ChildRoute>('/api/runs/:id/children/:child/cancel', { config: own }, ({ params }) =>
    orchestrator.cancelChild(params.id, params.child),
  );

  app.get<ValueRoute>('/api/runs/:id/values/:key', { config: own }, ({ params }) =>
    orchestrator.value(params.id, params.key),
  );
  app.put<ValueRoute>('/api/runs/:id/values/:key', { config: own }, ({ params, body }) =>
    orchestrator.setValue(params.id, params.key, read(valueRequest, body)),
  );
}
