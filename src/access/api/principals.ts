import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ArcosError } from '../../base/errors.ts';
import type { Access } from '../access.ts';
import { parse } from '../input.ts';
import type { Resource } from '../may.ts';
import { findOne, managing, NAME, type NameRoute } from './managed.ts';

const LIST = z.strictObject({ agency: z.string().optional() });
const OWNED = z.strictObject({ agency: z.string().nullable().default(null) });
const CHANGE = z.strictObject({ disabled: z.boolean() });
const NEW_KEY = z.strictObject({
  purpose: z.string().min(1).max(200),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

const HOURS_TO_ACCEPT = 72;

const ofAgency = (agency: string | null | undefined): Resource =>
  agency === undefined || agency === null ? {} : { agency };

/** Users, groups and everyone's keys, for who may manage access in their agency. */
export function principalRoutes(app: FastifyInstance, access: Access): void {
  const { directory, people } = access;
  const manage = { config: managing(access, 'access.manage') };
  const manageBy = (body: z.ZodType) => ({ config: { ...manage.config, says: { body } } });
  const read = { config: managing(access, 'access.read') };
  const makes = {
    config: {
      says: { body: OWNED },
      access: {
        action: 'access.manage' as const,
        resource: ({ body }: FastifyRequest) => ofAgency(parse(OWNED, body).agency),
      },
    },
  };

  app.get(
    '/api/principals',
    {
      config: {
        access: { action: 'access.read', resource: ({ query }) => ofAgency(parse(LIST, query).agency) },
        says: { query: LIST },
      },
    },
    ({ query }) => directory.list(parse(LIST, query).agency),
  );

  app.get<NameRoute>('/api/principals/:name', read, ({ params }) => findOne(access, params.name));

  for (const kind of ['user', 'group'] as const) {
    app.put<NameRoute>(`/api/${kind}s/:name`, makes, async ({ params, body }) => {
      const { agency } = parse(OWNED, body);
      const name = parse(NAME, params.name);
      if (agency !== null) await access.agency(agency);
      await directory.create({ kind, name, agency });
      return directory.find(name);
    });
  }

  app.patch<NameRoute>('/api/principals/:name', manageBy(CHANGE), async ({ params, body }) => {
    const { id } = await findOne(access, params.name);
    await directory.setDisabled(id, parse(CHANGE, body).disabled);
    return directory.find(params.name);
  });

  app.delete<NameRoute>('/api/principals/:name', manage, async ({ params }, reply) => {
    await findOne(access, params.name);
    await access.removePrincipal(params.name);
    return reply.status(204).send();
  });

  app.post<NameRoute>('/api/users/:name/invitation', manage, async ({ params, protocol, host }, reply) => {
    const { id, kind } = await findOne(access, params.name);
    if (kind !== 'user') throw new ArcosError('INVALID', `"${params.name}" is no user`);
    const { token, expiresAt } = await people.invite(id, 'password', HOURS_TO_ACCEPT);
    return reply
      .header('cache-control', 'no-store')
      .send({ token, link: `${protocol}://${host}/login?token=${token}`, expiresAt });
  });

  app.get<NameRoute>('/api/groups/:name/members', read, async ({ params }) =>
    directory.members((await findOne(access, params.name)).id),
  );

  app.put<MemberRoute>('/api/groups/:name/members/:member', manage, async ({ params }, reply) => {
    const { group, member } = await both(params);
    await directory.addMember(group, member);
    return reply.status(204).send();
  });

  app.delete<MemberRoute>('/api/groups/:name/members/:member', manage, async ({ params }, reply) => {
    const { group, member } = await both(params);
    await directory.removeMember(group, member);
    return reply.status(204).send();
  });

  app.get<NameRoute>('/api/principals/:name/keys', read, async ({ params }) =>
    directory.keys((await findOne(access, params.name)).id),
  );

  app.post<NameRoute>('/api/principals/:name/keys', manageBy(NEW_KEY), async ({ params, body }, reply) => {
    const { purpose, expiresAt } = parse(NEW_KEY, body);
    const { id, kind } = await findOne(access, params.name);
    if (kind !== 'service_account' && kind !== 'agent') {
      throw new ArcosError('INVALID', 'Only service accounts and agents are given keys', {
        hint: 'People get one of their own with "arcos login"; nobody acts in their name.',
      });
    }
    const key = await access.issueKey(id, {
      purpose,
      ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
    });
    return reply.header('cache-control', 'no-store').send({ key });
  });

  app.delete<KeyRoute>('/api/principals/:name/keys/:key', manage, async ({ params }, reply) => {
    await directory.revokeKey((await findOne(access, params.name)).id, params.key);
    return reply.status(204).send();
  });

  async function both({ name, member }: MemberRoute['Params']): Promise<{ group: string; member: string }> {
    const [group, one] = await Promise.all([findOne(access, name), findOne(access, member)]);
    if (group.kind !== 'group') throw new ArcosError('INVALID', `"${name}" is no group`);
    if (one.kind === 'group') throw new ArcosError('INVALID', 'A group is in no group');
    return { group: group.id, member: one.id };
  }
}

interface MemberRoute {
  Params: { name: string; member: string };
}

interface KeyRoute {
  Params: { name: string; key: string };
}
