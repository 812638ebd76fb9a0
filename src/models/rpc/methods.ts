import { resolve, sep } from 'node:path';
import { ArcosError } from '../../base/errors.ts';
import type { WarehouseClient } from '../../warehouse/port.ts';
import { catalogJson } from '../artifacts/catalog.ts';
import { manifestJson } from '../artifacts/manifest.ts';
import { type Command, execute, listNodes } from '../command.ts';
import { listed } from '../dbt/list.ts';
import { checkFreshness, sourcesJson } from '../freshness.ts';
import type { Invocation } from '../invocation.ts';
import type { Manifest } from '../manifest.ts';
import { eventTimes } from '../materialise/batches.ts';
import type { ResourceType } from '../node.ts';
import { describeManifest } from '../report.ts';
import type { Selection } from '../select/select.ts';
import { selectionFrom } from '../selection.ts';
import { type Previous, readPrevious } from '../state.ts';
import { mapOf, textOf, type YamlMap } from '../yaml.ts';
import { type CommandLine, parseCommandLine } from './commandline.ts';
import { keptLineage } from './lineage.ts';
import type { LiveProject } from './liveproject.ts';
import type { LogEntry } from './log.ts';
import { runOperation } from './operation.ts';
import { checkParams, textsOf, uuidOf } from './params.ts';
import { commandJson } from './results.ts';
import { runSql, type Tools } from './sql.ts';
import { type Outcome, type Request, requestLog, type TaskOptions, type Tasks } from './tasks.ts';

export interface MethodsOptions {
  readonly project: LiveProject;
  readonly tasks: Tasks;
  readonly warehouse: WarehouseClient;
}

/** What a method answers, or a promise of it. Throws or rejects with RpcFault. */
export type Call = (method: string, params: unknown, request: Request) => unknown;

const COMMANDS: readonly string[] = ['run', 'test', 'build', 'seed', 'snapshot', 'compile'] satisfies Command['name'][];

const NEVER = new AbortController().signal;

