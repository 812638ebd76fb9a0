import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { ArcosError } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import { FAILURE_MARK } from '../../../sql/duckdb.ts';
import { Priority } from './priority.ts';
import type { EngineAnswer, EngineSettings, EngineTask, FromEngine, ToEngine } from './protocol.ts';
import { createTurns, stopped } from './turns.ts';

/** What runs tasks: an engine, or a session in it. */
export interface Runner {
  /**
   * Throws INVALID for what the user's SQL did wrong, CANCELLED, and UNAVAILABLE when the process died;
   * then only the catalog knows whether the steps were committed, and `data.connections` is the name under
   * which the process was connected to it.
   */
  run(task: EngineTask, signal?: AbortSignal): Promise<EngineAnswer>;
}

/** A connection of its own, with temporary tables and transactions; it ends with the engine's process too. */
export interface EngineSession extends Runner {
  close(): void;
}

/** An engine in a process of its own: started by the first task, started anew after it died. */
export interface Engine extends Runner {
  session(): EngineSession;
  stop(): Promise<void>;
  /** Of the process; undefined while none is running. */
  readonly pid: number | undefined;
}

interface Waiting {
  readonly resolve: (answer: EngineAnswer) => void;
  readonly reject: (error: ArcosError) => void;
}

export interface EngineOptions {
  /** Settings that name the process's connections, and the name: another one for each process. */
  readonly connectAs: () => { settings: EngineSettings; connections: string };
  /** Tasks that run at once; the others wait. */
  readonly atOnce: number;
  /** How long a task may run. */
  readonly timeLimitMs: number;
  readonly log: Log;
}

