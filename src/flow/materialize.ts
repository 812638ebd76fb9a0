import { stripVTControlCharacters } from 'node:util';
import { readRunEnvironment } from '../base/environment.ts';
import { ArcosError, asArcosError } from '../base/errors.ts';
import { httpClient } from '../base/http.ts';
import type { Json } from '../base/json.ts';
import { pause } from './deadline.ts';
import type { LogLevel } from './events.ts';
import { log } from './log.ts';
import { currentScope } from './scope.ts';

export interface MaterializeOptions {
  /** Selectors of the models server: `dataset`, `dataset.table`, `tag:daily`, `path:models/x`, ... */
  readonly models: string | readonly string[];
  readonly exclude?: string | readonly string[];
  readonly vars?: Readonly<Record<string, Json>>;
  /** More of the command line, e.g. `--full-refresh`. */
  readonly flags?: string | readonly string[];
  /** Also what the models are made from; a number for so many steps. */
  readonly upstream?: boolean | number;
  /** Also what is made from the models. */
  readonly downstream?: boolean | number;
  /** `run` makes the models, `test` tests them, `build` does both in order; `run` unless told. */
  readonly command?: 'run' | 'test' | 'build';
}

export interface Materialized {
  readonly results: readonly MaterializedNode[];
  /** Seconds. */
  readonly elapsed: number;
}

export interface MaterializedNode {
  /** `model.project.name` */
  readonly id: string;
  readonly status: string;
  readonly message: string;
  /** Seconds. */
  readonly elapsed: number;
}

const FIRST_POLL_MS = 100;
const SLOWEST_POLL_MS = 1_000;
/** How long a models server may be away, or reading its project, before the call fails. */
const PATIENCE_MS = 5 * 60_000;
const STILL_COMPILING = 10_010;

/**
 * Has the models server of the run's namespace make the models; what it logs goes into the run's log.
 * Throws INVALID when nothing was selected, and what the models server says when a model fails.
 */
export async function materialize(options: MaterializeOptions): Promise<Materialized> {
  const environment = readRunEnvironment();
  if (environment === undefined) {
    throw new ArcosError('CONFIG', 'materialize() needs a models server, and this run has none: it runs by hand', {
      hint: 'Deploy the flow, or set ARCOS_SERVER, ARCOS_KEY, ARCOS_NAMESPACE and ARCOS_RUN to borrow those of one.',
    });
  }
  const { server, key, namespace } = environment;
  const signal = currentScope()?.signal ?? new AbortController().signal;
  const call = rpc(
    httpClient({ baseUrl: server, key }),
    `/namespaces/${encodeURIComponent(namespace)}/jsonrpc`,
    signal,
  );
  const cli = commandLine(options);
  log.info(`${namespace}: dbt ${cli}`);
  const { request_token: token } = await call<{ request_token: string }>('cli_args', { cli });
  try {
    return await follow(call, token, cli, signal);
  } catch (error) {
    // Its own signal: the run's is aborted by now.
    const kill = rpc(httpClient({ baseUrl: server, key }), `/namespaces/${encodeURIComponent(namespace)}/jsonrpc`);
    if (signal.aborted) await kill('kill', { task_id: token }).catch(() => undefined);
    throw error;
  }
}

type Call = <Result>(method: string, params: Readonly<Record<string, unknown>>) => Promise<Result>;

interface Poll {
  readonly state: string;
  readonly logs: readonly { readonly levelname: string; readonly message: string }[];
  readonly results?: readonly PollResult[];
  readonly elapsed?: number;
}

interface PollResult {
  readonly status: string;
  readonly message: string | null;
  readonly execution_time: number;
  readonly node: { readonly unique_id: string };
}

