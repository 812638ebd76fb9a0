import { createHash } from 'node:crypto';
import type { Invocation } from '../invocation.ts';
import type { Manifest } from '../manifest.ts';
import type { Macro, Node } from '../node.ts';
import { declaredJson, isUnitTest } from './declared.ts';
import { metadataOf } from './metadata.ts';
import { nodeJson } from './nodejson.ts';

/** A project as dbt's manifest.json, version 12. `compiled`: queries by unique id. */
export function manifestJson(
  manifest: Manifest,
  invocation: Invocation,
  compiled: ReadonlyMap<string, string> = new Map(),
): Record<string, unknown> {
  const { nodes, graph, project } = manifest;
  const macros = manifest.macros.all();
  const uses = macroUses(macros);
  const json = (node: Node) => {
    // Members of dbt 1.5 that pipelines read from the RPC server.
    const {
      raw_sql: _,
      compiled_sql: __,
      deferred: ___,
      ...now
    } = nodeJson(node, { compiledSql: compiled.get(node.uniqueId) });
    const text = 'raw' in node ? node.raw : '';
    const depends = now['depends_on'];
    return [
      node.uniqueId,
      typeof depends === 'object' && depends !== null
        ? { ...now, depends_on: { ...depends, macros: uses(text) } }
        : now,
    ] as const;
  };
  const all = [...nodes.values()].filter((node) => !isUnitTest(node));
  const edges = (next: (id: string) => readonly string[]) =>
    Object.fromEntries(all.map(({ uniqueId }) => [uniqueId, [...next(uniqueId)].sort()]));
  return {
    metadata: {
      ...metadataOf('manifest', invocation),
      project_name: project,
      project_id: createHash('md5').update(project).digest('hex'),
      user_id: null,
      send_anonymous_usage_stats: false,
      adapter_type: 'bigquery',
      quoting: { database: true, schema: true, identifier: true, column: null },
      run_started_at: invocation.startedAt.toISOString(),
    },
    nodes: Object.fromEntries(all.filter(({ resourceType }) => resourceType !== 'source').map(json)),
    sources: Object.fromEntries(all.filter(({ resourceType }) => resourceType === 'source').map(json)),
    macros: Object.fromEntries(macros.map((macro) => [macro.uniqueId, macroJson(macro, uses(macro.text))])),
    docs: Object.fromEntries([...manifest.docs].map(([name, text]) => docJson(project, name, text))),
    ...declaredJson(manifest),
    selectors: {},
    disabled: {},
    parent_map: edges(graph.parents),
    child_map: edges(graph.children),
    group_map: groupMap(all),
    functions: {},
  };
}

/** dbt's own docs blocks are called `dbt`; which package another is of is not kept. */
function docJson(project: string, name: string, text: string) {
  const id = `doc.${project}.${name}`;
  const shown = { path: '', original_file_path: '', unique_id: id, block_contents: text };
  return [id, { name, resource_type: 'doc', package_name: project, ...shown }] as const;
}

/** Members of each group. */
function groupMap(nodes: readonly Node[]): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  for (const { config, uniqueId } of nodes) {
    const { group } = config;
    if (typeof group === 'string') groups[group] = [...(groups[group] ?? []), uniqueId];
  }
  return groups;
}

function macroJson({ uniqueId, name, packageName, definition, text }: Macro, macros: readonly string[]) {
  return {
    name,
    resource_type: 'macro',
    package_name: packageName,
    path: definition.file,
    original_file_path: definition.file,
    unique_id: uniqueId,
    macro_sql: text,
    depends_on: { macros },
    description: '',
    meta: {},
    config: { meta: {}, docs: { show: true, node_color: null } },
    docs: { show: true, node_color: null },
    patch_path: null,
    arguments: definition.parameters.map((parameter) => ({ name: parameter, type: null, description: '' })),
    created_at: 0,
    supported_languages: null,
  };
}

/**
 * The ids of macros a text calls by name. What it names without calling is left out; a macro that shares its name with
 * one of another package stands for both, so that what depends on either is seen as changed when one is.
 */
export function macroUses(macros: readonly Macro[]): (text: string) => string[] {
  const byName = new Map<string, string[]>();
  for (const { name, uniqueId } of macros) {
    for (const called of new Set([name, name.replace(/^(?:default|bigquery)__/, '')])) {
      const known = byName.get(called);
      if (known === undefined) byName.set(called, [uniqueId]);
      else known.push(uniqueId);
    }
  }
  return (text) => {
    if (!text.includes('{')) return [];
    const found = new Set<string>();
    for (const [, name = ''] of text.matchAll(/([A-Za-z_]\w*)['"]?\s*[(,)]/g)) {
      for (const id of byName.get(name) ?? []) found.add(id);
    }
    return [...found];
  };
}
