import type { FastifyInstance } from 'fastify';
import { ArcosError } from '../../base/errors.ts';
import type { TablePath } from '../../sql/catalog.ts';
import type { RowPolicy } from '../catalog/policies.ts';
import type { TableRoute, WarehouseApi } from './routes.ts';
import { quoted } from './table.ts';

/** A policy as clients send it (BigQuery REST reference, RowAccessPolicy). */
interface PolicyBody {
  readonly rowAccessPolicyReference?: { readonly policyId?: string };
  readonly filterPredicate?: string;
  readonly grantees?: readonly string[];
}

interface PolicyRoute {
  Params: TableRoute['Params'] & { policy: string };
}

export function rowPolicyRoutes(app: FastifyInstance, { warehouse, may }: WarehouseApi): void {
  const { policies } = warehouse.catalog;
  const all = '/projects/:project/datasets/:dataset/tables/:table/rowAccessPolicies';
  const one = `${all}/:policy`;

  app.get<TableRoute>(all, { config: may('access.read') }, async ({ params }) => {
    const found = await policies.list(params);
    return { rowAccessPolicies: found.map((policy) => resource(params, policy)) };
  });

  app.get<PolicyRoute>(one, { config: may('access.read') }, async ({ params }) => find(params));

  app.post<TableRoute & { Body: PolicyBody }>(all, { config: may('access.manage') }, async (request) => {
    const policy = request.body.rowAccessPolicyReference?.policyId;
    if (policy === undefined)
      throw new ArcosError('INVALID', 'Required parameter is missing: rowAccessPolicyReference.policyId', {
        data: { reason: 'required' },
      });
    const sql = createSql(request.params, policy, request.body, 'CREATE');
    await warehouse.run(request.principal, { sql, project: request.params.project });
    return find({ ...request.params, policy });
  });

  app.put<PolicyRoute & { Body: PolicyBody }>(one, { config: may('access.manage') }, async (request) => {
    const { policy, ...table } = request.params;
    const sql = createSql(table, policy, request.body, 'CREATE OR REPLACE');
    await warehouse.run(request.principal, { sql, project: table.project });
    return find(request.params);
  });

  app.delete<PolicyRoute>(one, { config: may('access.manage') }, async (request, reply) => {
    const { policy, ...table } = request.params;
    const sql = `DROP ROW ACCESS POLICY \`${policy}\` ON ${quoted(table)}`;
    await warehouse.run(request.principal, { sql, project: table.project });
    return reply.status(204).send();
  });

  async function find({ policy: name, ...table }: PolicyRoute['Params']) {
    const found = (await policies.list(table)).find((policy) => policy.name === name);
    if (found === undefined) throw new ArcosError('NOT_FOUND', `Not found: Row access policy ${name}`);
    return resource(table, found);
  }
}

function createSql(
  table: TablePath,
  policy: string,
  { filterPredicate = '', grantees = [] }: PolicyBody,
  create: string,
) {
  const names = grantees.map((grantee) => JSON.stringify(grantee)).join(', ');
  return `${create} ROW ACCESS POLICY \`${policy}\` ON ${quoted(table)} GRANT TO (${names}) FILTER USING (${filterPredicate})`;
}

function resource(
  { project, dataset, table }: TablePath,
  { name, filter, grantees, createdAt, modifiedAt }: RowPolicy,
) {
  return {
    rowAccessPolicyReference: { projectId: project, datasetId: dataset, tableId: table, policyId: name },
    filterPredicate: filter,
    grantees,
    creationTime: createdAt.toISOString(),
    lastModifiedTime: modifiedAt.toISOString(),
  };
}
