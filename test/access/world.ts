import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Access, createAccess } from '../../src/access/access.ts';
import { accessRoutes } from '../../src/access/api/routes.ts';
import type { Role } from '../../src/access/policy.ts';
import { silentLog } from '../../src/base/log.ts';
import { ensureWeb } from '../../src/cli/web.ts';
import { readSettings } from '../../src/server/config.ts';
import { createHttp } from '../../src/server/http.ts';
import { type Server, startServer } from '../../src/server/server.ts';
import { WEB_DIST } from '../../src/server/webdist.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { openTestStore } from '../../src/store/testing.ts';
import { type Route, withRoutes } from '../docs/routes.ts';

/** A whole server for two agencies that have nothing to do with each other. */
export interface World {
  readonly origin: string;
  readonly server: Server;
  readonly routes: readonly Route[];
  readonly store: Store;
  /** Not the server's own: what it changes, the server finds in the store, as it finds what another server changed. */
  readonly access: Access;
  call(key: string | undefined, method: string, path: string, body?: unknown): Promise<Response>;
  /** A user of an agency with a role in it. */
  person(role: Role, agency?: string): Promise<{ id: string; name: string; key: string }>;
  /** The origin of another server on the same store, with the routes of src/access/. */
  another(): Promise<string>;
  close(): Promise<void>;
}

const CITY = `
[agencies.escritorio]
name = "Escritório"
[agencies.saude]
name = "Saúde"
[projects.rj-escritorio]
agency = "escritorio"
[projects.rj-saude]
agency = "saude"
[namespaces.rj-escritorio]
agency = "escritorio"
project = "rj-escritorio"
[namespaces.rj-saude]
agency = "saude"
project = "rj-saude"
`;

export async function openWorld(more: Readonly<Record<string, string>> = {}): Promise<World> {
  await ensureWeb();
  await using opening = new AsyncDisposableStack();
  const dir = mkdtempSync(join(tmpdir(), 'arcos-access-'));
  opening.defer(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'arcos.toml'), CITY);
  const store = await openTestStore();
  opening.defer(() => store.close());
  const flags = {
    state: join(dir, 'state'),
    city: dir,
    port: '0',
    'database-url': store.url,
    'engine-memory': '256MB',
    ...more,
  };
  const settings = readSettings({ flags, environment: {}, folder: dir });
  const { value: server, routes } = await withRoutes(() => startServer({ settings, openLog: () => silentLog }));
  opening.defer(() => server.stop());
  const access = createAccess(store);
  const open = opening.move();
  let people = 0;

  return {
    origin: server.origin,
    server,
    routes,
    store,
    access,
    call: (key, method, path, body) =>
      fetch(server.origin + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async person(role, agency = 'escritorio') {
      people += 1;
      const name = `${role}${people}@${agency}`;
      const bindings = [{ role, scope: { kind: 'agency' as const, id: agency } }];
      const id = await access.putPrincipal({ kind: 'user', name, agency, bindings });
      return { id, name, key: await access.issueKey(id, { purpose: 'test' }) };
    },
    async another() {
      const ownStore = openStore(store.url);
      open.defer(() => ownStore.close());
      const own = createAccess(ownStore);
      const app = await createHttp({ access: own, log: silentLog, webDist: WEB_DIST });
      open.defer(() => app.close());
      await app.register(accessRoutes({ access: own }));
      return app.listen({ host: '127.0.0.1', port: 0 });
    },
    close: () => open.disposeAsync(),
  };
}
