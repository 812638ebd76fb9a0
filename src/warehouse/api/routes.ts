import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Access } from '../../access/access.ts';
import type { RouteAccess } from '../../access/http.ts';
import type { Resource } from '../../access/may.ts';
import type { Action } from '../../access/policy.ts';
import { ArcosError } from '../../base/errors.ts';
import { answerInGoogleShape } from '../../lake/googleerror.ts';
import type { Warehouse } from '../warehouse.ts';
import { datasetRoutes } from './datasets.ts';
import { jobRoutes } from './jobs.ts';
import { routineRoutes } from './routines.ts';
import { rowPolicyRoutes } from './rowpolicies.ts';
import { tableRoutes } from './tables.ts';
import { uploadRoutes } from './upload.ts';

export interface WarehouseApi {
  readonly warehouse: Warehouse;
  readonly access: Access;
  /** The declaration of a route that asks for an action in the project of its path. */
  may(action: Action): { access: RouteAccess };
}

export interface ProjectRoute {
  Params: { project: string };
}

export interface DatasetRoute {
  Params: { project: string; dataset: string };
}

export interface RoutineRoute {
  Params: { project: string; dataset: string; routine: string };
}

export interface TableRoute {
  Params: { project: string; dataset: string; table: string };
}

/** BigQuery's REST API, version 2, with and without its prefix: clients differ in what they take for its root. */
export function warehouseRoutes(options: {
  warehouse: Warehouse;
  access: Access;
}): (app: FastifyInstance) => Promise<void> {
  const api: WarehouseApi = {
    ...options,
    may: (action) => ({ access: { action, resource: (request) => resourceOf(options.access, request) } }),
  };
  return async (app) => {
    for (const prefix of ['/bigquery/v2', '']) {
      await app.register(
        async (inside) => {
          answerInGoogleShape(inside);
          inside.addContentTypeParser('application/json', { parseAs: 'string' }, parseJson);
          datasetRoutes(inside, api);
          tableRoutes(inside, api);
          jobRoutes(inside, api);
          routineRoutes(inside, api);
          rowPolicyRoutes(inside, api);
        },
        { prefix },
      );
    }
    await app.register(
      async (inside) => {
        answerInGoogleShape(inside);
        inside.addContentTypeParser('application/json', { parseAs: 'string' }, parseJson);
        uploadRoutes(inside, api);
      },
      { prefix: '/upload/bigquery/v2' },
    );
  };
}

/** Clients call with a JSON content type and no body too. */
function parseJson(
  _request: FastifyRequest,
  body: string | Buffer,
  done: (error: Error | null, value?: unknown) => void,
): void {
  try {
    done(null, body.length === 0 ? {} : JSON.parse(String(body)));
  } catch (cause) {
    done(new ArcosError('INVALID', 'The body is not valid JSON', { data: { reason: 'parseError' }, cause }));
  }
}

/** What a path names. A project that does not exist is nobody's, which refuses everyone but the platform's own. */
async function resourceOf(access: Access, request: FastifyRequest): Promise<Resource> {
  const { project, dataset } = request.params as { project?: string; dataset?: string };
  if (project === undefined) return {};
  const agency = await access.agencyOf(project).catch(() => undefined);
  if (agency === undefined) return {};
  return { agency, project, ...(dataset === undefined ? {} : { dataset: `${project}.${dataset}` }) };
}
