import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Access } from '../access.ts';
import { parse } from '../input.ts';
import type { Action } from '../policy.ts';
import type { Secrets } from '../secrets.ts';

const NAME = z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/, 'must be letters, digits, _ and -');
const SECRET = z.strictObject({ value: z.string().min(1).max(65_536) });

interface NamespaceRoute {
  Params: { namespace: string };
}

interface SecretRoute {
  Params: { namespace: string; name: string };
}

/** Secrets of namespaces: editors set them, and only runs of the namespace read them. */
export function secretRoutes(app: FastifyInstance, access: Access, secrets: Secrets): void {
  const may = (action: Action, body?: z.ZodType) => ({
    config: {
      ...(body === undefined ? {} : { says: { body } }),
      access: {
        action,
        async resource({ params }: FastifyRequest) {
          const { namespace } = params as NamespaceRoute['Params'];
          return { agency: (await access.namespace(namespace)).agency, namespace };
        },
      },
    },
  });
  const all = '/api/namespaces/:namespace/secrets';
  const placeOf = ({ namespace, name }: SecretRoute['Params']) => ({ namespace, name: parse(NAME, name) });

  app.get<NamespaceRoute>(all, may('secret.list'), ({ params }) => secrets.list(params.namespace));

  app.put<SecretRoute>(`${all}/:name`, may('secret.write', SECRET), async ({ params, body, principal }, reply) => {
    await secrets.set(placeOf(params), parse(SECRET, body).value, principal.name);
    return reply.status(204).send();
  });

  app.delete<SecretRoute>(`${all}/:name`, may('secret.write'), async ({ params }, reply) => {
    await secrets.remove(placeOf(params));
    return reply.status(204).send();
  });

  app.get<SecretRoute>(`${all}/:name/value`, may('secret.read'), async ({ params }, reply) => {
    const value = await secrets.read(placeOf(params));
    return reply.header('cache-control', 'no-store').send({ value });
  });

  const ofPlatform = { config: { access: { action: 'access.manage' as const, resource: () => ({}) } } };
  app.post('/api/secrets/rotate', ofPlatform, async () => ({ rotated: await secrets.rotate() }));
}
