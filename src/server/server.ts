import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type Access, createAccess } from '../access/access.ts';
import { accessRoutes } from '../access/api/routes.ts';
import { createAudit } from '../access/audit.ts';
import type { Inventory } from '../access/reach.ts';
import { createSecrets } from '../access/secrets.ts';
import { ArcosError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { lakeRoutes } from '../lake/api/routes.ts';
import { createLake, type Lake } from '../lake/lake.ts';
import { modelsRoutes } from '../models/api/routes.ts';
import { orchestratorRoutes } from '../orchestrator/api/routes.ts';
import { createOrchestrator } from '../orchestrator/orchestrator.ts';
import { portalRoutes } from '../portal/routes.ts';
import type { Store } from '../store/store.ts';
import { warehouseRoutes } from '../warehouse/api/routes.ts';
import type { StorageApi } from '../warehouse/api/storage/door.ts';
import { EXTENSIONS, ensureExtensions, REMOTE_EXTENSION } from '../warehouse/engines/duckdb/extensions.ts';
import { createWarehouse, type Warehouse } from '../warehouse/warehouse.ts';
import { applyCity, type City, readCity } from './city.ts';
import type { Settings } from './config.ts';
import { openMasterKey } from './encryption.ts';
import { agentOf, enrolRoutes } from './enrol.ts';
import { modelsFleet } from './fleet.ts';
import { createHttp, type HttpOptions } from './http.ts';
import { createIdentities } from './identity.ts';
import { modelsCode } from './modelscode.ts';
import { createOidc } from './oidc.ts';
import { readEmit, readNotify, readRetention } from './outside.ts';
import { startStore } from './startstore.ts';
import { openStateFolder, type StateFolder } from './state.ts';
import { WEB_DIST } from './webdist.ts';

/** A running Arcos. */
export interface Server {
  /** Where everything is, e.g. `http://127.0.0.1:8484`. */
  readonly origin: string;
  readonly city: City | undefined;
  readonly state: StateFolder;
  /** Key of the first administrator. */
  readonly adminKey: string;
  /** Where the first administrator chooses a password, once; undefined when somebody has one already. */
  readonly welcome: string | undefined;
  /** A key for an agent of a namespace. */
  agentKey(namespace: string): Promise<string>;
  /** Ends every part in the reverse order of its start, and lets the state folder go. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly settings: Settings;
  /** The log, once the state folder is this process's. */
  readonly openLog: (state: StateFolder) => Log;
  /** Told what was started, as it is. */
  readonly onStarted?: (part: string) => void;
}

/** What to do to end the parts that were started, newest first. */
type Endings = (() => unknown)[];

/**
 * Starts every part of Arcos in this process and below it: what each needs is started before it. When one
 * cannot be, those already started are ended again and its error is thrown.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const endings: Endings = [];
  const stop = async () => {
    const failures: unknown[] = [];
    for (let end = endings.pop(); end !== undefined; end = endings.pop()) {
      // One part that does not end well keeps none of the others running.
      await Promise.resolve()
        .then(end)
        .catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    return { ...(await startParts(options, endings)), stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

async function startParts(
  { settings, openLog, onStarted = () => {} }: ServerOptions,
  endings: Endings,
): Promise<Omit<Server, 'stop'>> {
  const city = settings.city === '' ? undefined : readCity(settings.city);
  const state = openStateFolder(settings.state);
  endings.push(() => state.release());
  const log = openLog(state);
  const extensionsDir = await ensureExtensions(
    undefined,
    settings.lake === '' ? EXTENSIONS : [...EXTENSIONS, REMOTE_EXTENSION],
  );

  const store = await startStore(settings, state, log, (end) => endings.push(end));
  onStarted('PostgreSQL');
  const masterKey = await openMasterKey(settings, state, process.env);
  const access = createAccess(store);
  const lake = await createLake({ store, root: state.lake, url: settings.lake, log });
  lake.start();
  endings.push(() => lake.stop());
  if (city !== undefined) await applyCity(city, access, lake);
  onStarted('lake');

  const warehouse = await startWarehouse({ settings, state, store, access, lake, extensionsDir, city, log });
  endings.push(() => warehouse.stop());
  onStarted('warehouse');

  const secrets = createSecrets(store, masterKey);
  const audit = createAudit(store, { log });
  endings.push(() => audit.close());
  const orchestrator = createOrchestrator({
    store,
    access,
    log,
    ...readNotify(settings, secrets),
    ...readRetention(settings),
    ...readEmit(settings, audit),
    lake,
  });
  await orchestrator.start();
  endings.push(() => orchestrator.stop());

  const identities = createIdentities(access, state.keys);
  const administrator = { kind: 'user', name: 'administrador', agency: null } as const;
  const adminKey = await identities.keyOf('administrador', {
    ...administrator,
    bindings: [{ role: 'administrador', scope: { kind: 'platform', id: '' } }],
  });
  const admin = await access.authenticate(adminKey);
  const fleet = modelsFleet({ city, identities, code: modelsCode(lake, join(state.dir, 'models')), log });
  const app = await createHttp({
    access,
    log,
    audit,
    ...readTls(settings),
    trustProxy: settings.trustProxy.split(',').filter((address) => address !== ''),
    ...readOidc(settings),
    rateLimit: settings.rateLimit,
    webDist: WEB_DIST,
    ready: async () => void (await store.prepared({ name: 'ready', text: 'SELECT 1' }, [])),
    ...(settings.login === 'loopback' && admin !== undefined ? { loopbackPrincipal: admin.id } : {}),
  });
  endings.push(() => app.close());
  await app.register(accessRoutes({ access, audit, secrets, inventory: inventoryOf(warehouse) }));
  await app.register(enrolRoutes(access));
  await app.register(lakeRoutes({ lake, access }));
  await app.register(warehouseRoutes({ warehouse, access }));
  await app.register(orchestratorRoutes({ orchestrator, access }));
  await app.register(modelsRoutes({ access, ...fleet }));
  await app.register(
    portalRoutes({ store, access, warehouse, city: city?.name ?? '', exportsDir: state.exports, webDist: WEB_DIST }),
  );
  await listenGrpc({ warehouse, access, audit, log }, settings, endings);
  const origin = await listen(app, settings);
  onStarted('API, console and portal');

  const agentKey = async (namespace: string) =>
    identities.keyOf(`agente-${namespace}`, await agentOf(access, namespace));
  endings.push(() => fleet.stop());
  // The program's own parts need not know the certificate's authority.
  await fleet.start(settings.tlsCert === '' ? origin : await listenInside(app, endings));
  onStarted('models servers');
  // An agent elsewhere is given its key by whoever sets it up: the file is there from the first start.
  for (const namespace of Object.keys(city?.namespaces ?? {})) await agentKey(namespace);
  const welcome =
    admin === undefined || settings.login === 'loopback' ? undefined : await firstLink(access, admin.id, origin);
  return { origin, city, state, adminKey, welcome, agentKey };
}

function inventoryOf({ catalog }: Warehouse): Inventory {
  return async (project) =>
    Promise.all(
      (await catalog.datasets(project)).map(async ({ dataset }) => ({
        dataset,
        tables: (await catalog.tables(project, dataset)).map(({ path }) => path.table),
      })),
    );
}

const HOURS_TO_BEGIN = 24;

async function firstLink(access: Access, administrator: string, origin: string): Promise<string | undefined> {
  if (await access.people.anyPassword()) return undefined;
  const { token } = await access.people.invite(administrator, 'password', HOURS_TO_BEGIN);
  return `${origin}/login?token=${token}`;
}

interface WarehouseParts {
  readonly settings: Settings;
  readonly state: StateFolder;
  readonly store: Store;
  readonly access: Access;
  readonly lake: Lake;
  readonly extensionsDir: string;
  readonly city: City | undefined;
  readonly log: Log;
}

async function startWarehouse({
  settings,
  state,
  store,
  access,
  lake,
  extensionsDir,
  city,
  log,
}: WarehouseParts): Promise<Warehouse> {
  // Somebody's engine makes the catalog's tables, also in a city that has no agencies yet.
  const [firstAgency = 'arcos'] = Object.keys(city?.agencies ?? {});
  const warehouse = createWarehouse({
    store,
    access,
    lake,
    dataDir: join(state.lake, 'warehouse'),
    resultsDir: state.results,
    extensionsDir,
    engine: {
      memoryLimit: settings.engineMemory,
      atOnce: settings.engineQueries,
      timeLimitMs: settings.engineSeconds * 1000,
      threads: settings.engineThreads,
      tempDir: state.temp,
      firstAgency,
    },
    log,
  });
  await warehouse.start();
  return warehouse;
}

/** What is for gRPC alone is loaded when somebody wants it. */
async function listenGrpc(api: StorageApi, settings: Settings, endings: Endings): Promise<void> {
  const { host, grpcPort: port } = settings;
  if (port === '') return;
  const { startStorageServer } = await import('../warehouse/api/storage/server.ts');
  const server = await startStorageServer({ ...api, host, port, ...readTls(settings) });
  endings.push(() => server.stop());
  api.log.info('the Storage Read API is there', { host, port: server.port });
}

function readTls({ tlsCert, tlsKey }: Settings): Pick<HttpOptions, 'tls'> {
  if (tlsCert === '' && tlsKey === '') return {};
  return { tls: { cert: readSetting('tls-cert', tlsCert), key: readSetting('tls-key', tlsKey) } };
}

function readOidc({ oidcIssuer, oidcClientId, oidcSecretFile }: Settings): Pick<HttpOptions, 'oidc'> {
  if (oidcIssuer === '') return {};
  if (oidcClientId === '') throw new ArcosError('CONFIG', 'oidc-issuer is set, but not oidc-client-id');
  const secret = oidcSecretFile === '' ? undefined : String(readSetting('oidc-secret-file', oidcSecretFile)).trim();
  return {
    oidc: createOidc({ issuer: oidcIssuer, clientId: oidcClientId, ...(secret === undefined ? {} : { secret }) }),
  };
}

function readSetting(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ArcosError('CONFIG', `${name}: ${(cause as Error).message}`, { cause });
  }
}

/** The same server once more, over HTTP and for this machine alone. Gives its origin. */
async function listenInside(app: FastifyInstance, endings: Endings): Promise<string> {
  const inside = createServer((request, response) => app.routing(request, response));
  inside.listen(0, '127.0.0.1');
  await once(inside, 'listening');
  endings.push(() => {
    inside.closeAllConnections();
    inside.close();
  });
  return `http://127.0.0.1:${(inside.address() as AddressInfo).port}`;
}

async function listen(app: FastifyInstance, { host, port, tlsCert }: Settings): Promise<string> {
  try {
    const origin = (await app.listen({ host, port })).replace('[::1]', 'localhost');
    // Fastify does not know which server it was given.
    return tlsCert === '' ? origin : origin.replace('http:', 'https:');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const where = `${host}:${port}`;
    if (code === 'EADDRINUSE') {
      throw new ArcosError('CONFIG', `Another program is listening on ${where}`, {
        hint: 'Stop it, or choose another port with --port N; --port 0 takes a free one.',
        cause: error,
      });
    }
    throw new ArcosError('CONFIG', `Arcos cannot listen on ${where}: ${(error as Error).message}`, {
      hint: 'Choose another address with --host and --port.',
      cause: error,
    });
  }
}
