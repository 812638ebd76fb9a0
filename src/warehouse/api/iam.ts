import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parse } from '../../access/input.ts';
import type { Action } from '../../access/policy.ts';
import { IAM_NAMES, roleOf, type SharingPolicy, scopeOf } from '../../access/sharing.ts';
import { ArcosError } from '../../base/errors.ts';
import { displayName } from '../tablename.ts';
import type { TableRoute, WarehouseApi } from './routes.ts';

const POLICY = z.object({
  policy: z.object({
    etag: z.string().nullish(),
    bindings: z
      .array(
        z.object({ role: z.string(), members: z.array(z.string()).default([]), condition: z.unknown().optional() }),
      )
      .default([]),
  }),
});
const PERMISSIONS = z.object({ permissions: z.array(z.string()).max(100).default([]) });

/** What each permission of BigQuery on a table comes to here. */
const ACTIONS: Readonly<Record<string, Action>> = {
  'bigquery.tables.get': 'table.describe',
  'bigquery.tables.list': 'dataset.list',
  'bigquery.tables.getData': 'table.read',
  'bigquery.tables.export': 'table.read',
  'bigquery.tables.update': 'table.write',
  'bigquery.tables.updateData': 'table.write',
  'bigquery.tables.delete': 'table.write',
  'bigquery.tables.getIamPolicy': 'access.read',
  'bigquery.tables.setIamPolicy': 'access.manage',
};

/** The IAM policy of a table: the roles that people have on exactly it. What they have on its dataset is not in it. */
export function tableIamRoutes(app: FastifyInstance, { warehouse, access, may }: WarehouseApi): void {
  // A verb follows the name after a colon, so the name has none.
  const at = (verb: string) => `/projects/:project/datasets/:dataset/tables/:table(^[^:/]+)::${verb}`;

  async function demandTable(path: TableRoute['Params']): Promise<void> {
    if ((await warehouse.catalog.table(path)) === undefined)
      throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`);
  }

  app.post<TableRoute>(at('getIamPolicy'), { config: may('access.read') }, async ({ params }) => {
    await demandTable(params);
    return policyResource(await access.sharing.policy(scopeOf(params)));
  });

  app.post<TableRoute>(at('setIamPolicy'), { config: may('access.manage') }, async ({ params, body }) => {
    await demandTable(params);
    const { policy } = parse(POLICY, body);
    if (policy.bindings.some(({ condition }) => condition != null))
      throw new ArcosError('UNSUPPORTED', 'Conditions are not supported in the policy of a table', {
        hint: 'Use a row access policy.',
      });
    const bindings = policy.bindings.map(({ role, members }) => ({ role: roleOf(role), members }));
    return policyResource(await access.sharing.setPolicy(scopeOf(params), bindings, policy.etag ?? undefined));
  });

  app.post<TableRoute>(at('testIamPermissions'), { config: may('table.describe') }, async (request) => {
    await demandTable(request.params);
    const { permissions } = parse(PERMISSIONS, request.body);
    const held: string[] = [];
    for (const permission of permissions) if (await holds(request, permission)) held.push(permission);
    return { permissions: held };
  });

  async function holds({ principal, params }: FastifyRequest<TableRoute>, permission: string): Promise<boolean> {
    const action = ACTIONS[permission];
    const { project, dataset, table } = params;
    return action !== undefined && warehouse.authorise(principal).allows(action, project, dataset, table);
  }
}

function policyResource({ etag, bindings }: SharingPolicy) {
  return { version: 1, etag, bindings: bindings.map(({ role, members }) => ({ role: IAM_NAMES[role], members })) };
}
