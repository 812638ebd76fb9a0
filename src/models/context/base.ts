import { createHash } from 'node:crypto';
import { ArcosError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import {
  callable,
  evaluateSync,
  HostObject,
  isUndefined,
  PYTHON_MODULES,
  Tuple,
  toText,
  type Value,
} from '../../jinja/jinja.ts';
import { DBT_VERSION, type Invocation } from '../invocation.ts';
import { fullYaml, isMap, readYaml } from '../yaml.ts';

export interface BaseContext {
  readonly invocation: Invocation;
  readonly project: string;
  readonly log: Log;
}

/** What every template of a command sees, whatever it is part of: dbt's base context. */
export function baseScope({ invocation, project, log }: BaseContext): Record<string, Value> {
  const { target, startedAt } = invocation;
  return {
    dbt_version: DBT_VERSION,
    project_name: project,
    invocation_id: invocation.id,
    run_started_at: startedAtValue(startedAt),
    modules: PYTHON_MODULES,
    target: {
      name: target.name,
      target_name: target.name,
      profile_name: project,
      type: 'bigquery',
      project: target.project,
      database: target.project,
      dataset: target.dataset,
      schema: target.dataset,
      threads: target.threads,
    },
    flags: flagsOf(invocation),
    env_var: callable('env_var', ([name, otherwise], { default: byName }) =>
      environmentVariable(invocation, String(name), otherwise ?? byName),
    ),
    log: callable('log', ([message], { info }) => {
      log[info === true ? 'info' : 'debug'](toText(message));
      return '';
    }),
    print: callable('print', ([message]) => {
      log.info(toText(message));
      return '';
    }),
    exceptions: exceptionsOf(log),
    fromjson: callable('fromjson', ([text, otherwise = null]) =>
      attempt(() => JSON.parse(String(text)) as Value, otherwise),
    ),
    tojson: callable('tojson', ([value, otherwise = null], { sort_keys }) =>
      attempt(() => jsonText(value, sort_keys === true), otherwise),
    ),
    fromyaml: callable('fromyaml', ([text, otherwise = null]) => readYaml(String(text), 'fromyaml').value ?? otherwise),
    toyaml: callable('toyaml', ([value, otherwise = null]) => attempt(() => fullYaml().stringify(value), otherwise)),
    local_md5: callable('local_md5', ([text]) => createHash('md5').update(String(text)).digest('hex')),
    set: callable('set', ([items]) => [...new Set(iterable(items))]),
    set_strict: callable('set_strict', ([items]) => [...new Set(iterable(items))]),
    zip: callable('zip', (lists) => zip(lists)),
    zip_strict: callable('zip_strict', (lists) => zip(lists)),
    diff_of_two_dicts: callable('diff_of_two_dicts', ([a, b]) => difference(a, b)),
    dbt_metadata_envs: {},
    thread_id: 'Thread-1',
  };
}

const STARTED = new WeakMap<Date, Value>();

/** Python's datetime, made once for all nodes of a command. */
function startedAtValue(startedAt: Date): Value {
  const known = STARTED.get(startedAt);
  if (known !== undefined) return known;
  const at = startedAt.toISOString().replace('Z', '000+00:00');
  const text = `modules.datetime.datetime.fromisoformat('${at}')`;
  const value = evaluateSync(text, 'run_started_at', { modules: PYTHON_MODULES });
  STARTED.set(startedAt, value);
  return value;
}

function flagsOf({ fullRefresh, failFast, storeFailures, command }: Invocation): HostObject {
  return new HostObject('Flags', {
    FULL_REFRESH: fullRefresh,
    FAIL_FAST: failFast,
    STORE_FAILURES: storeFailures,
    WHICH: command,
    WARN_ERROR: false,
    DEBUG: false,
    USE_COLORS: false,
  });
}

function environmentVariable({ environment }: Invocation, name: string, otherwise: Value): Value {
  const value = environment[name];
  if (value !== undefined) return value;
  if (!isUndefined(otherwise)) return otherwise;
  throw new ArcosError('INVALID', `Env var required but not provided: '${name}'`, {
    hint: `Set it for the models server, or give env_var('${name}', ...) a default.`,
  });
}

/** `var()` of a package: the command's variables, then the first of `layers` that has it. */
export function varFunction(options: {
  readonly cli: Readonly<Record<string, unknown>>;
  readonly layers: readonly Readonly<Record<string, unknown>>[];
  readonly place: string;
  /** While a project is parsed, a variable that is missing is None. */
  readonly lenient: boolean;
}): Value {
  const layers = [options.cli, ...options.layers];
  const holder = (name: string) => layers.find((layer) => Object.hasOwn(layer, name));
  return callable(
    'var',
    ([name, otherwise], { default: byName }) => {
      const key = String(name);
      const layer = holder(key);
      if (layer !== undefined) return layer[key];
      const fallback = isUndefined(otherwise) ? byName : otherwise;
      if (!isUndefined(fallback)) return fallback;
      if (options.lenient) return null;
      throw new ArcosError('INVALID', `Required var '${key}' not found in config: ${options.place}`, {
        hint: `Give it in "vars:" of dbt_project.yml, or with --vars '{"${key}": ...}'.`,
      });
    },
    { has_var: callable('has_var', ([name]) => holder(String(name)) !== undefined) },
  );
}

function exceptionsOf(log: Log): HostObject {
  const raise = (name: string) =>
    callable(name, ([message]) => {
      throw new ArcosError('INVALID', toText(message));
    });
  const names = [
    'raise_compiler_error',
    'raise_database_error',
    'raise_not_implemented',
    'raise_dependency_error',
    'raise_parsing_error',
    'raise_fail_fast_error',
  ];
  return new HostObject('Exceptions', {
    ...Object.fromEntries(names.map((name) => [name, raise(name)])),
    warn: callable('warn', ([message]) => {
      log.warn(toText(message));
      return '';
    }),
    column_type_missing: raise('column_type_missing'),
    missing_config: raise('missing_config'),
    missing_relation: raise('missing_relation'),
    relation_wrong_type: raise('relation_wrong_type'),
  });
}

function attempt(make: () => Value, otherwise: Value): Value {
  try {
    return make();
  } catch {
    return otherwise;
  }
}

/** JSON with Python's spaces. */
function jsonText(value: Value, sorted: boolean): string {
  const write = (item: Value): string => {
    if (Array.isArray(item)) return `[${item.map(write).join(', ')}]`;
    if (isMap(item)) {
      const keys = sorted ? Object.keys(item).sort() : Object.keys(item);
      return `{${keys.map((key) => `${JSON.stringify(key)}: ${write(item[key])}`).join(', ')}}`;
    }
    return JSON.stringify(item) ?? 'null';
  };
  return write(value);
}

function iterable(value: Value): Iterable<Value> {
  if (typeof value === 'object' && value !== null) {
    return Symbol.iterator in value ? (value as Iterable<Value>) : Object.keys(value);
  }
  return typeof value === 'string' ? value : [];
}

function zip(lists: readonly Value[]): Value[] {
  const columns = lists.map((list) => [...iterable(list)]);
  const length = Math.min(...columns.map((column) => column.length));
  return Array.from({ length: Number.isFinite(length) ? length : 0 }, (_, index) =>
    Tuple.copy(columns.map((column) => column[index])),
  );
}

/** Of two dicts of lists, what the first has beyond the second. */
function difference(a: Value, b: Value): Value {
  const under = isMap(b) ? b : {};
  const left: Record<string, Value> = {};
  for (const [key, value] of Object.entries(isMap(a) ? a : {})) {
    const known = new Set(iterable(under[key]));
    const rest = [...iterable(value)].filter((item) => !known.has(item));
    if (rest.length > 0) left[key] = rest;
  }
  return left;
}
