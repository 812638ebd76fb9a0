import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccess } from '../../../src/access/access.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createLake } from '../../../src/lake/lake.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/store/embedded/postgres.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { openStore } from '../../../src/store/store.ts';
import { descendants } from '../../support/processes.ts';
import { NAMESPACE } from './world.ts';

/** Servers, agents and PostgreSQL as processes that can be killed one by one, and come up again. */
export interface ChaosCity {
  /** Of what stands before the servers, and sends each connection to one that is there. */
  readonly origin: string;
  readonly folder: string;
  readonly databaseUrl: string;
  readonly administratorKey: string;
  readonly kill: Readonly<Record<Victim, () => Promise<void>>>;
  close(): Promise<void>;
}

export type Victim = 'run' | 'agent' | 'server' | 'session' | 'postgres';

const LEASE_MS = 3_000;
const HEARTBEAT_MS = 300;

export async function openChaosCity(size: { servers: number; agents: number; slots: number }): Promise<ChaosCity> {
  await using opening = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'arcos-chaos-'));
  opening.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  mkdirSync(join(folder, 'lake'));
  const output = openSync(join(folder, 'output.log'), 'a');
  const cluster = { dir: join(folder, 'pg'), logFile: join(folder, 'postgres.log'), log: silentLog };
  let postgres: EmbeddedPostgres = await startEmbeddedPostgres(cluster);
  opening.defer(() => postgres.stop());
  const { administratorKey, agentKey } = await settle(postgres.url, join(folder, 'lake'));

  const servers = Array.from({ length: size.servers }, () =>
    standing(join(import.meta.dirname, 'serverprocess.ts'), output, () => ({
      SERVER: JSON.stringify({ url: postgres.url, folder, leaseMs: LEASE_MS, port: 0 }),
    })),
  );
  for (const server of servers) opening.defer(() => server.end());
  await Promise.all(servers.map((server) => server.start()));
  const front = await startFront(() => servers.flatMap((server) => server.said() ?? []));
  opening.defer(() => front.close());

  const agents = Array.from({ length: size.agents }, (_, index) =>
    standing(join(import.meta.dirname, 'agentprocess.ts'), output, () => ({
      AGENT: JSON.stringify({
        server: front.origin,
        key: agentKey,
        namespace: NAMESPACE,
        name: `agent-${index}`,
        labels: ['rio'],
        slots: size.slots,
        workDir: join(folder, `agent-${index}`),
        heartbeatMs: HEARTBEAT_MS,
      }),
    })),
  );
  for (const agent of agents) opening.defer(() => agent.end());
  await Promise.all(agents.map((agent) => agent.start()));

  const open = opening.move();
  return {
    origin: front.origin,
    folder,
    databaseUrl: postgres.url,
    administratorKey,
    kill: {
      async run() {
        const { pid } = oneOf(agents);
        // Those that wait for a run are among them.
        const victim = oneOf(descendants(pid() ?? 0));
        if (victim !== undefined) end(victim);
      },
      agent: () => oneOf(agents).restart(),
      server: () => oneOf(servers).restart(),
      // PostgreSQL ends all sessions when one was killed, and recovers by itself.
      async session() {
        const victim = oneOf(descendants(postgres.pid));
        if (victim !== undefined) end(victim);
      },
      async postgres() {
        for (const pid of [postgres.pid, ...descendants(postgres.pid)]) end(pid);
        postgres = await startAgain(cluster);
      },
    },
    close: () => open.disposeAsync(),
  };
}

async function settle(url: string, lakeFolder: string): Promise<{ administratorKey: string; agentKey: string }> {
  const store = openStore(url);
  await migrate(store);
  const access = createAccess(store);
  await access.putAgency({ id: 'escritorio', name: 'Escritório' });
  await access.putProject({ id: NAMESPACE, agency: 'escritorio' });
  await access.putNamespace({ id: NAMESPACE, agency: 'escritorio', project: NAMESPACE });
  const keyOf = async (role: 'administrador' | 'agente') => {
    const bindings = [{ role, scope: { kind: 'agency', id: 'escritorio' } }] as const;
    const id = await access.putPrincipal({ kind: 'service_account', name: role, agency: 'escritorio', bindings });
    return access.issueKey(id, { purpose: 'chaos' });
  };
  const lake = await createLake({ store, root: lakeFolder, log: silentLog });
  await lake.putBucket({ name: 'arcos-code', project: NAMESPACE, purpose: 'code' });
  await lake.stop();
  const keys = { administratorKey: await keyOf('administrador'), agentKey: await keyOf('agente') };
  await store.close();
  return keys;
}

/** A process that is started again when it is killed, as whoever supervises it would. */
function standing(file: string, output: number, environment: () => Record<string, string>) {
  let child: ChildProcess | undefined;
  let said: unknown;
  let ended = false;
  async function start(): Promise<void> {
    while (!ended) {
      const started = spawn(process.execPath, [file], {
        env: { ...process.env, ...environment() },
        stdio: ['ignore', output, output, 'ipc'],
      });
      child = started;
      const exit = once(started, 'exit').then(() => undefined);
      // It may not come up while the store is away.
      const message = await Promise.race([once(started, 'message'), exit]);
      if (message === undefined) continue;
      said = message[0];
      return;
    }
  }
  async function kill(): Promise<void> {
    said = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
  return {
    start,
    pid: () => child?.pid,
    said: () => said as number | undefined,
    async restart() {
      await kill();
      await start();
    },
    async end() {
      ended = true;
      await kill();
    },
  };
}

/** What stands before several servers, as a load balancer does. */
async function startFront(ports: () => readonly number[]): Promise<{ origin: string; close(): Promise<void> }> {
  let turn = 0;
  const front = createServer((inward) => {
    const there = ports();
    const port = there[turn++ % Math.max(1, there.length)];
    if (port === undefined) return inward.destroy();
    const outward = connect(port, '127.0.0.1');
    inward.pipe(outward).pipe(inward);
    for (const [one, other] of [
      [inward, outward],
      [outward, inward],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    return undefined;
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const address = front.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => new Promise((done) => front.close(() => done())),
  };
}

/** Sessions of the killed one may hold its shared memory for a moment still. */
async function startAgain(cluster: Parameters<typeof startEmbeddedPostgres>[0]): Promise<EmbeddedPostgres> {
  for (let tries = 1; ; tries++) {
    try {
      return await startEmbeddedPostgres(cluster);
    } catch (error) {
      if (tries === 20) throw error;
    }
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function oneOf<Item>(items: readonly Item[]): Item {
  return items[Math.floor(Math.random() * items.length)] as Item;
}
