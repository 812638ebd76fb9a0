import type { FastifyInstance } from 'fastify';
import type { Access } from '../access/access.ts';
import type { RouteAccess } from '../access/http.ts';
import type { Exports } from './exports.ts';
import { KINDS } from './personaldata.ts';
import type { Publication, Publications } from './publication.ts';
import type { Decision } from './review.ts';
import type { Shelf } from './shelf.ts';

interface DatasetRoute {
  Params: { project: string; dataset: string };
}

interface PublishBody extends Omit<Publication, 'project' | 'dataset' | 'publishedAt'> {
  readonly reviewed?: readonly Decision[];
}

/** How people publish, and take back what they published. */
export function publishRoutes(
  app: FastifyInstance,
  { access, publications, files, shelf }: { access: Access; publications: Publications; files: Exports; shelf: Shelf },
): void {
  const mayPublish: { access: RouteAccess } = {
    access: {
      action: 'publication.write',
      async resource(request) {
        const { project } = request.params as { project: string };
        const agency = await access.agencyOf(project).catch(() => undefined);
        return agency === undefined ? {} : { agency, project };
      },
    },
  };

  app.get('/api/publications', { config: { access: 'public' } }, () => publications.list());

  app.put<DatasetRoute & { Body: PublishBody }>(
    '/api/publications/:project/:dataset',
    { config: mayPublish, schema: { body: PUBLICATION } },
    async ({ params, body: { reviewed, ...said }, principal }) => {
      await publications.publish(principal, { ...params, ...said }, reviewed);
      shelf.forget();
      const publication = await publications.published(params);
      files.prepare(publication, await publications.tables(publication));
      return publication;
    },
  );

  app.delete<DatasetRoute>('/api/publications/:project/:dataset', { config: mayPublish }, async ({ params }, reply) => {
    await publications.withdraw(params.project, params.dataset);
    shelf.forget();
    await files.forget(params);
    return reply.status(204).send();
  });
}

const text = { type: 'string', minLength: 1 };
const PUBLICATION = {
  type: 'object',
  required: ['title', 'description', 'licence', 'frequency', 'owner', 'theme', 'tables'],
  additionalProperties: false,
  properties: {
    ...Object.fromEntries(
      ['title', 'description', 'licence', 'frequency', 'owner', 'theme'].map((name) => [name, text]),
    ),
    coverage: text,
    contact: text,
    source: text,
    units: { type: 'object', additionalProperties: text },
    tables: { type: 'array', items: text, minItems: 1 },
    reviewed: {
      type: 'array',
      items: {
        type: 'object',
        required: ['table', 'column', 'kind', 'reason'],
        additionalProperties: false,
        properties: { table: text, column: text, kind: { type: 'string', enum: [...KINDS] }, reason: text },
      },
    },
  },
};
