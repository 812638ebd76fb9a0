import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { accessRoutes } from '../../src/access/api/routes.ts';
import { guard } from '../../src/access/http.ts';
import type { Role } from '../../src/access/policy.ts';
import type { ServiceAccountFile } from '../../src/access/servicekey.ts';
import { lakeRoutes } from '../../src/lake/api/routes.ts';
import type { TestLake } from '../../src/lake/testing.ts';
import { warehouseRoutes } from '../../src/warehouse/api/routes.ts';
import type { TestWarehouse } from '../../src/warehouse/testing.ts';

/** What a client written for Google's services is given. */
export interface Served {
  readonly origin: string;
  /** The file of a new service account's key, with a role in an agency: `rio` unless another is named. */
  keyFile(role: Role, agency?: string): Promise<ServiceAccountFile>;
  close(): Promise<void>;
}

/** A lake, and what else `register` adds, behind the real door. */
export async function serve(
  { access, lake }: Pick<TestLake, 'access' | 'lake'>,
  register: (app: FastifyInstance) => Promise<void> = async () => {},
): Promise<Served> {
  const app = Fastify({
    forceCloseConnections: true,
    bodyLimit: 32 * 1024 * 1024,
    routerOptions: { maxParamLength: 4096 },
  });
  guard(app, access);
  await app.register(accessRoutes({ access }));
  await app.register(lakeRoutes({ lake, access }));
  await register(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const origin = `http://localhost:${(app.server.address() as AddressInfo).port}`;
  return {
    origin,
    async keyFile(role, agency = 'rio') {
      await access.putAgency({ id: agency, name: agency });
      const name = `${role}-${Date.now()}@${agency}.test`;
      const bindings = [{ role, scope: { kind: 'agency' as const, id: agency } }];
      const id = await access.putPrincipal({ kind: 'service_account', name, agency, bindings });
      return access.serviceKeys.issue({ id, name }, { project: 'rio', tokenUri: `${origin}/oauth2/token` });
    },
    close: () => app.close(),
  };
}

/** The same with BigQuery's REST API. */
export function serveWarehouse(open: TestWarehouse): Promise<Served> {
  return serve(open, async (app) => {
    await app.register(warehouseRoutes({ warehouse: open.warehouse, access: open.access }));
  });
}
