import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { type RunEnvironment, writeRunEnvironment } from '../../base/environment.ts';
import type { FromBundle, ToBundle } from '../../flow/bundled.ts';
import type { LogLevel } from '../../flow/events.ts';
import { readLines } from './lines.ts';

export interface LaunchRequest {
  readonly bundleFile: string;
  readonly flow: string;
  readonly fence: number;
  readonly parameters: unknown;
  readonly environment: RunEnvironment;
  /** The run's own folder: made here, and removed when the run is over. */
  readonly folder: string;
  /** Of JavaScript's heap, in MiB. */
  readonly memoryMb: number;
  /** Told each line that the process writes by itself; it has to wait while the promise, if there is one, is open. */
  readonly onLine: (level: LogLevel, line: string) => Promise<void> | undefined;
}

export interface Launched {
  /** Never rejects. */
  readonly ended: Promise<Ended>;
  /** Asks it to end by itself. */
  cancel(): void;
  /** Ends it at once, with everything it has started. */
  kill(): void;
}

export interface Ended {
  /** It has said that its final state arrived. */
  readonly done: boolean;
  /** For people: `exit code 1`, `signal SIGKILL`. */
  readonly how: string;
}

/**
 * Starts the process of a run: an environment of its own, a folder of its own, and a process group of
 * its own, so that nothing of it is left when it ends. It ends itself when this process is gone: it
 * notices by the channel between them.
 */
export async function launchProcess(request: LaunchRequest): Promise<Launched> {
  const { bundleFile, folder, memoryMb, flow, fence, parameters, onLine } = request;
  await mkdir(folder, { recursive: true });
  const child = spawn(process.execPath, ['--enable-source-maps', `--max-old-space-size=${memoryMb}`, bundleFile], {
    cwd: folder,
    env: { ...basics(folder), ...writeRunEnvironment(request.environment) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  if (child.stdout !== null) readLines(child.stdout, (line) => onLine('info', line));
  if (child.stderr !== null) readLines(child.stderr, (line) => onLine('warn', line));
  const ended = whenEnded(child).then(async (end) => {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
    return end;
  });
  tell(child, { kind: 'run', flow, fence, parameters });
  return { ended, cancel: () => tell(child, { kind: 'cancel' }), kill: () => killGroup(child) };
}

/** When it and all that held on to its output are gone. */
function whenEnded(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve) => {
    let done = false;
    child.on('message', (message: FromBundle) => {
      if (message.kind === 'done') done = true;
    });
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ done: false, how: error.message });
    });
    child.on('exit', () => killGroup(child));
    child.on('close', (code, signal) => {
      resolve({ done, how: signal === null ? `exit code ${code}` : `signal ${signal}` });
    });
  });
}

function tell(child: ChildProcess, message: ToBundle): void {
  // One that is gone already is found by its end.
  if (child.connected) child.send(message, () => undefined);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group.
  }
}

const KEPT = [
  'PATH',
  'LANG',
  'LC_ALL',
  'TZ',
  'SystemRoot',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'NODE_USE_ENV_PROXY',
  'NODE_EXTRA_CA_CERTS',
] as const;

/** What any program needs, and nothing that this process knows besides. */
function basics(folder: string): NodeJS.ProcessEnv {
  const kept = KEPT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return { ...Object.fromEntries(kept), HOME: folder, TMPDIR: folder };
}
