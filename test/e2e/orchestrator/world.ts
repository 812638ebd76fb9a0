import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createAccess } from '../../../src/access/access.ts';
import { accessRoutes } from '../../../src/access/api/routes.ts';
import { createAudit } from '../../../src/access/audit.ts';
import { keyRing } from '../../../src/access/masterkey.ts';
import type { Role } from '../../../src/access/policy.ts';
import { createSecrets, type Secrets } from '../../../src/access/secrets.ts';
import type { AgentOptions } from '../../../src/agent/agent.ts';
import { deployFlow } from '../../../src/agent/deploy.ts';
import { silentLog } from '../../../src/base/log.ts';
import { lakeRoutes } from '../../../src/lake/api/routes.ts';
import { lakeClient } from '../../../src/lake/client.ts';
import { createLake, type Lake } from '../../../src/lake/lake.ts';
import { orchestratorRoutes } from '../../../src/orchestrator/api/routes.ts';
import { type OrchestratorClient, orchestratorClient } from '../../../src/orchestrator/client.ts';
import { createOrchestrator } from '../../../src/orchestrator/orchestrator.ts';
import type { Orchestrator } from '../../../src/orchestrator/port.ts';
import type { Registered } from '../../../src/orchestrator/protocol.ts';
import type { OrchestratorTables } from '../../../src/orchestrator/tables.ts';
import { createHttp } from '../../../src/server/http.ts';
import type { Store } from '../../../src/store/store.ts';
import { openTestStore } from '../../../src/store/testing.ts';

export const NAMESPACE = 'rj-escritorio';
const AGENT = join(import.meta.dirname, 'agentprocess.ts');

/** A server with orchestrator and lake on a real store, and agents that are processes; made and ended at will. */
export interface World {
  readonly origin: string;
  readonly store: Store;
  readonly client: OrchestratorClient;
  readonly secrets: Secrets;
  /** A folder for what runs leave behind. */
  readonly folder: string;
  key(role: Role): Promise<string>;
  deploy(file: string): Promise<Registered[]>;
  startServer(): Promise<void>;
  /** As when it is killed: connections break in the middle, nothing is told to anybody. */
  stopServer(): Promise<void>;
  startAgent(name?: string, more?: Pick<AgentOptions, 'limits'>): Promise<ChildProcess>;
  /** States of the run's tasks by key, all attempts in order. */
  taskStates(run: string): Promise<Record<string, string[]>>;
  close(): Promise<void>;
}

const LEASE_MS = 2_000;
const HEARTBEAT_MS = 150;

export async function openWorld(): Promise<World> {
  const store = await openTestStore();
  const access = createAccess(store);
  await access.putAgency({ id: 'escritorio', name: 'Escritório' });
  await access.putProject({ id: NAMESPACE, agency: 'escritorio' });
  await access.putNamespace({ id: NAMESPACE, agency: 'escritorio', project: NAMESPACE });
  const folder = mkdtempSync(join(tmpdir(), 'arcos-orchestrator-'));
  mkdirSync(join(folder, 'lake'));

  const masterKey = randomBytes(32).toString('base64');
  const secrets = createSecrets(
    store,
    keyRing(() => masterKey),
  );
  const audit = createAudit(store, { log: silentLog });
  const agents = new Set<ChildProcess>();
  let parts: { app: FastifyInstance; orchestrator: Orchestrator; lake: Lake } | undefined;
  let port = 0;

  async function key(role: Role): Promise<string> {
    const principal = await access.putPrincipal({
      kind: 'service_account',
      name: role,
      agency: 'escritorio',
      bindings: [{ role, scope: { kind: 'agency', id: 'escritorio' } }],
    });
    return access.issueKey(principal, { purpose: 'test' });
  }

  async function startServer(): Promise<void> {
    const lake = await createLake({ store, root: join(folder, 'lake'), log: silentLog });
    await lake.putBucket({ name: 'arcos-code', project: NAMESPACE, purpose: 'code' });
    await lake.putBucket({ name: NAMESPACE, project: NAMESPACE, purpose: 'data' });
    const times = { leaseMs: LEASE_MS, reapEveryMs: 100, scheduleEveryMs: 100 };
    const orchestrator = createOrchestrator({ store, access, log: silentLog, ...times });
    await orchestrator.start();
    const app = await createHttp({ access, log: silentLog, webDist: join(folder, 'none') });
    await app.register(accessRoutes({ access, audit, secrets }));
    await app.register(lakeRoutes({ lake, access }));
    await app.register(orchestratorRoutes({ orchestrator, access }));
    // Where it was before, if it was.
    port = Number(new URL(await app.listen({ host: '127.0.0.1', port })).port);
    parts = { app, orchestrator, lake };
  }

  async function stopServer(): Promise<void> {
    const { app, orchestrator, lake } = parts ?? {};
    parts = undefined;
    app?.server.closeAllConnections();
    await Promise.all([app?.close(), orchestrator?.stop(), lake?.stop()]);
  }

  await startServer();
  const origin = `http://127.0.0.1:${port}`;
  const administrator = { baseUrl: origin, key: await key('administrador') };
  const agentKey = await key('agente');
  const client = orchestratorClient(administrator);

  return {
    origin,
    store,
    client,
    secrets,
    folder,
    key,
    startServer,
    stopServer,
    deploy: (file) => deployFlow({ file, namespace: NAMESPACE, lake: lakeClient(administrator), client }),
    async startAgent(name = 'one', more = {}) {
      const workDir = join(folder, `agent-${name}`);
      const options = { server: origin, namespace: NAMESPACE, name, labels: ['rio'], slots: 4, workDir, ...more };
      const child = spawn(process.execPath, [AGENT], {
        env: { ...process.env, AGENT: JSON.stringify({ ...options, key: agentKey, heartbeatMs: HEARTBEAT_MS }) },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      agents.add(child);
      child.once('exit', () => agents.delete(child));
      await once(child, 'message');
      return child;
    },
    async taskStates(run) {
      const rows = await store
        .tables<OrchestratorTables>()
        .selectFrom('orchestrator.task_run')
        .select(['key', 'state'])
        .where('run', '=', run)
        .orderBy('attempt')
        .execute();
      const states: Record<string, string[]> = {};
      for (const { key: task, state } of rows) states[task] = [...(states[task] ?? []), state];
      return states;
    },
    async close() {
      for (const agent of agents) {
        agent.kill('SIGKILL');
        await once(agent, 'exit');
      }
      await stopServer();
      await audit.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
