import type { FastifyInstance } from 'fastify';
import type { Access } from '../../access/access.ts';
import type { Orchestrator } from '../port.ts';
import { agentRoutes } from './agents.ts';
import { bulkRoute } from './bulk.ts';
import { controlRoutes } from './control.ts';
import { deploymentRoutes } from './deployments.ts';
import { notificationRoutes } from './notifications.ts';
import { ownRoutes } from './own.ts';
import { runRoutes } from './runs.ts';

export interface OrchestratorApi {
  readonly orchestrator: Orchestrator;
  readonly access: Access;
}

/** The routes of views.ts and protocol.ts. */
export function orchestratorRoutes(api: OrchestratorApi): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    deploymentRoutes(app, api);
    runRoutes(app, api);
    bulkRoute(app, api);
    agentRoutes(app, api);
    controlRoutes(app, api);
    notificationRoutes(app, api);
    ownRoutes(app, api);
  };
}
