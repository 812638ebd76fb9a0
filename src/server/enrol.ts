import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Access, NewPrincipal } from '../access/access.ts';
import { parse } from '../access/input.ts';
import { ArcosError } from '../base/errors.ts';

const AGENT = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,61}$/, 'must be small letters, digits and dashes'),
});
const HOURS = 24;

/** An agent may claim the runs of its namespace and read the code of its flows, and nothing else. */
export async function agentOf(access: Access, namespace: string, name = 'agente'): Promise<NewPrincipal> {
  const { agency } = await access.namespace(namespace);
  return {
    kind: 'agent',
    name: `${name}@${namespace}`,
    agency,
    bindings: [{ role: 'agente', scope: { kind: 'namespace', id: namespace } }],
  };
}

/** Makes identities of agents. Whoever sets one up exchanges the one-time token for its key: `POST /api/agents/enrol`. */
export function enrolRoutes(access: Access): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    app.post<{ Params: { namespace: string } }>(
      '/api/namespaces/:namespace/agents',
      {
        config: {
          says: { body: AGENT },
          access: {
            action: 'access.manage',
            async resource(request) {
              const { namespace } = request.params as { namespace: string };
              const { agency } = await access.namespace(namespace);
              return { agency, namespace };
            },
          },
        },
      },
      async ({ params, body }, reply) => {
        const { name } = parse(AGENT, body);
        const agent = await agentOf(access, params.namespace, name);
        const before = await access.directory.find(agent.name);
        if (before !== undefined && (before.kind !== 'agent' || before.agency !== agent.agency)) {
          throw new ArcosError('CONFLICT', `The name "${agent.name}" is taken`);
        }
        const id = await access.putPrincipal(agent);
        const { token, expiresAt } = await access.people.invite(id, 'key', HOURS);
        return reply.header('cache-control', 'no-store').send({ name: agent.name, token, expiresAt });
      },
    );
  };
}
