import { isMap, type YamlMap } from '../yaml.ts';
import { CODES, RpcFault, serverFault } from './fault.ts';

type Kind = 'text' | 'texts' | 'number' | 'boolean' | 'map' | 'any';

const NODES = {
  threads: 'number',
  models: 'texts',
  select: 'texts',
  exclude: 'texts',
  selector: 'text',
  state: 'text',
} as const;
/** What our own command line reads beyond dbt-rpc's parameters. */
const FLAGS = {
  vars: 'map',
  full_refresh: 'boolean',
  fail_fast: 'boolean',
  store_failures: 'boolean',
  indirect_selection: 'text',
  event_time_start: 'text',
  event_time_end: 'text',
} as const;
const DEFER = { defer: 'boolean', favor_state: 'boolean' } as const;
const SQL = { name: 'text', sql: 'text', macros: 'text', language: 'text' } as const;

/** The parameters of each method, besides `timeout` and `task_tags`, which all have. */
const PARAMETERS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  status: {},
  reload: {},
  deps: {},
  'get-manifest': {},
  poll: { request_token: 'any', logs: 'boolean', logs_start: 'number' },
  ps: { active: 'boolean', completed: 'boolean' },
  kill: { task_id: 'any' },
  gc: { task_ids: 'texts', before: 'text', settings: 'map' },
  lineage: {},
  cli_args: { cli: 'text' },
  run: { ...NODES, ...DEFER, ...FLAGS },
  test: { ...NODES, ...DEFER, ...FLAGS, data: 'boolean', schema: 'boolean' },
  build: { ...NODES, ...DEFER, ...FLAGS, resource_types: 'texts' },
  seed: { ...NODES, ...FLAGS, show: 'boolean' },
  snapshot: { ...NODES, ...FLAGS },
  'source-freshness': { ...NODES, ...FLAGS },
  'snapshot-freshness': { ...NODES, ...FLAGS },
  'docs.generate': { ...NODES, ...FLAGS, compile: 'boolean' },
  compile: { ...NODES, ...DEFER, ...FLAGS },
  list: { ...NODES, ...FLAGS, resource_types: 'texts', output: 'text', output_keys: 'texts' },
  run_sql: SQL,
  compile_sql: SQL,
  'run-operation': { macro: 'text', args: 'map', vars: 'map' },
};

const COMMON = { timeout: 'number', task_tags: 'map' } as const;

const CHECKS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  texts: (value) =>
    typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string')),
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  map: isMap,
  any: () => true,
};

const KIND_NAMES: Readonly<Record<Kind, string>> = {
  text: 'a string',
  texts: 'a string or a list of strings',
  number: 'a number',
  boolean: 'true or false',
  map: 'an object',
  any: 'anything',
};

/** The parameters of a call, checked: each may also be null. Throws -32601 and -32602. */
export function checkParams(method: string, params: unknown): YamlMap {
  const known = PARAMETERS[method];
  if (known === undefined) throw new RpcFault(CODES.method);
  if (params === undefined || params === null) return {};
  if (!isMap(params)) throw invalid('Parameters must be an object');
  const all: Readonly<Record<string, Kind>> = { ...known, ...COMMON };
  for (const [name, value] of Object.entries(params)) {
    const kind = all[name];
    if (kind === undefined) throw invalid(`Additional properties are not allowed ('${name}' was unexpected)`);
    if (value !== undefined && value !== null && !CHECKS[kind](value))
      throw invalid(`"${name}" must be ${KIND_NAMES[kind]}`);
  }
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined && value !== null));
}

function invalid(message: string): RpcFault {
  // The repr of jsonschema's error: clients show it.
  return new RpcFault(CODES.params, {
    type: 'TypeError',
    args: [`<ValidationError: ${JSON.stringify(message)}>`],
    message,
  });
}

const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** A task's token. */
export function uuidOf(params: YamlMap, name: string, type: string): string {
  const value = params[name];
  if (typeof value === 'string' && UUID.test(value)) return value.toLowerCase();
  const message = `Field "${name}" of type UUID in ${type} has invalid value ${typeof value === 'string' ? `'${value}'` : JSON.stringify(value ?? null)}`;
  throw serverFault('InvalidFieldValue', message, [
    name,
    "<class 'uuid.UUID'>",
    value ?? null,
    `<class 'dbt_rpc.contracts.rpc.${type}'>`,
  ]);
}

export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.map(String) : [];
}
