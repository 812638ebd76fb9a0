import diagnostics from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import type { RouteAccess } from '../../src/access/http.ts';
import { routePath } from '../../src/access/record.ts';
import { silentLog } from '../../src/base/log.ts';
import { readSettings } from '../../src/server/config.ts';
import { startServer } from '../../src/server/server.ts';

export interface Route {
  readonly method: string;
  readonly path: string;
  /** `anyone`, or the action a caller needs; undefined where the request decides. */
  readonly who: string | undefined;
}

/** Of Google's APIs, which are there with and without. */
const PREFIXES = ['/bigquery/v2', '/storage/v1'];

/** The routes of a real server, started on a state folder of its own, as it registers them. */
export async function collectRoutes(state: string): Promise<Route[]> {
  const { routes } = await withRoutes(async () => {
    const settings = readSettings({ flags: { state, port: '0' }, environment: {}, folder: state });
    const server = await startServer({ settings, openLog: () => silentLog });
    await server.stop();
  });
  return routes;
}

/** What `start` gives, and every route that was registered meanwhile. */
export async function withRoutes<Value>(start: () => Promise<Value>): Promise<{ value: Value; routes: Route[] }> {
  const routes: Route[] = [];
  const listen = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ method, url, config }) => {
      for (const each of [method].flat())
        routes.push({ method: each, path: routePath(url), who: whoOf(config?.access) });
    });
  };
  // Fastify tells of every new instance there, before it has any route.
  diagnostics.subscribe('fastify.initialization', listen);
  try {
    const value = await start();
    const paths = new Set(routes.map(({ path }) => path));
    const alias = (path: string) => PREFIXES.some((prefix) => paths.has(prefix + path));
    // HEAD comes with every GET.
    return { value, routes: routes.filter(({ method, path }) => method !== 'HEAD' && !alias(path)) };
  } finally {
    diagnostics.unsubscribe('fastify.initialization', listen);
  }
}

function whoOf(access: RouteAccess | undefined): string | undefined {
  if (access === undefined || access === 'public') return 'anyone';
  return 'action' in access ? access.action : undefined;
}
