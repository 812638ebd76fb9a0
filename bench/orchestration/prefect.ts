import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ArcosError } from '../../src/base/errors.ts';
import { httpClient } from '../../src/base/http.ts';
import { patiently } from '../../src/base/patience.ts';
import { residentMb } from './memory.ts';

export interface Prefect {
  /** Starts so many runs of the trivial flow and waits until all are completed. */
  run(count: number): Promise<void>;
  /** Milliseconds that a flow of so many tasks takes in a process of its own, which tells the server of them. */
  tasks(count: number): Promise<number>;
  /** Megabytes of resident memory of the server and what serves the flow. */
  memory(): number;
  close(): Promise<void>;
}

const UP_MS = 120_000;

/** A Prefect server with what serves its one flow, both on folders of their own. */
export async function startPrefect(python: string): Promise<Prefect> {
  await using opening = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'arcos-prefect-'));
  opening.defer(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const port = await freePort();
  const env = {
    ...process.env,
    PATH: `${dirname(python)}:${process.env['PATH']}`,
    PREFECT_HOME: home,
    PREFECT_API_URL: `http://127.0.0.1:${port}/api`,
    PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
    PREFECT_LOGGING_LEVEL: 'ERROR',
    // As often as it will: the default is every ten seconds.
    PREFECT_RUNNER_POLL_FREQUENCY: '1',
  };
  const started: number[] = [];
  const start = (args: string[]) => {
    const child = spawn(python, args, { env, cwd: home, stdio: 'ignore', detached: true });
    opening.defer(() => endGroup(child));
    started.push(child.pid ?? 0);
  };
  const http = httpClient({ baseUrl: `http://127.0.0.1:${port}/api` });
  start(['-m', 'prefect', 'server', 'start', '--host', '127.0.0.1', '--port', String(port)]);
  await until('its server', () => http.json('/health').then(() => true));
  start([join(import.meta.dirname, 'trivial.py')]);
  const deployment = await until('its deployment', () =>
    http.json<{ id: string }>('/deployments/name/trivial/bench').then(({ id }) => id),
  );
  const completed = () =>
    http.json<number>('/flow_runs/count', {
      method: 'POST',
      json: { flow_runs: { state: { type: { any_: ['COMPLETED'] } } } },
    });
  const open = opening.move();
  return {
    async run(count) {
      const wanted = (await completed()) + count;
      const create = () => http.json(`/deployments/${deployment}/create_flow_run`, { method: 'POST', json: {} });
      // One by one, and again when its SQLite is locked: it answers 503 then.
      for (let made = 0; made < count; made++) await patiently(create);
      while ((await completed()) < wanted) await sleep(100);
    },
    async tasks(count) {
      const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, 'tasks.py'), String(count)], {
        env,
        cwd: home,
      });
      return Number(stdout.trim().split('\n').at(-1));
    },
    memory: () => residentMb(started),
    close: () => open.disposeAsync(),
  };
}

async function until<Value>(what: string, ask: () => Promise<Value>): Promise<Value> {
  for (const end = Date.now() + UP_MS; ; await sleep(200)) {
    try {
      return await ask();
    } catch (cause) {
      if (Date.now() > end) throw new ArcosError('UNAVAILABLE', `Prefect did not come up: ${what}`, { cause });
    }
  }
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
