import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ArcosError } from '../../base/errors.ts';
import type { Access } from '../access.ts';
import { ID, parse } from '../input.ts';
import { may } from '../may.ts';

const AGENCY = z.strictObject({ name: z.string().min(1).max(200) });
const NAMESPACE = z.strictObject({ agency: ID, project: ID, writes: z.array(ID).default([]) });

interface IdRoute {
  Params: { id: string };
}

/** Agencies and namespaces beside those of arcos.toml. */
export function agencyRoutes(app: FastifyInstance, access: Access): void {
  // Lists show what the caller may see: nothing, to who may see nothing.
  const anyone = {
    config: { access: { ask: async ({ principal }: FastifyRequest) => ownQuestion(principal.agency) } },
  };

  app.get('/api/agencies', anyone, async ({ principal }) =>
    (await access.agencies()).filter(({ id }) => may(principal, 'access.read', { agency: id }).allowed),
  );

  app.put<IdRoute>(
    '/api/agencies/:id',
    { config: { access: { action: 'access.manage', resource: () => ({}) }, says: { body: AGENCY } } },
    async ({ params, body }) => {
      const agency = { id: parse(ID, params.id), name: parse(AGENCY, body).name };
      await access.putAgency(agency);
      return agency;
    },
  );

  app.get('/api/namespaces', anyone, async ({ principal }) =>
    (await access.namespaces()).filter(
      ({ id, agency }) => may(principal, 'access.read', { agency, namespace: id }).allowed,
    ),
  );

  app.put<IdRoute>(
    '/api/namespaces/:id',
    {
      config: {
        access: { action: 'access.manage', resource: ({ body }) => ({ agency: parse(NAMESPACE, body).agency }) },
        says: { body: NAMESPACE },
      },
    },
    async ({ params, body, principal }) => {
      const namespace = { id: parse(ID, params.id), ...parse(NAMESPACE, body) };
      const before = (await access.namespaces()).find(({ id }) => id === namespace.id);
      if (before !== undefined && before.agency !== namespace.agency) {
        throw new ArcosError('CONFLICT', `The name "${namespace.id}" is taken`);
      }
      await access.agency(namespace.agency);
      // What its runs may write must be the caller's to give.
      for (const project of [namespace.project, ...namespace.writes]) {
        const agency = await access.agencyOf(project).catch(() => undefined);
        if (agency === undefined || !may(principal, 'access.manage', { agency, project }).allowed) {
          throw new ArcosError('INVALID', `There is no project "${project}" of yours`);
        }
      }
      await access.putNamespace(namespace);
      return namespace;
    },
  );
}

const ownQuestion = (agency: string | null) => ({
  action: 'access.read' as const,
  resource: agency === null ? {} : { agency },
});
