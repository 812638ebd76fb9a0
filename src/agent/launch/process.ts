import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '../../base/ids.ts';
import type { FromBundle, ToBundle } from '../../flow/bundled.ts';
import type { LogLevel } from '../../flow/events.ts';
import { readLines } from './lines.ts';
import type { Binding } from './warm.ts';
import { killWorkersIn } from './workers.ts';

export interface WarmOptions {
  /** Where processes have their own folders: made here, and removed with them. */
  readonly folder: string;
  /** Where Node keeps what it has compiled. */
  readonly compiled: string;
  /** Of JavaScript's heap, in MiB. */
  readonly memoryMb: number;
}

/** Told each line that the process writes by itself; it has to wait while the promise, if there is one, is open. */
export type OnLine = (level: LogLevel, line: string) => Promise<void> | undefined;

/** A process that waits for its run. */
export interface Warm {
  /** Not if it has ended, for whatever reason. */
  alive(): boolean;
  /** Makes it the process of a run; once. */
  bind(binding: Binding, onLine: OnLine): Launched;
  /** Ends it at once, with everything it has started. */
  kill(): void;
}

export interface Launched {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
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

const BEGIN = join(import.meta.dirname, 'warm.ts');

/**
 * Starts a process for a run that is not known yet: an environment of its own, a folder of its own, and a
 * process group of its own, so that nothing of it is left when it ends. It ends itself when this process
 * is gone: it notices by the channel between them.
 */
export function startWarm({ folder: parent, compiled, memoryMb }: WarmOptions): Warm {
  const folder = join(parent, newId());
  mkdirSync(folder, { recursive: true });
  const child = spawn(process.execPath, ['--enable-source-maps', `--max-old-space-size=${memoryMb}`, BEGIN], {
    cwd: folder,
    env: basics(folder, compiled),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  const ended = whenEnded(child).then(async (end) => {
    killWorkersIn(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
    return end;
  });
  const kill = () => {
    killGroup(child);
    // Of one that has no run nobody waits for the end.
    if (child.pid === undefined) rmSync(folder, { recursive: true, force: true });
  };
  return {
    alive: () => child.connected && child.exitCode === null && child.signalCode === null,
    bind(binding, onLine) {
      if (child.stdout !== null) readLines(child.stdout, (line) => onLine('info', line));
      if (child.stderr !== null) readLines(child.stderr, (line) => onLine('warn', line));
      tell(child, binding);
      return { pid: child.pid, ended, cancel: () => tell(child, { kind: 'cancel' }), kill };
    },
    kill,
  };
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

function tell(child: ChildProcess, message: ToBundle | Binding): void {
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
function basics(folder: string, compiled: string): NodeJS.ProcessEnv {
  const kept = KEPT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  // Node then neither strips types nor compiles what it has seen before: that would be half of a small run's time.
  return { ...Object.fromEntries(kept), NODE_COMPILE_CACHE: compiled, HOME: folder, TMPDIR: folder };
}
