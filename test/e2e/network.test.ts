import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ensureWeb } from '../../src/cli/web.ts';
import { privateCertificate } from './network/authority.ts';
import { layHosts } from './network/hosts.ts';

/**
 * The agent in an agency's own network: it has a link to the office's proxy and to nothing else, the proxy lets it
 * through to the server's HTTPS port alone, and the certificate is of an authority of the city's own. The lake is a
 * part of the server's process and so on the server's host.
 */
const ROOT = join(import.meta.dirname, '..', '..');
const CITY = join(ROOT, 'examples', 'rio');
const NODE = process.execPath;
/** Seconds for which the link is lost; ten minutes: ARCOS_LOST_LINK=600 npx vitest run test/e2e/network.test.ts */
const LOST_S = Number(process.env['ARCOS_LOST_LINK'] ?? 3);
const PORT = 8443;
const NAMESPACE = 'rj-escritorio';

const hosts = layHosts();
const there = 'missing' in hosts ? undefined : hosts;
const started: ChildProcess[] = [];
let dir: string;
let origin: string;
let serverSide: NodeJS.ProcessEnv;
let agentSide: NodeJS.ProcessEnv;
let output = '';

/** Starts a program on a host, and waits until it says `ready`. */
async function start(
  host: 'server' | 'proxy' | 'agent',
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  ready: RegExp | undefined,
): Promise<void> {
  if (there === undefined) return;
  const { file, args } = there.on(host, ...command);
  const child = spawn(file, args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      said += String(chunk);
      output += String(chunk);
    });
  }
  if (ready !== undefined) await vi.waitUntil(() => ready.test(said), { timeout: 120_000 });
}

async function on(host: 'server' | 'agent', command: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  if (there === undefined) return '';
  const { file, args } = there.on(host, ...command);
  return (await promisify(execFile)(file, args, { cwd: dir, env })).stdout;
}

const arcos = (...args: string[]) => [NODE, join(ROOT, 'src', 'cli', 'start.ts'), ...args];
const ask = (...args: string[]) =>
  on(
    'server',
    arcos(...args, '--server', origin, '--key-file', join(dir, 'state', 'keys', 'administrador.key')),
    serverSide,
  );

beforeAll(async () => {
  if (there === undefined) return;
  await ensureWeb();
  dir = mkdtempSync(join(tmpdir(), 'arcos-network-'));
  mkdirSync(join(dir, 'agent'));
  const { server, proxy } = there.addresses;
  origin = `https://${server}:${PORT}`;
  const { authority, cert, key } = privateCertificate(dir, server);
  const { PATH, HOME } = process.env;
  serverSide = { PATH, HOME, NODE_EXTRA_CA_CERTS: authority };
  agentSide = { ...serverSide, HTTPS_PROXY: `http://${proxy}:3128` };
  await start(
    'proxy',
    [NODE, join(import.meta.dirname, 'network', 'proxy.ts'), proxy, '3128', `${server}:${PORT}`],
    { PATH },
    /listening/,
  );
  const tls = ['--tls-cert', cert, '--tls-key', key];
  const where = ['--host', server, '--port', String(PORT), '--state', join(dir, 'state'), '--city', CITY];
  await start('server', arcos('up', ...where, ...tls, '--engine-memory', '512MB'), serverSide, /Arcos is up/);
  // Its key is all that the agent's host is given.
  const agentKey = join(dir, 'agent', 'agent.key');
  cpSync(join(dir, 'state', 'keys', `agente-${NAMESPACE}.key`), agentKey);
  const as = [
    '--namespace',
    NAMESPACE,
    '--name',
    'longe',
    '--labels',
    NAMESPACE,
    '--work-dir',
    join(dir, 'agent', 'work'),
  ];
  await start('agent', arcos('agent', ...as, '--server', origin, '--key-file', agentKey), agentSide, undefined);
}, 240_000);
afterAll(async () => {
  for (const { pid } of started.reverse()) if (pid !== undefined) process.kill(-pid, 'SIGTERM');
  await Promise.all(started.map((child) => child.exitCode ?? new Promise((done) => child.once('exit', done))));
  there?.remove();
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
}, 60_000);

const skip = there === undefined;

test.skipIf(skip)(
  'the agent’s host reaches the server by the proxy alone, and nothing else by it',
  { timeout: 60_000 },
  async () => {
    const fetching = (url: string) => [
      NODE,
      '-e',
      `fetch(${JSON.stringify(url)}).then((a) => console.log(a.status), (e) => console.log('no'))`,
    ];
    const direct = { ...agentSide, HTTPS_PROXY: '' };
    expect((await on('agent', fetching(`${origin}/api/health`), direct)).trim()).toBe('no');
    const byProxy = { ...agentSide, NODE_USE_ENV_PROXY: '1' };
    expect((await on('agent', fetching(`${origin}/api/health`), byProxy)).trim()).toBe('200');
    expect((await on('agent', fetching(`https://${there?.addresses.server}:9443/`), byProxy)).trim()).toBe('no');
    // Without the city's authority the certificate is nobody's.
    const stranger = { ...byProxy, NODE_EXTRA_CA_CERTS: '' };
    expect((await on('agent', fetching(`${origin}/api/health`), stranger)).trim()).toBe('no');
  },
);

test.skipIf(skip)(
  'the whole sample runs there, over a link that is lost meanwhile',
  { timeout: (LOST_S + 300) * 1000 },
  async () => {
    await ask('deploy', join(CITY, 'flows', 'chamados.ts'), '--namespace', NAMESPACE, '--no-schedules');
    await ask('run', 'chamados', '--detach');
    const runs = async () => JSON.parse(await ask('runs', 'list', '--json')) as { state: string; agent?: string }[];
    await expect.poll(async () => (await runs())[0]?.state, { timeout: 120_000, interval: 200 }).toBe('Running');
    there?.link('down');
    await sleep(LOST_S * 1000);
    there?.link('up');
    await expect.poll(async () => (await runs())[0]?.state, { timeout: 240_000, interval: 500 }).toBe('Completed');
    expect((await runs())[0]?.agent).toBe('longe');
    const rows = await ask(
      'query',
      'SELECT COUNT(*) AS n FROM `rj-escritorio.adm_central_atendimento_1746.chamado`',
      '--project',
      'rj-escritorio',
    );
    expect(Number(/\d{2,}/.exec(rows)?.[0])).toBeGreaterThan(100);
    // Everything that came from there came by the proxy, and to one address.
    const tunnels = new Set(output.match(/^\d+\.\d+\.\d+\.\d+:\d+$/gm));
    expect([...tunnels].filter((to) => to !== new URL(origin).host)).toEqual([`${there?.addresses.server}:9443`]);
    expect(readFileSync(join(dir, 'agent', 'agent.key'), 'utf8')).toMatch(/^arcos_/);
  },
);
