import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ArcosError } from '../../base/errors.ts';
import type { Access } from '../access.ts';
import { parse } from '../input.ts';
import { may, type Resource } from '../may.ts';
import { ACTIONS, POLICY, ROLES } from '../policy.ts';
import { parseScope, resourceOf } from '../scope.ts';
import { findOne } from './managed.ts';

const BINDING = z.strictObject({ principal: z.string(), role: z.enum(ROLES), scope: z.string() });
const EXPLAIN = z.strictObject({ principal: z.string(), action: z.enum(ACTIONS), resource: z.string() });
const WHO = z.strictObject({ action: z.enum(ACTIONS), resource: z.string() });

/** Roles given and taken, and the answers to "may X do this", "who may do this" and "what does a role allow". */
export function bindingRoutes(app: FastifyInstance, access: Access): void {
  const { directory } = access;
  const scoped = (action: 'access.read' | 'access.manage', scopeOf: (request: FastifyRequest) => string) => ({
    config: {
      access: {
        action,
        resource: (request: FastifyRequest): Promise<Resource> => resourceOf(access, parseScope(scopeOf(request))),
      },
    },
  });
  const manage = scoped('access.manage', ({ body }) => parse(BINDING, body).scope);

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

  const about = scoped('access.read', ({ query }) => parse(WHO.loose(), query).resource);

  app.get('/api/access/explain', about, async ({ query }) => {
    const { principal: name, action, resource: text } = parse(EXPLAIN, query);
    const principal = await access.principal(name);
    const resource = await resourceOf(access, parseScope(text));
    if (principal !== undefined)
      return { principal: name, action, resource: text, ...may(principal, action, resource) };
    const known = await directory.find(name);
    const reason = known === undefined ? `there is nobody called ${name}` : `${name} is disabled`;
    return { principal: name, action, resource: text, allowed: false, reason };
  });

  app.get('/api/access/who', about, async ({ query }) => {
    const { action, resource: text } = parse(WHO, query);
    const resource = await resourceOf(access, parseScope(text));
    const everyone = await directory.list();
    const asked = await Promise.all(
      everyone.filter(({ kind }) => kind !== 'group').map(({ name }) => access.principal(name)),
    );
    return asked.flatMap((principal) => {
      const decision = principal === undefined ? undefined : may(principal, action, resource);
      return principal !== undefined && decision?.allowed === true
        ? [{ principal: principal.name, kind: principal.kind, reason: decision.reason }]
        : [];
    });
  });

  app.get('/api/access/policy', { config: { access: { action: 'access.read', resource: ownAgency } } }, async () => ({
    actions: ACTIONS,
    roles: POLICY,
  }));
}

function ownAgency({ principal }: FastifyRequest): Resource {
  return principal.agency === null ? {} : { agency: principal.agency };
}
