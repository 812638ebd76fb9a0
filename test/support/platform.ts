import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deployFlow } from '../../src/agent/deploy.ts';
import { lakeClient } from '../../src/lake/client.ts';
import { type OrchestratorClient, orchestratorClient } from '../../src/orchestrator/client.ts';
import { warehouseClient } from '../../src/warehouse/client.ts';
import type { WarehouseClient } from '../../src/warehouse/port.ts';

const ROOT = join(import.meta.dirname, '..', '..');
export const SAMPLE_CITY = join(ROOT, 'examples', 'rio');
const ARCOS = join(ROOT, 'arcos');

/** Arcos as its users have it: a server and an agent, each a process of the command line. */
export interface Platform {
  readonly origin: string;
  /** Of the administrator. */
  readonly key: string;
  readonly client: OrchestratorClient;
  readonly warehouse: WarehouseClient;
  /** The server's and the agent's processes, as they are now. */
  readonly processes: { server: ChildProcess; agent: ChildProcess };
  startServer(): Promise<void>;
  startAgent(): Promise<void>;
  /** Without schedules: what runs is what a test starts, also at six in the morning. */
  deploy(file: string): Promise<void>;
  /** What the server and the agent wrote so far, for a failed test's message. */
  logs(): string;
  close(): Promise<void>;
}

export const NAMESPACE = 'rj-escritorio';

export async function openPlatform(): Promise<Platform> {
  const dir = mkdtempSync(join(tmpdir(), 'arcos-platform-'));
  const state = join(dir, 'state');
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const keyOf = (name: string) => readFileSync(join(state, 'keys', `${name}.key`), 'utf8').trim();

  const arcos = (name: string, args: string[], environment: Record<string, string> = {}): ChildProcess => {
    const log = openSync(join(dir, `${name}.log`), 'a');
    const child = spawn(ARCOS, args, {
      cwd: dir,
      env: { ...process.env, ...environment },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    return child;
  };

  const processes = {} as Platform['processes'];
  const startServer = async () => {
    const flags = { state, city: SAMPLE_CITY, port: String(port), 'engine-memory': '512MB' };
    processes.server = arcos('server', [
      'up',
      ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]),
    ]);
    await until('the server to be up', async () => {
      if (processes.server.exitCode !== null)
        throw new Error(`The server ended:\n${readFileSync(join(dir, 'server.log'), 'utf8')}`);
      return (await fetch(`${origin}/api/health`).catch(() => undefined))?.ok === true;
    });
    // Its last part: keys are there, models servers too.
    await until('the server to say so', async () =>
      readFileSync(join(dir, 'server.log'), 'utf8').includes('Arcos is up'),
    );
  };
  const startAgent = async () => {
    const flags = {
      namespace: NAMESPACE,
      name: 'test',
      labels: NAMESPACE,
      server: origin,
      'work-dir': join(dir, 'agent'),
    };
    const args = ['agent', ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])];
    processes.agent = arcos('agent', args, { ARCOS_KEY: keyOf(`agente-${NAMESPACE}`) });
  };

  await startServer();
  await startAgent();
  const connection = { baseUrl: origin, key: keyOf('administrador') };
  const client = orchestratorClient(connection);
  return {
    origin,
    key: connection.key,
    client,
    warehouse: warehouseClient(connection),
    processes,
    startServer,
    startAgent,
    async deploy(file) {
      await deployFlow({ file, namespace: NAMESPACE, lake: lakeClient(connection), client, schedules: false });
    },
    logs: () =>
      ['server', 'agent'].map((name) => `${name}:\n${readFileSync(join(dir, `${name}.log`), 'utf8')}`).join('\n'),
    async close() {
      await Promise.all([stop(processes.agent), stop(processes.server)]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Kills as a power cut does. */
export async function killHard(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Waits until it is so; throws when it is not after `seconds`. */
export async function until(what: string, isSo: () => Promise<boolean>, seconds = 60): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) if (await isSo()) return;
  throw new Error(`Waited ${seconds} s for ${what}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
