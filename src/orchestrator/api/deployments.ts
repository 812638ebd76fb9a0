import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Action } from '../../access/policy.ts';
import { read, registration, startRequest } from './input.ts';
import type { OrchestratorApi } from './routes.ts';
import { anywhere, inNamespace, visibleNamespaces } from './visible.ts';

interface DeploymentRoute {
  Params: { id: string };
}

export function deploymentRoutes(app: FastifyInstance, { orchestrator, access }: OrchestratorApi): void {
  const ofDeployment = (action: Action) => ({
    access: {
      action,
      resource: async (request: FastifyRequest) => {
        const { namespace } = await orchestrator.deployment((request.params as DeploymentRoute['Params']).id);
        return inNamespace(access, namespace);
      },
    },
  });
  const visible = (request: FastifyRequest) => visibleNamespaces(access, request.principal, 'flow.read');

  app.get('/api/flows', { config: anywhere(access, 'flow.read') }, async (request) =>
    orchestrator.flows(await visible(request)),
  );

  app.get('/api/deployments', { config: anywhere(access, 'flow.read') }, async (request) =>
    orchestrator.deployments(await visible(request)),
  );

  app.post(
    '/api/deployments',
    {
      config: {
        access: {
          action: 'flow.deploy',
          resource: (request) => inNamespace(access, read(registration, request.body).namespace),
        },
      },
    },
    (request) => orchestrator.register(read(registration, request.body)),
  );

  app.get<DeploymentRoute>('/api/deployments/:id', { config: ofDeployment('flow.read') }, (request) =>
    orchestrator.deployment(request.params.id),
  );

  app.post<DeploymentRoute>('/api/deployments/:id/runs', { config: ofDeployment('run.create') }, (request) =>
    orchestrator.startRun(request.params.id, read(startRequest, request.body ?? undefined)),
  );
}
