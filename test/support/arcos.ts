import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArcosError } from '../../src/base/errors.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const UP_MS = 60_000;

/** One agency with one project, `cidade`, and its bucket. */
const CITY = `[agencies.cidade]
name = "Cidade"

[projects.cidade]
agency = "cidade"

[namespaces]
`;

export interface Program {
  readonly origin: string;
  readonly pid: number;
  /** Ends it with a signal; nothing happens when it has ended. */
  end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface Arcos extends Program {
  /** Of the administrator. */
  readonly key: string;
}

/**
 * `arcos up` as its users start it, of a small city in a folder of its own, which may be there from before.
 * `ARCOS_BENCH_NODE` has flags for its Node, such as `--cpu-prof`.
 */
export async function startArcos(folder: string, port: number): Promise<Arcos> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'arcos.toml'), CITY);
  const node = (process.env['ARCOS_BENCH_NODE'] ?? '').split(' ').filter((flag) => flag !== '');
  const flags = ['--state', join(folder, 'state'), '--city', folder, '--port', String(port), '--log-level', 'warn'];
  const program = await startProgram(port, process.execPath, [...node, MAIN, 'up', ...flags], '/api/health');
  return { ...program, key: readFileSync(join(folder, 'state', 'keys', 'administrador.key'), 'utf8').trim() };
}

/** A program that serves on a port, once it answers at `path`. Throws UNAVAILABLE with what it said when it does not. */
export async function startProgram(port: number, program: string, args: string[], path: string): Promise<Program> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said = (said + text).slice(-2000);
  });
  const origin = `http://127.0.0.1:${port}`;
  const end = (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => endProcess(child, signal);
  for (const until = Date.now() + UP_MS; ; await sleep(100)) {
    const up = await fetch(origin + path).then(
      ({ status }) => status < 500,
      () => false,
    );
    if (up) return { origin, pid: child.pid ?? 0, end };
    if (child.exitCode === null && Date.now() < until) continue;
    await end();
    throw new ArcosError('UNAVAILABLE', `${program} did not start: ${said}`);
  }
}

async function endProcess(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