async function follow(call: Call, token: string, cli: string, signal: AbortSignal): Promise<Materialized> {
  let seen = 0;
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.5, SLOWEST_POLL_MS)) {
    const poll = await call<Poll>('poll', { request_token: token, logs: true, logs_start: seen });
    seen += poll.logs.length;
    for (const { levelname, message } of poll.logs) log[levelOf(levelname)](tidy(message));
    const { results = [] } = poll;
    switch (poll.state) {
      case 'success': {
        if (results.length === 0) {
          throw new ArcosError('INVALID', `No model was selected by: ${cli}`, {
            hint: 'See the names with `list`: a dataset, dataset.table, a tag or a path.',
          });
        }
        return { results: results.map(nodeOf), elapsed: poll.elapsed ?? 0 };
      }
      case 'running':
      case 'initializing':
      case 'not started':
        await pause(wait, signal);
        break;
      default:
        throw failure(poll.state, results);
    }
  }
}

function failure(state: string, results: readonly PollResult[]): ArcosError {
  const bad = results.filter(({ status }) => !['success', 'pass', 'warn', 'skipped'].includes(status));
  const [first] = bad;
  if (first === undefined) return new ArcosError('INTERNAL', `The models server ended with the state "${state}"`);
  return new ArcosError(
    'INVALID',
    `${bad.length} of ${results.length} failed: ${first.node.unique_id}: ${tidy(first.message ?? first.status)}`,
    { data: { results: bad.map(nodeOf) } },
  );
}

function nodeOf({ node, status, message, execution_time }: PollResult): MaterializedNode {
  return { id: node.unique_id, status, message: tidy(message ?? ''), elapsed: execution_time };
}

/** The command as dbt's own command line has it: what the models server's `cli_args` reads. */
export function commandLine(options: MaterializeOptions): string {
  const { command = 'run', models, exclude, vars, flags, upstream = false, downstream = false } = options;
  const reach = (side: boolean | number) => (typeof side === 'number' ? String(side) : '');
  const before = upstream === false ? '' : `${reach(upstream)}+`;
  const after = downstream === false ? '' : `+${reach(downstream)}`;
  const words = ['--select', ...list(models).map((model) => quote(`${before}${model}${after}`))];
  if (exclude !== undefined) words.push('--exclude', ...list(exclude).map(quote));
  // JSON is YAML, which is what --vars reads.
  if (vars !== undefined) words.push('--vars', quote(JSON.stringify(vars)));
  if (flags !== undefined) words.push(...list(flags));
  return [command, ...words].join(' ');
}

function list(items: string | readonly string[]): readonly string[] {
  return typeof items === 'string' ? [items] : items;
}

/** One word to a POSIX shell's reader. */
function quote(word: string): string {
  return /^[\w@%+=:,./*-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

/** JSON-RPC 2.0 over HTTP. Waits for a server that is away or still reading its project. */
function rpc(http: ReturnType<typeof httpClient>, path: string, signal?: AbortSignal): Call {
  interface Answer<Result> {
    readonly result: Result;
    readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly message?: string } };
  }
  return async <Result>(method: string, params: Readonly<Record<string, unknown>>): Promise<Result> => {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const json = { jsonrpc: '2.0', id: 1, method, params };
      let error: ArcosError;
      try {
        const answer = await http.json<Answer<Result>>(path, { method: 'POST', json, signal });
        if (answer.error === undefined) return answer.result;
        const { code, message, data } = answer.error;
        error = new ArcosError(code === STILL_COMPILING ? 'UNAVAILABLE' : 'INVALID', data?.message ?? message, {
          data: { code },
        });
      } catch (thrown) {
        error = asArcosError(thrown);
      }
      if (signal === undefined || !error.retryable || Date.now() > deadline) throw error;
      await pause(SLOWEST_POLL_MS, signal);
    }
  };
}

function levelOf(name: string): LogLevel {
  if (name === 'DEBUG') return 'debug';
  if (name === 'ERROR' || name === 'CRITICAL') return 'error';
  return name === 'WARNING' || name === 'WARN' ? 'warn' : 'info';
}

/** Without colours and without dbt's own clock in front: the run's log has a better one. */
function tidy(message: string): string {
  return stripVTControlCharacters(message).replace(/^\d\d:\d\d:\d\d {2}/, '');
}
