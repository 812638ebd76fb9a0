import type { FastifyInstance } from 'fastify';
import type { Access } from '../../access/access.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { agentRoutes } from './agents.ts';
import { controlRoutes } from './control.ts';
import { deploymentRoutes } from './deployments.ts';
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
    agentRoutes(app, api);
    controlRoutes(app, api);
    ownRoutes(app, api);
  };
}
