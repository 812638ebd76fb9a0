import type { WarehouseClient } from '../../warehouse/port.ts';
import { nodeJson } from '../artifacts/nodejson.ts';
import { type Command, execute, listNodes } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import type { Manifest } from '../manifest.ts';
import { dependenciesOf, type Node, type ResourceType } from '../node.ts';
import { describeManifest } from '../report.ts';
import type { IndirectSelection, Selection } from '../select/select.ts';
import { mapOf, textOf, type YamlMap } from '../yaml.ts';
import { parseCommandLine } from './commandline.ts';
import { serverFault } from './fault.ts';
import type { LiveProject } from './liveproject.ts';
import type { LogEntry } from './log.ts';
import { runOperation } from './operation.ts';
import { checkParams, textsOf, uuidOf } from './params.ts';
import { commandJson } from './results.ts';
import { runSql, type Tools } from './sql.ts';
import { type Outcome, type Request, requestLog, type Tasks } from './tasks.ts';

export interface MethodsOptions {
  readonly project: LiveProject;
  readonly tasks: Tasks;
  readonly warehouse: WarehouseClient;
}

/** What a method answers, at once. Throws RpcFault. */
export type Call = (method: string, params: unknown, request: Request) => unknown;

const COMMANDS: readonly string[] = ['run', 'test', 'build', 'seed', 'compile'] satisfies Command['name'][];

/** dbt-rpc's methods. Commands become tasks; everything else answers inline. */
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
    const { timeout } = params;
    const options = { request, tags: params['task_tags'], timeout: typeof timeout === 'number' ? timeout : null };
    const token = tasks.start(options, async (log, signal) =>
      work({ manifest: understand(invocation), invocation, warehouse, log, signal }),
    );
    return { request_token: token };
  }

  function dispatch(method: string, params: YamlMap, request: Request): unknown {
    if (COMMANDS.includes(method)) {
      const command = commandOf(method as Command['name'], params);
      return begin(method, params, request, async (tools) => {
        const done = await execute(command, tools);
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
        const line = parseCommandLine(textOf(params['cli']) ?? '');
        const { task_tags, timeout } = params;
        return dispatch(line.method, checkParams(line.method, { ...line.params, task_tags, timeout }), request);
      }
      case 'list':
        return list(project.ready()(invocationOf(method, params)), params, request);
      case 'deps':
        return begin(method, params, request, async () => ({
          good: true,
          result: { generated_at: new Date().toISOString() },
        }));
      case 'get-manifest':
        return begin(method, params, request, async ({ manifest }) => ({
          good: true,
          result: { manifest: manifestJson(manifest) },
        }));
      case 'run-operation':
        return begin(method, params, request, (tools) => runOperation(params, tools));
      default:
        return begin(method, params, request, (tools) => runSql(params, method === 'run_sql', tools));
    }
  }

  return (method, params, request) => dispatch(method, checkParams(method, params), request);
}

function commandOf(name: Command['name'], params: YamlMap): Command {
  const { data, schema } = params;
  // dbt's names of before 1.0 for tests that are files and those of schema files.
  const exclude =
    name !== 'test' || (data === true) === (schema === true)
      ? []
      : [`test_type:${data === true ? 'generic' : 'singular'}`];
  const selection = selectionOf(params);
  return {
    name,
    selection: { ...selection, exclude: [...(selection.exclude ?? []), ...exclude] },
    resourceTypes: textsOf(params['resource_types']).filter((type) => type !== 'all') as ResourceType[],
  };
}

const INDIRECT: readonly string[] = ['eager', 'cautious', 'buildable', 'empty'] satisfies IndirectSelection[];

function selectionOf(params: YamlMap): Selection {
  for (const name of ['selector', 'state', 'defer']) {
    if (params[name] !== undefined && params[name] !== false) {
      throw serverFault(
        'NotImplementedError',
        `The models server does not have "${name}": select by name, tag or path`,
      );
    }
  }
  const indirect = textOf(params['indirect_selection']);
  if (indirect !== undefined && !INDIRECT.includes(indirect)) {
    throw serverFault('BadOptionUsage', `"${indirect}" is no indirect selection: ${INDIRECT.join(', ')}`);
  }
  return {
    select: [...textsOf(params['select']), ...textsOf(params['models'])],
    exclude: textsOf(params['exclude']),
    ...(indirect === undefined ? {} : { indirect: indirect as IndirectSelection }),
  };
}

const LISTED = [
  'name',
  'resource_type',
  'package_name',
  'original_file_path',
  'unique_id',
  'alias',
  'source_name',
  'config',
  'tags',
  'depends_on',
];

function list(manifest: Manifest, params: YamlMap, request: Request): unknown {
  const logs: LogEntry[] = [];
  requestLog(logs, request).info(describeManifest(manifest));
  const nodes = listNodes(manifest, selectionOf(params), textsOf(params['resource_types']));
  const keys = textsOf(params['output_keys']).flatMap((words) => words.split(/[\s,]+/));
  const shape = OUTPUTS[textOf(params['output']) ?? 'json'];
  if (shape === undefined) throw serverFault('BadOptionUsage', `"output" is one of ${Object.keys(OUTPUTS).join(', ')}`);
  return {
    logs,
    output: nodes.map((node) => shape(node, keys.length === 0 ? LISTED : keys)),
    generated_at: new Date().toISOString(),
  };
}

const OUTPUTS: Readonly<Record<string, (node: Node, keys: readonly string[]) => unknown>> = {
  json(node, keys) {
    const all = nodeJson(node);
    return Object.fromEntries(keys.filter((key) => key in all).map((key) => [key, all[key]]));
  },
  name: ({ name }) => name,
  path: ({ file }) => file,
  selector: ({ fqn }) => fqn.join('.'),
};

function manifestJson({ nodes, macros, project }: Manifest): Record<string, unknown> {
  const of = (source: boolean) =>
    Object.fromEntries(
      [...nodes.values()]
        .filter((node) => (node.resourceType === 'source') === source)
        .map((node) => [node.uniqueId, nodeJson(node)]),
    );
  return {
    metadata: { project_name: project, generated_at: new Date().toISOString(), adapter_type: 'bigquery' },
    nodes: of(false),
    sources: of(true),
    macros: Object.fromEntries(
      macros
        .all()
        .map(({ uniqueId, name, packageName }) => [uniqueId, { unique_id: uniqueId, name, package_name: packageName }]),
    ),
    parent_map: Object.fromEntries([...nodes.values()].map((node) => [node.uniqueId, dependenciesOf(node)])),
  };
}
