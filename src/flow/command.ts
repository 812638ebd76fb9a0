import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ArcosError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { CachePolicy } from './cache.ts';
import type { TaskContext, TaskPolicy } from './call.ts';
import { type Duration, milliseconds } from './duration.ts';
import { type Task, task } from './task.ts';

export interface CommandPolicy<Input> extends Omit<TaskPolicy, 'cache'> {
  readonly cache?: CachePolicy<Input>;
  /** What to start: a file, or a name found by PATH. No shell reads it; for one, start `sh` with `-c`. */
  readonly program: string;
  readonly args?: readonly string[] | ((input: Input) => readonly string[]);
  /** Over the run's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The run's folder unless told. */
  readonly cwd?: string;
  /** How long it may take to end after SIGTERM, before SIGKILL; 10 s unless told. */
  readonly grace?: Duration;
}

/** Files of JSON that the program finds the task's input in, and leaves its result in. */
const INPUT_FILE = 'ARCOS_INPUT';
const RESULT_FILE = 'ARCOS_RESULT';

const GRACE = '10s';
/** What a process that the program left behind may still hold open of its output. */
const DRAIN_MS = 1_000;

/**
 * A task that is any program: `command({ name: 'clean', program: 'python3', args: ['clean.py'] })`. Its
 * input is JSON, on standard input and in the file that ARCOS_INPUT names; its result is what it writes,
 * as JSON, into the file that ARCOS_RESULT names, or nothing. What it prints is logged line by line as it
 * comes. An exit code other than 0, or a signal, fails the try. A try that is cancelled or takes too long
 * gets SIGTERM, and after `grace` SIGKILL.
 */
export function command<Input extends Json | undefined = undefined, Result extends Json | undefined = undefined>(
  policy: CommandPolicy<Input>,
): Task<Input, Result> {
  return task<Input, Result>(policy, async (input, context) => {
    const folder = await mkdtemp(join(tmpdir(), 'arcos-command-'));
    try {
      const files = { input: join(folder, 'input.json'), result: join(folder, 'result.json') };
      const text = JSON.stringify(input ?? null);
      await writeFile(files.input, text);
      await execute(policy, input, text, files, context);
      // It is what the program says it is.
      return (await readResult(policy.name, files.result)) as Result;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function execute<Input>(
  policy: CommandPolicy<Input>,
  input: Input,
  text: string,
  files: { readonly input: string; readonly result: string },
  { signal, log }: TaskContext,
): Promise<void> {
  const { program, args = [], env, cwd } = policy;
  signal.throwIfAborted();
  // In the process group of the run: whatever ends that ends this too.
  const child = spawn(program, typeof args === 'function' ? args(input) : args, {
    env: { ...process.env, ...env, [INPUT_FILE]: files.input, [RESULT_FILE]: files.result },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let killing: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill('SIGTERM');
    killing = setTimeout(() => child.kill('SIGKILL'), milliseconds(policy.grace ?? GRACE));
  };
  // A program need not read its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(text);
  const printed = Promise.all([
    eachLine(child.stdout, (line) => log.info(line)),
    eachLine(child.stderr, (line) => log.warn(line)),
  ]);
  signal.addEventListener('abort', end, { once: true });
  try {
    const { code, died } = await new Promise<{ code: number | null; died: NodeJS.Signals | null }>((done, failed) => {
      child.once('error', (cause: NodeJS.ErrnoException) => failed(notStarted(program, cause)));
      child.once('exit', (exit, by) => done({ code: exit, died: by }));
    });
    await Promise.race([printed, new Promise((done) => setTimeout(done, DRAIN_MS).unref())]);
    signal.throwIfAborted();
    if (code === 0) return;
    const how = died === null ? `exit code ${code}` : `signal ${died}`;
    throw new ArcosError('INTERNAL', `${program} ended with ${how}`, { data: { code, signal: died } });
  } finally {
    clearTimeout(killing);
    signal.removeEventListener('abort', end);
  }
}

async function eachLine(stream: Readable, heard: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') heard(line);
  }
}

function notStarted(program: string, cause: NodeJS.ErrnoException): ArcosError {
  const why = cause.code === 'ENOENT' ? 'there is no such program, or its folder is missing' : cause.message;
  return new ArcosError('NOT_FOUND', `${program} cannot be started: ${why}`, {
    hint: "Install it where the flow's agents run; agents with it can have a label for it.",
    cause,
  });
}

async function readResult(name: string, file: string): Promise<Json | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined || text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new ArcosError('INVALID', `The result of "${name}" is not JSON: ${(cause as Error).message}`, {
      hint: `Write one JSON value into the file that ${RESULT_FILE} names.`,
      cause,
    });
  }
}
