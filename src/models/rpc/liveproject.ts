import { resolve } from 'node:path';
import { asArcosError } from '../../base/errors.ts';
import { type Fault, formatFault } from '../../base/fault.ts';
import { newId } from '../../base/ids.ts';
import { canonicalJson } from '../../base/json.ts';
import type { Invocation, Target } from '../invocation.ts';
import { type Manifest, parseProject } from '../manifest.ts';
import { type ProjectFiles, readProject } from '../project.ts';
import { describeManifest } from '../report.ts';
import { Templates } from '../templates.ts';
import { CODES, RpcFault } from './fault.ts';
import { entryLog, type LogEntry } from './log.ts';

type State =
  | { readonly kind: 'compiling' }
  | { readonly kind: 'ready'; readonly files: ProjectFiles; readonly manifest: Manifest }
  | { readonly kind: 'error'; readonly message: string };

/** The project a server holds, read and understood again on demand. What is under way goes on with what it began. */
export class LiveProject {
  readonly directory: string;
  readonly #confined: boolean;
  readonly #target: Target;
  readonly #environment: Invocation['environment'];
  readonly #templates = new Templates();
  #state: State = { kind: 'compiling' };
  #since = new Date();
  #logs: LogEntry[] = [];
  #loading: Promise<void> | undefined;

  constructor(options: {
    directory: string;
    confined?: boolean;
    target: Target;
    environment: Invocation['environment'];
  }) {
    this.#confined = options.confined === true;
    this.directory = resolve(options.directory);
    this.#target = options.target;
    this.#environment = options.environment;
  }

  /** Reads everything again; a call while one is under way is that one. */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    this.#state = { kind: 'compiling' };
    this.#since = new Date();
    const logs: LogEntry[] = [];
    const log = entryLog(logs, { context: 'server', run_state: 'parsing' });
    this.#logs = logs;
    try {
      const files = await readProject(this.directory, { confined: this.#confined });
      const { manifest, faults } = parseProject(files, this.invocation({ command: 'parse' }), this.#templates);
      if (manifest === undefined) this.#state = { kind: 'error', message: textOf(faults) };
      else {
        for (const warning of manifest.warnings) log.warn(formatFault(warning));
        log.info(describeManifest(manifest));
        this.#state = { kind: 'ready', files, manifest };
      }
    } catch (error) {
      const { message, hint } = asArcosError(error);
      this.#state = { kind: 'error', message: hint === undefined ? message : `${message}\n  ${hint}` };
    }
    if (this.#state.kind === 'error') log.error(this.#state.message);
  }

  invocation(options: Partial<Invocation> & Pick<Invocation, 'command'>): Invocation {
    return {
      id: newId(),
      startedAt: new Date(),
      target: this.#target,
      vars: {},
      fullRefresh: false,
      failFast: false,
      storeFailures: false,
      environment: this.#environment,
      ...options,
    };
  }

  /** With other threads than the target's. */
  targetWith(threads: number | undefined): Target {
    return threads === undefined ? this.#target : { ...this.#target, threads };
  }

  /**
   * The project as it is now, for commands to understand: their variables and flags may change what there is. Throws
   * 10010 while it is being read and 10011 when it cannot be; what it answers throws 10004 for faults that only the
   * command's variables cause.
   */
  ready(): (invocation: Invocation) => Manifest {
    const state = this.#state;
    if (state.kind === 'compiling') {
      throw new RpcFault(CODES.compiling, { type: 'RPCCompiling', message: 'The project is being compiled' });
    }
    if (state.kind === 'error') {
      const { message } = state;
      throw new RpcFault(CODES.loadFailed, { type: 'RPCLoadException', message, cause: { message } });
    }
    return (invocation) => {
      const plain = canonicalJson(invocation.vars) === '{}' && !invocation.fullRefresh && !invocation.storeFailures;
      if (plain) return state.manifest;
      const { manifest, faults } = parseProject(state.files, invocation, this.#templates);
      if (manifest !== undefined) return manifest;
      throw new RpcFault(CODES.compilation, { type: 'CompilationException', message: textOf(faults) });
    };
  }

  status(): Record<string, unknown> {
    const { kind } = this.#state;
    return {
      logs: this.#logs,
      state: kind,
      error: this.#state.kind === 'error' ? { message: this.#state.message } : null,
      timestamp: this.#since.toISOString(),
      pid: process.pid,
    };
  }
}

function textOf(faults: readonly Fault[]): string {
  const errors = faults.filter(({ severity }) => severity === 'error');
  const shown = errors.slice(0, 20).map((fault) => formatFault(fault));
  const more = errors.length > shown.length ? [`and ${errors.length - shown.length} more`] : [];
  return [`Compilation Error: ${errors.length} in the project`, ...shown, ...more].join('\n');
}
