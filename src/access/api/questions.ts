import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Access } from '../access.ts';
import { EVERYONE } from '../everyone.ts';
import { parse } from '../input.ts';
import { may, type Resource } from '../may.ts';
import { ACTIONS, POLICY } from '../policy.ts';
import type { Principal } from '../principal.ts';
import { type Inventory, reachOf } from '../reach.ts';
import { parseResource, resourceOf } from '../scope.ts';

const EXPLAIN = z.strictObject({ principal: z.string(), action: z.enum(ACTIONS), resource: z.string() });
const WHO = z.strictObject({ action: z.enum(ACTIONS), resource: z.string() });
const REACH = z.strictObject({ principal: z.string(), action: z.enum(ACTIONS).default('table.read') });

/** The answers to "may X do this", "who may do this", "what does X reach" and "what does a role allow". */
export function questionRoutes(app: FastifyInstance, access: Access, inventory?: Inventory): void {
  const { directory } = access;
  const about = (query: z.ZodType) => ({
    config: {
      says: { query },
      access: {
        action: 'access.read' as const,
        resource: ({ query }: FastifyRequest): Promise<Resource> =>
          resourceOf(access, parseResource(parse(WHO.loose(), query).resource)),
      },
    },
  });
  const own = { access: { action: 'access.read' as const, resource: ownAgency } };

  /** Why somebody may do nothing at all. */
  async function absence(name: string): Promise<string> {
    const known = await directory.find(name);
    return known === undefined ? `there is nobody called ${name}` : `${name} is disabled`;
  }

  app.get('/api/access/explain', about(EXPLAIN), async ({ query }) => {
    const { principal: name, action, resource: text } = parse(EXPLAIN, query);
    const principal = await access.principal(name);
    const decision =
      principal === undefined
        ? { allowed: false, reason: await absence(name) }
        : may(principal, action, await resourceOf(access, parseResource(text)));
    return { principal: name, action, resource: text, ...decision };
  });

  app.get('/api/access/who', about(WHO), async ({ query }) => {
    const { action, resource: text } = parse(WHO, query);
    const resource = await resourceOf(access, parseResource(text));
    const everyone = (await directory.list()).filter(({ kind }) => kind !== 'group').map(({ name }) => name);
    const asked = await Promise.all([...Object.keys(EVERYONE), ...everyone].map((name) => access.principal(name)));
    return asked.flatMap((principal) => {
      const decision = principal === undefined ? undefined : may(principal, action, resource);
      return principal !== undefined && decision?.allowed === true
        ? [{ principal: principal.name, kind: principal.kind, reason: decision.reason }]
        : [];
    });
  });

  app.get('/api/access/reach', { config: { ...own, says: { query: REACH } } }, async ({ query, principal: asker }) => {
    const { principal: name, action } = parse(REACH, query);
    const principal = await access.principal(name);
    if (principal === undefined) return { principal: name, action, reach: [], reason: await absence(name) };
    // What is not theirs to administer is not theirs to hear of.
    const visible = (resource: Resource) => may(asker, 'access.read', resource).allowed;
    return { principal: name, action, reach: await reachOf({ access, inventory, visible }, principal, action) };
  });

  app.get('/api/access/policy', { config: own }, async () => ({ actions: ACTIONS, roles: POLICY }));
}

function ownAgency({ principal }: { principal: Principal }): Resource {
  return principal.agency === null ? {} : { agency: principal.agency };
}
