import { ArcosError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import {
  bindMacro,
  type Callable,
  callable,
  HostObject,
  isUndefined,
  type Keywords,
  parseTemplate,
  render,
  toText,
  type Value,
} from '../../jinja/jinja.ts';
import type { QueryResult } from '../../warehouse/port.ts';
import { nodeJson } from '../artifacts/nodejson.ts';
import type { Invocation } from '../invocation.ts';
import type { Manifest } from '../manifest.ts';
import { persists } from '../materialise/layout.ts';
import type { Node, RefCall, RunnableNode } from '../node.ts';
import type { Session } from '../session.ts';
import { adapterOf } from './adapter.ts';
import { baseScope, varFunction } from './base.ts';
import { refCall } from './parsing.ts';
import { createRelation, cteRelation, type Relation, relationOf } from './relation.ts';
import { tableOf } from './table.ts';

export interface RunningOptions {
  readonly manifest: Manifest;
  readonly invocation: Invocation;
  readonly node: RunnableNode;
  readonly session: Session;
  readonly log: Log;
  /** Called for each ephemeral model the node reads. */
  readonly onEphemeral: (id: string) => void;
  /** Called for each ref and source, with the node it means. */
  readonly onRead?: (call: RefCall | [source: string, table: string], id: string) => void;
}

/** The scope of one node while it is compiled and run: dbt's context with `execute` true. */
export function runningScope(options: RunningOptions): Record<string, Value> {
  const { manifest, invocation, node, session, log } = options;
  const scope = baseScope({ invocation, project: manifest.project, log });
  const ref = callable('ref', (positional, keywords) => {
    const call = refCall(positional, keywords);
    const found = manifest.links.ref(call, node.packageName);
    if (found === undefined) {
      throw new ArcosError('INVALID', `${node.uniqueId} depends on a node named '${call.name}' which was not found`);
    }
    options.onRead?.(call, found.uniqueId);
    const deferred = invocation.deferred?.get(found.uniqueId);
    return deferred === undefined ? relationFor(found, options.onEphemeral) : relationOf(deferred, 'table');
  });
  const source = callable('source', ([name, table]) => {
    const found = manifest.links.source(String(name), String(table));
    if (found === undefined) throw new ArcosError('INVALID', `There is no source '${String(name)}.${String(table)}'`);
    options.onRead?.([String(name), String(table)], found.uniqueId);
    return relationOf(found.relation, 'table');
  });
  const config = configFunction(node);
  const variable = varFunction({
    cli: invocation.vars,
    layers: manifest.vars.get(node.packageName) ?? [],
    place: `${node.uniqueId} (${node.file})`,
    lenient: false,
  });
  const fullRefresh = () => {
    const own = node.config['full_refresh'];
    return typeof own === 'boolean' ? own : invocation.fullRefresh;
  };
  Object.assign(scope, {
    execute: true,
    ref,
    source,
    config,
    var: variable,
    builtins: { ref, source, config, var: variable },
    this: relationOf(node.relation),
    model: nodeJson(node),
    schema: node.relation.schema,
    database: node.relation.database,
    selected_resources: [],
    api: apiObject(),
    is_incremental: callable('is_incremental', async () => {
      if (node.config.materialized !== 'incremental' || fullRefresh()) return false;
      return (await session.table(node.relation))?.kind === 'native';
    }),
    should_full_refresh: callable('should_full_refresh', fullRefresh),
    should_store_failures: callable('should_store_failures', () => storesFailures(node, invocation)),
    doc: callable('doc', ([name]) => String(name)),
    write: callable('write', () => ''),
    render: callable('render', ([text]) => render(parseTemplate(toText(text), node.file), scope)),
    ...statements(session),
  });
  Object.defineProperty(scope, 'graph', { enumerable: true, get: () => graphValue(manifest) });
  let dispatch: (name: string, namespace?: string) => Callable | undefined = () => undefined;
  scope['adapter'] = adapterOf(session, (name, namespace) => dispatch(name, namespace));
  dispatch = manifest.macros.bindInto(scope, node.packageName, bindMacro);
  return scope;
}

/** How a query names a node's table. */
function relationFor(node: Node, onEphemeral: (id: string) => void): Relation {
  if (node.config.materialized === 'ephemeral' && node.resourceType === 'model') {
    onEphemeral(node.uniqueId);
    return cteRelation(node.name);
  }
  return relationOf(node.relation, node.config.materialized === 'view' ? 'view' : 'table');
}

export function storesFailures(node: Node, invocation: Invocation): boolean {
  const own = node.config['store_failures'];
  return typeof own === 'boolean' ? own : invocation.storeFailures;
}

function configFunction({ config, uniqueId }: RunnableNode): Value {
  return callable('config', () => '', {
    get: callable('get', ([key, otherwise], { default: byName }) => {
      const value = config[String(key)];
      if (value !== undefined && value !== null) return value;
      const fallback = isUndefined(otherwise) ? byName : otherwise;
      return isUndefined(fallback) ? null : fallback;
    }),
    require: callable('require', ([key]) => {
      const value = config[String(key)];
      if (value === undefined) throw new ArcosError('INVALID', `${uniqueId} needs a config called "${String(key)}"`);
      return value;
    }),
    meta_get: callable('meta_get', ([key, otherwise = null]) => config.meta[String(key)] ?? otherwise),
    persist_relation_docs: callable('persist_relation_docs', () => persists(config, 'relation')),
    persist_column_docs: callable('persist_column_docs', () => persists(config, 'columns')),
  });
}

/** `run_query`, `statement` and what they leave behind, for this node alone. */
function statements(session: Session): Record<string, Value> {
  const results = new Map<string, Value>();
  const keep = (name: string, result: QueryResult) => {
    const table = tableOf(result);
    results.set(name, new HostObject('Result', { response: result.statementType, data: [...table], table }));
    return table;
  };
  return {
    run_query: callable('run_query', async ([sql]) => tableOf(await session.query(toText(sql)))),
    statement: callable('statement', async ([name], keywords: Keywords) => {
      const { caller, fetch_result } = keywords;
      if (typeof caller !== 'function')
        throw new ArcosError('INVALID', 'statement() is used as {% call statement(...) %}');
      const sql = toText(await (caller as Callable)([], {})).trim();
      const result = await session.query(sql, fetch_result === true ? undefined : 0);
      if (typeof (name ?? keywords['name']) === 'string') keep(String(name ?? keywords['name']), result);
      return '';
    }),
    load_result: callable('load_result', ([name]) => results.get(String(name)) ?? null),
    store_result: callable('store_result', ([name], { response, agate_table }) => {
      results.set(String(name), new HostObject('Result', { response, data: agate_table, table: agate_table }));
      return '';
    }),
  };
}

function apiObject(): HostObject {
  return new HostObject('Api', {
    Relation: new HostObject('RelationType', { create: callable('create', (_, keywords) => createRelation(keywords)) }),
    Column: new HostObject('ColumnType', {
      translate_type: callable('translate_type', ([type]) => String(type)),
    }),
  });
}

/** `graph.nodes` and `graph.sources`, made only for the templates that read them. */
function graphValue({ nodes }: Manifest): Value {
  const of = (source: boolean) =>
    Object.fromEntries(
      nodes
        .values()
        .filter((node) => (node.resourceType === 'source') === source)
        .map((node) => [node.uniqueId, nodeJson(node)]),
    );
  return { nodes: of(false), sources: of(true), exposures: {}, metrics: {}, groups: {} };
}
