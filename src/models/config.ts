import { isMap, listOf, mapOf, type YamlMap } from './yaml.ts';

/**
 * What a node is told about itself, by dbt's names. Any key may be there: templates read their own. The
 * lists and maps below are always there.
 */
export interface NodeConfig {
  readonly enabled: boolean;
  readonly materialized: string;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly 'pre-hook': readonly unknown[];
  readonly 'post-hook': readonly unknown[];
  readonly [key: string]: unknown;
}

/** Names that BigQuery's users write for dbt's, and Python's for those with a hyphen. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  project: 'database',
  dataset: 'schema',
  pre_hook: 'pre-hook',
  post_hook: 'post-hook',
};

/** Keys whose values add up over the levels; those of all others replace each other. */
const APPENDED = new Set(['tags', 'pre-hook', 'post-hook', 'packages']);
const MERGED = new Set(['meta', 'docs', 'grants', 'persist_docs', 'column_types', 'quoting', 'contract']);

type Layer = Readonly<Record<string, unknown>>;

/** Layers laid over each other, the most general first. */
export function mergeConfig(layers: readonly Layer[]): Layer {
  const merged: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [written, value] of Object.entries(layer)) {
      const key = OTHER_NAMES[written] ?? written;
      if (APPENDED.has(key)) merged[key] = [...listOf(merged[key]), ...listOf(value)];
      else if (MERGED.has(key) && isMap(value)) merged[key] = mergeMap(mapOf(merged[key]), value);
      else merged[key] = value;
    }
  }
  return merged;
}

/** A key of `grants` with a plus in front adds to what more general levels said. */
function mergeMap(under: YamlMap, over: YamlMap): YamlMap {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (key.startsWith('+')) merged[key.slice(1)] = [...listOf(merged[key.slice(1)]), ...listOf(value)];
    else merged[key] = value;
  }
  return merged;
}

/** The config with the values every node of its kind has. */
export function completeConfig(layers: readonly Layer[], materialized: string): NodeConfig {
  const merged = mergeConfig([{ enabled: true, materialized }, ...layers]);
  return {
    alias: null,
    schema: null,
    database: null,
    group: null,
    persist_docs: {},
    quoting: {},
    column_types: {},
    full_refresh: null,
    unique_key: null,
    incremental_strategy: null,
    on_schema_change: 'ignore',
    grants: {},
    packages: [],
    docs: { show: true, node_color: null },
    contract: { enforced: false },
    ...merged,
    enabled: merged['enabled'] !== false,
    materialized: String(merged['materialized']),
    tags: [...new Set(listOf(merged['tags']).map(String))],
    meta: mapOf(merged['meta']),
    'pre-hook': listOf(merged['pre-hook']).map(hookOf),
    'post-hook': listOf(merged['post-hook']).map(hookOf),
  };
}

function hookOf(hook: unknown): unknown {
  return isMap(hook)
    ? { transaction: true, index: null, ...hook }
    : { sql: String(hook), transaction: true, index: null };
}

/**
 * The layers a tree of dbt_project.yml (`models:`, `seeds:`, ...) has for a node, the most general first: at
 * every level, the keys with a plus and those that are no folders. Folders nest as in `fqn`.
 */
export function layersOfTree(tree: unknown, fqn: readonly string[]): Layer[] {
  const layers: Layer[] = [];
  let level: unknown = tree;
  for (let depth = 0; isMap(level); depth++) {
    const layer: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(level)) {
      if (key.startsWith('+')) layer[key.slice(1).trim()] = value;
      else if (!isMap(value) && value !== null) layer[key] = value;
    }
    if (Object.keys(layer).length > 0) layers.push(layer);
    const next: string | undefined = fqn[depth];
    level = next === undefined ? undefined : level[next];
  }
  return layers;
}
