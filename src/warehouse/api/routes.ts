import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Access } from '../../access/access.ts';
import type { RouteAccess } from '../../access/http.ts';
import type { Resource } from '../../access/may.ts';
import type { Action } from '../../access/policy.ts';
import { ArcosError } from '../../base/errors.ts';
import { answerInGoogleShape } from '../../lake/googleerror.ts';
import type { Warehouse } from '../warehouse.ts';
import { datasetRoutes } from './datasets.ts';
import { downloadRoute } from './download.ts';
import { formOf, readForm } from './forms.ts';
import { tableIamRoutes } from './iam.ts';
import { jobRoutes } from './jobs.ts';
import { maintenanceRoute } from './maintenance.ts';
import { modelRoutes } from './models.ts';
import { routineRoutes } from './routines.ts';
import { rowPolicyRoutes } from './rowpolicies.ts';
import { savedQueryRoutes } from './savedqueries.ts';
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
    downloadRoute(app, api);
    savedQueryRoutes(app, api);
    maintenanceRoute(app, api);
    for (const prefix of ['/bigquery/v2', '']) {
      await app.register(
        async (inside) => {
          answerInGoogleShape(inside);
          inside.addContentTypeParser('application/json', { parseAs: 'string' }, parseJson);
          checkForms(inside);
          datasetRoutes(inside, api);
          tableRoutes(inside, api);
          tableIamRoutes(inside, api);
          jobRoutes(inside, api);
          routineRoutes(inside, api);
          modelRoutes(inside, api);
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

/** What a route is asked with has its form before anything reads it. */
function checkForms(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const form = formOf(String(route.method), route.url);
    if (form !== undefined && route.config !== undefined) route.config.says = { body: form };
  });
  app.addHook('preValidation', async (request) => {
    const form = request.routeOptions.config.says?.body;
    if (form !== undefined) request.body = readForm(form, request.method, request.body);
  });
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
  const { project, dataset, table } = request.params as { project?: string; dataset?: string; table?: string };
  if (project === undefined) return {};
  const agency = await access.agencyOf(project).catch(() => undefined);
  if (agency === undefined) return {};
  return {
    agency,
    project,
    ...(dataset === undefined ? {} : { dataset: `${project}.${dataset}` }),
    ...(table === undefined ? {} : { table }),
  };
}
