import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ArcosError } from '../../base/errors.ts';
import type { Access } from '../access.ts';
import { parse } from '../input.ts';
import type { Resource } from '../may.ts';
import { ROLES } from '../policy.ts';
import { parseScope, resourceOf } from '../scope.ts';
import { findOne } from './managed.ts';

const BINDING = z.strictObject({ principal: z.string(), role: z.enum(ROLES), scope: z.string() });

/** Roles given and taken. */
export function bindingRoutes(app: FastifyInstance, access: Access): void {
  const { directory } = access;
  const manage = {
    config: {
      says: { body: BINDING },
      access: {
        action: 'access.manage' as const,
        resource: ({ body }: FastifyRequest): Promise<Resource> =>
          resourceOf(access, parseScope(parse(BINDING, body).scope)),
      },
    },
  };

  app.post('/api/bindings', manage, async ({ body }) => {
    const { principal, role, scope } = parse(BINDING, body);
    const { id, name } = await findOne(access, principal);
    await directory.grant(id, role, parseScope(scope));
    return { principal: name, role, scope };
  });

  app.delete('/api/bindings', manage, async ({ body }, reply) => {
    const { principal, role, scope } = parse(BINDING, body);
    const { id } = await findOne(access, principal);
    if (!(await directory.revoke(id, role, parseScope(scope)))) {
      throw new ArcosError('NOT_FOUND', `"${principal}" has no role ${role} on ${scope}`);
    }
    return reply.status(204).send();
  });
}
