import { isTemplateNode, type Node, quoteRelation } from '../node.ts';

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
    resource_type: node.resourceType,
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
    checksum: { name: 'sha256', checksum: node.checksum },
    group: node.config['group'] ?? null,
    docs: node.config['docs'],
    build_path: null,
    deferred: false,
    created_at: 0,
    language: 'sql',
    depends_on: { macros: [], nodes: node.dependsOn },
  };
  if (!isTemplateNode(node)) {
    return { ...shared, unrendered_config: {}, config_call_dict: {}, raw_sql: '', raw_code: '', root_path: null };
  }
  const generic = node.resourceType === 'test' ? node.generic : undefined;
  return {
    ...shared,
    unrendered_config: node.configCall,
    config_call_dict: node.configCall,
    refs: node.refs,
    sources: node.sources,
    metrics: [],
    compiled_path: null,
    compiled: progress.compiledSql !== undefined,
    extra_ctes_injected: progress.compiledSql !== undefined,
    extra_ctes: [],
    contract: { enforced: false, checksum: null },
    ...(node.resourceType === 'model'
      ? { access: node.config['access'] ?? 'protected', constraints: [], version: null, latest_version: null }
      : {}),
    ...(generic === undefined
      ? {}
      : {
          test_metadata: { name: generic.name, kwargs: generic.arguments, namespace: generic.namespace },
          column_name: generic.columnName,
          attached_node: generic.attachedTo,
          file_key_name: null,
        }),
    raw_sql: node.raw,
    raw_code: node.raw,
    ...(progress.compiledSql === undefined
      ? {}
      : { compiled_sql: progress.compiledSql, compiled_code: progress.compiledSql }),
  };
}

/** Whether the node stands for a table that exists. */
function hasTable(node: Node): boolean {
  if (node.resourceType === 'model') return node.config.materialized !== 'ephemeral';
  return node.resourceType === 'source' || node.resourceType === 'seed';
}

function columnsJson(node: Node): Record<string, unknown> {
  return Object.fromEntries(
    node.columns.map(({ name, description, dataType, quote, tags, meta }) => [
      name,
      { name, description, meta, data_type: dataType, constraints: [], quote, tags },
    ]),
  );
}