export function createEngine({ connectAs, atOnce, timeLimitMs, log }: EngineOptions): Engine {
  const turns = createTurns(atOnce);
  let priority: Priority | undefined;
  let child: Promise<ChildProcess> | undefined;
  let pid: number | undefined;
  let nextId = 1;
  let nextSession = 1;
  const waiting = new Map<number, Waiting>();

  function launch(): Promise<ChildProcess> {
    const begun = fork(join(import.meta.dirname, 'process.ts'), {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const { settings, connections } = connectAs();
    pid = begun.pid;
    priority = pid === undefined ? undefined : new Priority(pid);
    return new Promise((resolve, reject) => {
      begun.on('message', (message: FromEngine) => {
        if (message.kind === 'ready') resolve(begun);
        else if (message.kind === 'failed')
          reject(new ArcosError('UNAVAILABLE', `The engine does not start: ${message.message}`));
        else settle(message);
      });
      begun.on('exit', (code, signal) => {
        child = undefined;
        pid = undefined;
        const error = new ArcosError('UNAVAILABLE', `The engine stopped (${signal ?? `code ${code}`})`, {
          data: { connections },
        });
        if (waiting.size > 0) log.warn('an engine died with jobs under way', { code, signal, jobs: waiting.size });
        for (const { reject: fail } of waiting.values()) fail(error);
        waiting.clear();
        priority?.idle();
        reject(error);
      });
      say(begun, { kind: 'start', settings });
    });
  }

  function settle(message: Extract<FromEngine, { id: number }>): void {
    const task = waiting.get(message.id);
    waiting.delete(message.id);
    if (waiting.size === 0) priority?.idle();
    if (message.kind === 'answer') task?.resolve(message.answer);
    else task?.reject(engineError(message.message));
  }

  /** The process that runs, or a new one. */
  async function current(): Promise<ChildProcess> {
    child ??= launch();
    return child.catch((error: unknown) => {
      child = undefined;
      throw error;
    });
  }

  async function runOn(
    process: ChildProcess,
    task: EngineTask,
    signal: AbortSignal | undefined,
    session?: number,
  ): Promise<EngineAnswer> {
    const id = nextId++;
    const asks = session === undefined && task.steps.length === 0;
    const cancel = () => {
      // It stops the sooner for not being behind others.
      priority?.idle();
      say(process, { kind: 'cancel', id });
      // A question has nothing to tell any more; what changes tables must say whether it was committed.
      if (asks) waiting.get(id)?.reject(stopped());
    };
    let late = false;
    const deadline = setTimeout(() => {
      late = true;
      cancel();
    }, timeLimitMs).unref();
    signal?.addEventListener('abort', cancel, { once: true });
    // It may have come while the process was started.
    demandGoing(signal);
    try {
      return await new Promise<EngineAnswer>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        priority?.busy();
        say(process, { kind: 'run', id, task, ...(session === undefined ? {} : { session }) });
      });
    } catch (error) {
      throw late ? tookTooLong(timeLimitMs) : error;
    } finally {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** A question is asked once more when its process died: it has changed nothing. */
  async function runAlone(task: EngineTask, signal: AbortSignal | undefined): Promise<EngineAnswer> {
    try {
      return await runOn(await current(), task, signal);
    } catch (error) {
      const died = error instanceof ArcosError && error.data['connections'] !== undefined;
      if (!died || task.steps.length > 0) throw error;
      return runOn(await current(), task, signal);
    }
  }

  return {
    get pid() {
      return pid;
    },

    run: (task, signal) => turns.take(() => runAlone(task, signal), signal),

    session() {
      const session = nextSession++;
      let home: ChildProcess | undefined;
      return {
        run: (task, signal) =>
          turns.take(async () => {
            home ??= await current();
            if (!home.connected) throw new ArcosError('UNAVAILABLE', 'The engine stopped, and the session with it');
            return runOn(home, task, signal, session);
          }, signal),
        close() {
          if (home !== undefined) say(home, { kind: 'close', session });
        },
      };
    },

    async stop() {
      const process = await child?.catch(() => undefined);
      if (process === undefined || process.exitCode !== null) return;
      const ended = new Promise<void>((done) => process.once('exit', () => done()));
      process.disconnect();
      await ended;
    },
  };
}

function demandGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw stopped();
}

function tookTooLong(limitMs: number): ArcosError {
  return new ArcosError('CANCELLED', `Operation timed out after ${limitMs / 1000} seconds`, {
    hint: 'Ask for less, or raise the setting engine-seconds.',
    data: { reason: 'timeout' },
  });
}

function say(process: ChildProcess, message: ToEngine): void {
  // One that dies at this moment is found by its end, which settles all that waits for it.
  if (process.connected) process.send(message, () => undefined);
}

/** DuckDB's message in the words of ours: what emitted SQL raised itself carries a mark. */
function engineError(message: string): ArcosError {
  const marked = message.indexOf(FAILURE_MARK);
  if (marked >= 0) {
    const said = message.slice(marked + FAILURE_MARK.length).replace(/'? to INT64.*$|'? when casting.*$|"$/s, '');
    return new ArcosError('INVALID', said, { data: { reason: 'invalidQuery' } });
  }
  if (/^INTERRUPT/i.test(message)) return stopped();
  if (/Out of Memory/i.test(message)) {
    return new ArcosError('QUOTA', 'Resources exceeded during query execution: not enough memory', {
      data: { reason: 'resourcesExceeded' },
    });
  }
  if (/transaction conflict|write-write conflict|maximum retry count/i.test(message)) {
    return new ArcosError('UNAVAILABLE', 'Could not serialize access to the table due to concurrent updates', {
      hint: 'Run the statement again.',
      data: { reason: 'backendError' },
    });
  }
  const csv = csvError(message);
  if (csv !== undefined) return csv;
  const [first = message] = message.split('\n');
  return new ArcosError('INVALID', first.replace(/^[A-Z][\w ]* Error: /, ''), { data: { reason: 'invalidQuery' } });
}

/** A line of a CSV file that the reader refuses: which, why, and `data.file`. */
function csvError(message: string): ArcosError | undefined {
  const [, line] = /CSV Error on Line: (\d+)/.exec(message) ?? [];
  if (line === undefined) return undefined;
  const reasons = message
    .split('\n')
    .filter((text) => /^(Expected|Error when|Value with|Invalid unicode|Line)/.test(text));
  const [, file] = /^\s*file ?= ?(.+)$/m.exec(message) ?? [];
  return new ArcosError('INVALID', `${reasons[0]?.trim() ?? 'the row is malformed'} in row ${line}`, {
    data: { reason: 'invalid', ...(file === undefined ? {} : { file: file.trim() }) },
  });
}
