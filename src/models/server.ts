import { type ChildProcess, fork } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../base/cachefolder.ts';
import { ArcosError } from '../base/errors.ts';
import { newSecret } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { Target } from './invocation.ts';
import type { FromModels, ToModels } from './rpc/protocol.ts';

export type { Target } from './invocation.ts';

export interface ModelsServerOptions {
  readonly namespace: string;
  /** Folder of the dbt project. */
  readonly directory: string;
  /** Files outside of the folder are not read: whoever published it may not see what else is on this machine. */
  readonly confined?: boolean;
  readonly target: Target;
  /** Origin of the Arcos server, which the models reach the warehouse through. */
  readonly serverUrl: string;
  /** The namespace's own key, which says what its models may read and write. */
  readonly key: string;
  readonly log: Log;
}

export interface ModelsServer {
  /** Origin it listens on, this machine only; another one after a restart. */
  readonly address: string;
  /** What a caller shows in the header `x-arcos-models-secret`. */
  readonly secret: string;
  stop(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('./rpc/process.ts', import.meta.url));
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;
/** A process that lived this long did not die of how it starts. */
const SOUND_MS = 60_000;
const STOP_MS = 5_000;
const START_MS = 30_000;

/**
 * Starts the models server of a namespace in a process of its own and answers once it listens; the project may
 * still be compiling. A process that dies is started again, after pauses that double. Throws UNAVAILABLE when the
 * first start fails.
 */
export async function startModelsServer(options: ModelsServerOptions): Promise<ModelsServer> {
  const { directory, confined = false, target, serverUrl, key } = options;
  const log = options.log.child({ namespace: options.namespace });
  const secret = newSecret();
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let address = '';
  let stopping = false;
  let pause = FIRST_PAUSE_MS;

  async function start(): Promise<void> {
    const begun = Date.now();
    const started = fork(ENTRY, {
      execPath: process.execPath,
      execArgv: EXEC_ARGV,
      env: environment(),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child = started;
    started.once('exit', (code, signal) => {
      if (stopping || child !== started) return;
      if (Date.now() - begun > SOUND_MS) pause = FIRST_PAUSE_MS;
      log.warn('The models server ended and is started again', { code, signal, pause });
      timer = setTimeout(() => void start().catch((error: Error) => log.error(error.message)), pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    });
    address = await readiness(started, { start: { directory, confined, target, serverUrl, key, secret } });
    log.info('The models server listens', { pid: started.pid, address });
  }

  await start().catch((error: unknown) => {
    stopping = true;
    child?.kill('SIGKILL');
    throw error;
  });
  return {
    get address() {
      return address;
    },
    secret,
    async stop() {
      stopping = true;
      clearTimeout(timer);
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      const force = setTimeout(() => running.kill('SIGKILL'), STOP_MS);
      running.disconnect();
      await ended;
      clearTimeout(force);
    },
  };
}

/** A small heap: a project of thousands of models fits, and several namespaces share a machine. */
const EXEC_ARGV = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=4'];

/** The variables that projects may read with env_var, and nothing of the server's own. */
function environment(): NodeJS.ProcessEnv {
  const allowed = Object.entries(process.env).filter(
    ([name]) => name.startsWith('DBT_') || name === 'TZ' || name === 'LANG',
  );
  // With its modules compiled before, the process needs 74 MB instead of 105: types are not stripped again.
  return { ...Object.fromEntries(allowed), NODE_COMPILE_CACHE: getCompileCacheDir() ?? cacheFolder('node') };
}

function readiness(child: ChildProcess, message: ToModels): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(late);
      reject(new ArcosError('UNAVAILABLE', `The models server did not start: ${reason}`));
    };
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`it did not listen within ${START_MS / 1000} s`);
    }, START_MS);
    child.once('message', (answer: FromModels) => {
      if ('failed' in answer) return fail(answer.failed);
      clearTimeout(late);
      resolve(answer.ready);
    });
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`it ended with ${signal ?? code}`));
    child.send(message);
  });
}
