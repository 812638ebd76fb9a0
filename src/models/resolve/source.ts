import { completeConfig } from '../config.ts';
import type { SourceNode } from '../node.ts';
import { isMap, mapOf, textOf, type YamlMap } from '../yaml.ts';
import type { PackageContext, Resolver } from './resolver.ts';
import type { DeclaredSource } from './schema.ts';

/** A table that others fill. Its database and dataset are the source's, or the target's database and its own name. */
export function resolveSource(
  declared: DeclaredSource,
  from: PackageContext,
  target: { project: string },
  resolver: Resolver,
): SourceNode {
  const { file, path, columns } = declared;
  const source = resolver.rendered(from, declared.source, file);
  const table = resolver.rendered(from, declared.table, file);
  const packageName = from.pack.name;
  const sourceName = String(source['name']);
  const name = String(table['name']);
  const folders = path.split('/').slice(0, -1);
  const fqn = [packageName, ...folders, sourceName, name];
  const levels = [source, table].flatMap((level) => [
    { tags: level['tags'] ?? [], meta: level['meta'] ?? {} },
    mapOf(level['config']),
  ]);
  const configLayers = resolver.layers(from, ['sources'], fqn, levels);
  const config = completeConfig(configLayers, 'source');
  const freshness = freshnessOf([source, table]);
  return {
    resourceType: 'source',
    uniqueId: `source.${packageName}.${sourceName}.${name}`,
    name,
    packageName,
    path: file,
    file,
    fqn,
    tags: config.tags,
    meta: config.meta,
    description: textOf(table['description']) ?? '',
    columns,
    config,
    configLayers,
    patch: null,
    relation: {
      database: textOf(source['database'] ?? source['project']) ?? target.project,
      schema: textOf(source['schema'] ?? source['dataset']) ?? sourceName,
      identifier: textOf(table['identifier']) ?? name,
    },
    sourceName,
    sourceDescription: textOf(source['description']) ?? '',
    loader: textOf(table['loader'] ?? source['loader']) ?? '',
    loadedAtField: textOf(table['loaded_at_field'] ?? source['loaded_at_field']) ?? null,
    freshness,
  };
}

/** The table's rules over the source's, one by one; null switches them off. */
function freshnessOf(levels: readonly YamlMap[]): YamlMap | null {
  const rules: Record<string, unknown> = {};
  let off = true;
  for (const level of levels) {
    const own = level['freshness'] === undefined ? mapOf(level['config'])['freshness'] : level['freshness'];
    if (own !== undefined) off = own === null;
    if (isMap(own)) Object.assign(rules, own);
  }
  return off ? null : rules;
}
