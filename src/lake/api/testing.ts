import Fastify, { type FastifyInstance } from 'fastify';
import { guard } from '../../access/http.ts';
import type { Role } from '../../access/policy.ts';
import { openTestLake, type TestLake } from '../testing.ts';
import { lakeRoutes } from './routes.ts';

export interface ServedLake extends TestLake {
  readonly app: FastifyInstance;
  /** Another after a restart. */
  readonly origin: string;
  /** Ends the HTTP server and starts another on the same lake. */
  restart(): Promise<void>;
  /** A key of a new service account with that role in the agency. */
  keyFor(role: Role, agency?: string): Promise<string>;
  /** What the API answers to `key`, its body as JSON where it is that. */
  call(
    key: string | undefined,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }>;
}

/** A test lake behind its HTTP API. */
export async function serveTestLake(): Promise<ServedLake> {
  const open = await openTestLake();
  const serve = async () => {
    const app = Fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 4096 } });
    guard(app, open.access);
    await app.register(lakeRoutes({ lake: open.lake, access: open.access }));
    return { app, origin: await app.listen({ host: '127.0.0.1', port: 0 }) };
  };
  let served = await serve();
  return {
    ...open,
    get app() {
      return served.app;
    },
    get origin() {
      return served.origin;
    },
    async restart() {
      await served.app.close();
      served = await serve();
    },
    async keyFor(role, agency = 'rio') {
      if (agency !== 'rio') await open.access.putAgency({ id: agency, name: agency });
      const id = await open.access.putPrincipal({
        kind: 'service_account',
        name: `${role}@${agency}`,
        agency,
        bindings: [{ role, scope: { kind: 'agency', id: agency } }],
      });
      return open.access.issueKey(id, { purpose: 'test' });
    },
    async call(key, method, path, body) {
      const response = await fetch(served.origin + path, {
        method,
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const json = response.headers.get('content-type')?.includes('json') === true;
      return { status: response.status, body: json ? JSON.parse(text) : text };
    },
    async close() {
      await served.app.close();
      await open.close();
    },
  };
}
