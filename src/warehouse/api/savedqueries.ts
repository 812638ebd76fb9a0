import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parse } from '../../access/input.ts';
import type { ProjectRoute, WarehouseApi } from './routes.ts';

interface QueryRoute {
  Params: { project: string; name: string };
}

const BODY = z.strictObject({ sql: z.string().min(1).max(1_000_000) });
const PARAMS = {
  type: 'object',
  properties: { project: { type: 'string' }, name: { type: 'string', minLength: 1, maxLength: 200 } },
};

/** Queries kept under a name, for everyone who may query in the project. */
export function savedQueryRoutes(app: FastifyInstance, { warehouse, may }: WarehouseApi): void {
  const saved = warehouse.savedQueries;
  const path = '/api/projects/:project/saved-queries';

  const editorOf = async ({ principal, params }: FastifyRequest) => {
    const { project } = params as ProjectRoute['Params'];
    const all = await warehouse.authorise(principal).allows('access.manage', project);
    return { id: principal.id, name: principal.name, all };
  };

  app.get<ProjectRoute>(path, { config: may('job.create') }, ({ params }) => saved.list(params.project));

  app.put<QueryRoute>(
    `${path}/:name`,
    { config: may('job.create'), schema: { params: PARAMS } },
    async (request, reply) => {
      const { project, name } = request.params;
      await saved.put(project, name, parse(BODY, request.body).sql, await editorOf(request));
      return reply.status(204).send();
    },
  );

  app.delete<QueryRoute>(
    `${path}/:name`,
    { config: may('job.create'), schema: { params: PARAMS } },
    async (request, reply) => {
      await saved.remove(request.params.project, request.params.name, await editorOf(request));
      return reply.status(204).send();
    },
  );
}