/** dbt-rpc's methods, and `lineage`. Commands become tasks; everything else answers inline. */
export function methods({ project, tasks, warehouse }: MethodsOptions): Call {
  function invocationOf(method: string, params: YamlMap): Invocation {
    const { threads } = params;
    return project.invocation({
      command: method,
      target: project.targetWith(typeof threads === 'number' && threads > 0 ? threads : undefined),
      vars: mapOf(params['vars']),
      fullRefresh: params['full_refresh'] === true,
      failFast: params['fail_fast'] === true,
      storeFailures: params['store_failures'] === true,
      ...eventTimes(params),
    });
  }

  function begin(
    method: string,
    params: YamlMap,
    request: Request,
    work: (tools: Tools) => Promise<Outcome>,
  ): { request_token: string } {
    const invocation = invocationOf(method, params);
    // Said at once when the project is not there; what only these variables break is said by `poll`.
    const understand = project.ready();
    const token = tasks.start(taskOf(params, request), async (log, signal) =>
      work({ manifest: understand(invocation), invocation, warehouse, log, signal }),
    );
    return { request_token: token };
  }

  /** Artifacts of an earlier command are read from folders of the project only. */
  async function stateOf(params: YamlMap): Promise<Previous | undefined> {
    const named = textOf(params['state']);
    if (named === undefined) return undefined;
    const folder = resolve(project.directory, named);
    if (folder.startsWith(project.directory + sep)) return readPrevious(folder);
    throw new ArcosError('INVALID', `"${named}" is not a folder of the project`);
  }

  async function selectionOf(params: YamlMap, manifest: Manifest): Promise<Selection> {
    return selectionFrom(params, { manifest, directory: project.directory, state: await stateOf(params) });
  }

  async function commandOf(name: Command['name'], params: YamlMap, manifest: Manifest): Promise<Command> {
    return commandFrom(name, params, await selectionOf(params, manifest), await stateOf(params));
  }

  const lineage = keptLineage();

  function dispatch(method: string, params: YamlMap, request: Request): unknown {
    if (COMMANDS.includes(method)) {
      return begin(method, params, request, async (tools) => {
        const done = await execute(await commandOf(method as Command['name'], params, tools.manifest), tools);
        return { good: done.good, result: commandJson(done) };
      });
    }
    switch (method) {
      case 'status':
        return project.status();
      case 'reload':
        void project.load();
        return process.pid;
      case 'poll': {
        const start = params['logs_start'];
        return tasks.poll(
          uuidOf(params, 'request_token', 'PollParameters'),
          params['logs'] !== false,
          typeof start === 'number' ? start : 0,
        );
      }
      case 'ps':
        return { logs: [], rows: tasks.rows(params['active'] !== false, params['completed'] === true) };
      case 'kill':
        return { logs: [], state: tasks.kill(uuidOf(params, 'task_id', 'KillParameters')) };
      case 'gc': {
        const before = textOf(params['before']);
        const ids = textsOf(params['task_ids']);
        return { logs: [], ...tasks.collect(before === undefined ? { ids } : { ids, before: new Date(before) }) };
      }
      case 'cli_args': {
        return followLine(textOf(params['cli']) ?? '', params, request);
      }
      case 'list':
        return tasks.record(taskOf(params, request), async () => {
          const manifest = project.ready()(invocationOf(method, params));
          const logs: LogEntry[] = [];
          requestLog(logs, request).info(describeManifest(manifest));
          const nodes = listNodes(manifest, await selectionOf(params, manifest), textsOf(params['resource_types']));
          const output = listed(nodes, textOf(params['output']) ?? 'json', textsOf(params['output_keys']));
          return { logs, output, generated_at: new Date().toISOString() };
        });
      case 'lineage': {
        const invocation = invocationOf(method, params);
        const manifest = project.ready()(invocation);
        return lineage({ manifest, invocation, warehouse, signal: NEVER });
      }
      case 'source-freshness':
      case 'snapshot-freshness':
        return begin(method, params, request, async (tools) => {
          const started = performance.now();
          const results = await checkFreshness(await selectionOf(params, tools.manifest), tools);
          const answer = sourcesJson(results, tools.invocation, (performance.now() - started) / 1000);
          return { good: results.every(({ status }) => status === 'pass' || status === 'warn'), result: answer };
        });
      case 'docs.generate':
        return begin(method, params, request, async ({ manifest, invocation, warehouse }) => {
          const { nodes, sources, errors } = await catalogJson(manifest, invocation, warehouse);
          return { good: true, result: { nodes, sources, errors, generated_at: new Date().toISOString() } };
        });
      case 'deps':
        return begin(method, params, request, async () => ({
          good: true,
          result: { generated_at: new Date().toISOString() },
        }));
      case 'get-manifest':
        return begin(method, params, request, async ({ manifest, invocation }) => ({
          good: true,
          result: { manifest: manifestJson(manifest, invocation) },
        }));
      case 'run-operation':
        return begin(method, params, request, (tools) => runOperation(params, tools));
      default:
        return begin(method, params, request, (tools) => runSql(params, method === 'run_sql', tools));
    }
  }

  /** A line that cannot be read is a task that failed, as with dbt-rpc. */
  function followLine(text: string, params: YamlMap, request: Request): unknown {
    let line: CommandLine;
    try {
      line = parseCommandLine(text);
    } catch (error) {
      return tasks.record(taskOf(params, request), () => {
        throw error;
      });
    }
    const { task_tags, timeout } = params;
    return dispatch(line.method, checkParams(line.method, { ...line.params, task_tags, timeout }), request);
  }

  return (method, params, request) => dispatch(method, checkParams(method, params), request);
}

function taskOf(params: YamlMap, request: Request): TaskOptions {
  const { timeout, task_tags } = params;
  return { request, tags: task_tags, timeout: typeof timeout === 'number' ? timeout : null };
}

function commandFrom(
  name: Command['name'],
  params: YamlMap,
  selection: Selection,
  state: Previous | undefined,
): Command {
  const { data, schema } = params;
  // dbt's names of before 1.0 for tests that are files and those of schema files.
  const exclude =
    name !== 'test' || (data === true) === (schema === true)
      ? []
      : [`test_type:${data === true ? 'generic' : 'singular'}`];
  return {
    name,
    selection: { ...selection, exclude: [...(selection.exclude ?? []), ...exclude] },
    resourceTypes: textsOf(params['resource_types']).filter((type) => type !== 'all') as ResourceType[],
    ...(params['defer'] === true && state !== undefined
      ? { defer: { previous: state, favorState: params['favor_state'] === true } }
      : {}),
  };
}
