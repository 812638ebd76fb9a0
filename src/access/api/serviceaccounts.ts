import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ArcosError } from '../../base/errors.ts';
import type { Access } from '../access.ts';
import { parse } from '../input.ts';
import type { Resource } from '../may.ts';
import { ROLES } from '../policy.ts';
import type { Principal } from '../principal.ts';
import { demandManaging, NAME, ownerOf } from './managed.ts';
import { TOKEN_PATH } from './token.ts';

interface AccountRoute {
  Params: { name: string };
}

const ACCOUNT = z.strictObject({
  agency: z.string(),
  role: z.enum(ROLES),
  /** The role is on this project of the agency; on all of the agency without it. */
  project: z.string().optional(),
});

const KEY = z.strictObject({ project: z.string(), expiresAt: z.iso.datetime({ offset: true }).optional() });

/** Service accounts of an agency and their keys, for who may manage access in it. */
export function serviceAccountRoutes(app: FastifyInstance, access: Access): void {
  const manage = (resource: (request: FastifyRequest) => Resource | Promise<Resource>, body?: z.ZodType) => ({
    config: {
      access: { action: 'access.manage' as const, resource },
      ...(body === undefined ? {} : { says: { body } }),
    },
  });
  const ofBody = ({ body }: FastifyRequest) => ({ agency: parse(ACCOUNT, body).agency });
  // An account that is of no agency, or is none, is for the platform's own to ask about.
  const ofAccount = async ({ params }: FastifyRequest) => {
    const account = await access.principal((params as AccountRoute['Params']).name);
    return account?.kind === 'service_account' ? ownerOf(account) : {};
  };

  async function find(name: string): Promise<Principal> {
    const account = await access.principal(name);
    if (account?.kind === 'service_account') return account;
    throw new ArcosError('NOT_FOUND', `There is no service account "${name}"`);
  }

  app.put<AccountRoute>('/api/service-accounts/:name', manage(ofBody, ACCOUNT), async (request) => {
    const name = parse(NAME, request.params.name);
    const { agency, role, project } = parse(ACCOUNT, request.body);
    const before = await access.principal(name);
    if (before !== undefined && (before.kind !== 'service_account' || before.agency !== agency))
      throw new ArcosError('CONFLICT', `The name "${name}" is taken`);
    if (project !== undefined && (await access.agencyOf(project)) !== agency)
      throw new ArcosError('INVALID', `The project "${project}" is not of the agency "${agency}"`);
    const scope =
      project === undefined ? { kind: 'agency' as const, id: agency } : { kind: 'project' as const, id: project };
    if (before !== undefined) demandManaging(request.principal, before);
    const bindings = [{ role, scope }];
    await access.putPrincipal({ kind: 'service_account', name, agency, bindings });
    return { name, agency, bindings };
  });

  app.get<AccountRoute>('/api/service-accounts/:name/keys', manage(ofAccount), async (request) => {
    const account = await find(request.params.name);
    return access.serviceKeys.list(account.id);
  });

  app.post<AccountRoute>('/api/service-accounts/:name/keys', manage(ofAccount, KEY), async (request, reply) => {
    const account = await find(request.params.name);
    const { project, expiresAt } = parse(KEY, request.body);
    const file = await access.serviceKeys.issue(account, {
      project,
      tokenUri: `${request.protocol}://${request.host}${TOKEN_PATH}`,
      ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
    });
    return reply.header('cache-control', 'no-store').send(file);
  });

  app.delete<{ Params: { name: string; key: string } }>(
    '/api/service-accounts/:name/keys/:key',
    manage(ofAccount),
    async (request, reply) => {
      const account = await find(request.params.name);
      await access.serviceKeys.revoke(account.id, request.params.key);
      return reply.status(204).send();
    },
  );
}
