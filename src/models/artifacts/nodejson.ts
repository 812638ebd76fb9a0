import { sha256 } from '../../base/ids.ts';
import { mergeConfig } from '../config.ts';
import { isTemplateNode, type Node, quoteRelation, resourceTypeOf } from '../node.ts';
import { listOf, mapOf } from '../yaml.ts';

/** What a command has found out about a node. */
export interface NodeProgress {
  readonly compiledSql?: string | undefined;
}

/**
 * A node as dbt's manifest, `model` in templates and the RPC server's results have it. Queries stand under
 * their names of before dbt 1.3 and after (`raw_sql`, `raw_code`): pipelines read both.
 */
export function nodeJson(node: Node, progress: NodeProgress = {}): Record<string, unknown> {
  const { database, schema, identifier } = node.relation;
  const common = {
    database,
    schema,
    name: node.name,
    resource_type: resourceTypeOf(node),
    package_name: node.packageName,
    path: node.path,
    original_file_path: node.file,
    unique_id: node.uniqueId,
    fqn: node.fqn,
    description: node.description,
    columns: columnsJson(node),
    meta: node.meta,
    tags: node.tags,
    config: node.config,
    unrendered_config: mergeConfig(node.configLayers),
    patch_path: node.patch,
    relation_name: hasTable(node) ? quoteRelation(node.relation) : null,
  };
  if (node.resourceType === 'source') {
    return {
      ...common,
      source_name: node.sourceName,
      source_description: node.sourceDescription,
      loader: node.loader,
      identifier,
      loaded_at_field: node.loadedAtField,
      freshness: node.freshness,
    };
  }
  const shared = {
    ...common,
    alias: identifier,
    checksum: { name: node.checksum === '' ? 'none' : 'sha256', checksum: node.checksum },
    group: node.config['group'] ?? null,
    docs: node.config['docs'],
    build_path: node.resourceType === 'rpc' || node.resourceType === 'analysis' ? null : targetPath(node, 'run'),
    deferred: false,
    created_at: 0,
  };
  if (!isTemplateNode(node)) {
    return {
      ...shared,
      config_call_dict: {},
      depends_on: { macros: [] },
      raw_sql: '',
      raw_code: '',
      // The folder of the project.
      root_path: '.',
    };
  }
  const generic = node.resourceType === 'test' ? node.generic : undefined;
  return {
    ...shared,
    language: 'sql',
    config_call_dict: node.configCall,
    depends_on: { macros: [], nodes: node.dependsOn },
    refs: node.refs,
    sources: node.sources,
    metrics: [],
    compiled_path: node.resourceType === 'rpc' ? null : targetPath(node, 'compiled'),
    compiled: progress.compiledSql !== undefined,
    extra_ctes_injected: progress.compiledSql !== undefined,
    extra_ctes: [],
    contract: contractJson(node),
    ...(node.resourceType === 'model'
      ? {
          access: node.config['access'] ?? 'protected',
          constraints: (node.constraints ?? []).map(constraintJson),
          version: node.version?.own ?? null,
          latest_version: node.version?.latest ?? null,
        }
      : {}),
    ...(generic === undefined
      ? {}
      : {
          test_metadata: { name: generic.name, kwargs: generic.arguments, namespace: generic.namespace },
          column_name: generic.columnName,
          attached_node: generic.attachedTo,
          file_key_name: generic.fileKey,
        }),
    raw_sql: node.raw,
    raw_code: node.raw,
    ...(progress.compiledSql === undefined
      ? {}
      : { compiled_sql: progress.compiledSql, compiled_code: progress.compiledSql }),
  };
}

/**
 * `nodeJson` for a template that may not read it, or only its name: made when more is asked of it. `asked` is called
 * before anything is.
 */
export function lateNodeJson(node: () => Node, asked: () => void): object {
  const target: Record<string, unknown> = {};
  let filled = false;
  const fill = () => {
    asked();
    if (!filled) Object.assign(target, nodeJson(node()));
    filled = true;
    return target;
  };
  /** What naming macros ask. */
  const isBrief = (key: string | symbol) => !filled && (key === 'name' || key === 'version');
  const brief = (key: string | symbol) => {
    asked();
    const known = node();
    return key === 'name' ? known.name : known.resourceType === 'model' ? (known.version?.own ?? null) : undefined;
  };
  return new Proxy(target, {
    get: (_, key) => (isBrief(key) ? brief(key) : Reflect.get(fill(), key)),
    getOwnPropertyDescriptor: (_, key) =>
      isBrief(key)
        ? { value: brief(key), writable: true, enumerable: true, configurable: true }
        : Reflect.getOwnPropertyDescriptor(fill(), key),
    has: (_, key) => key in fill(),
    ownKeys: () => Reflect.ownKeys(fill()),
    set: (_, key, value) => Reflect.set(fill(), key, value),
    defineProperty: (_, key, descriptor) => Reflect.defineProperty(fill(), key, descriptor),
    deleteProperty: (_, key) => Reflect.deleteProperty(fill(), key),
  });
}

/** Where `arcos dbt` writes a node's query as compiled, or as run, from the project's folder. */
export function targetPath(node: Node, what: 'compiled' | 'run'): string {
  const within =
    node.resourceType !== 'test' || (node.generic ?? node.unit) === undefined
      ? node.file
      : `${node.file}/${node.unit === undefined ? node.path : `${node.name}.sql`}`;
  return `target/${what}/${node.packageName}/${within}`;
}

/** Whether the node stands for a table that exists. */
function hasTable(node: Node): boolean {
  if (node.resourceType === 'model') return node.config.materialized !== 'ephemeral';
  return ['source', 'seed', 'snapshot'].includes(node.resourceType);
}

/** The checksum is over what is promised: names and types. */
function contractJson({ config, columns }: Node): Record<string, unknown> {
  const contract = mapOf(config['contract']);
  const enforced = contract['enforced'] === true;
  const promised = columns.map(({ name, dataType }) => `${name} ${dataType}`).join('|');
  return { enforced, checksum: enforced ? sha256(promised) : null };
}

function constraintJson(written: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const defaults = {
    name: null,
    expression: null,
    warn_unenforced: true,
    warn_unsupported: true,
    to: null,
    to_columns: [],
  };
  return { ...defaults, ...written, ...('columns' in written ? { columns: listOf(written['columns']) } : {}) };
}

function columnsJson(node: Node): Record<string, unknown> {
  return Object.fromEntries(
    node.columns.map(({ name, description, dataType, quote, constraints, tags, meta }) => [
      name,
      { name, description, meta, data_type: dataType, constraints: constraints.map(constraintJson), quote, tags },
    ]),
  );
}
