import { sha256 } from '../../base/ids.ts';
import type { Manifest } from '../manifest.ts';
import type { Node, TestNode, UnitRows } from '../node.ts';
import type { Declared, DeclaredKind } from '../resolve/schema.ts';
import { isMap, listOf, mapOf, textOf, type YamlMap } from '../yaml.ts';

type Entries = Record<string, Record<string, unknown>>;

/** A thing that a schema file declares, and the package it is in. */
export interface DeclaredIn extends Declared {
  readonly packageName: string;
}

/** What is no node in manifest.json: read through as it is written, with what dbt's schema wants beside it. */
export function declaredJson(manifest: Manifest): Record<string, Entries> {
  const { declared } = manifest;
  const of = (
    kind: DeclaredKind,
    prefix: string,
    more: (entry: YamlMap, packageName: string) => Record<string, unknown>,
  ) =>
    Object.fromEntries(
      declared[kind].flatMap((one) => {
        const { entry, packageName } = one;
        const name = textOf(entry['name']);
        if (name === undefined) return [];
        const uniqueId = `${prefix}.${packageName}.${name}`;
        return [[uniqueId, { ...common(one, name, prefix, uniqueId), ...more(entry, packageName) }] as const];
      }),
    );
  return {
    exposures: of('exposures', 'exposure', (entry, packageName) => ({
      type: textOf(entry['type']) ?? 'application',
      owner: { email: null, name: null, ...mapOf(entry['owner']) },
      maturity: entry['maturity'] ?? null,
      url: entry['url'] ?? null,
      ...dependencies(listOf(entry['depends_on']).map(String), manifest, packageName),
      ...settings(entry),
    })),
    groups: of('groups', 'group', (entry) => ({ owner: { email: null, name: null, ...mapOf(entry['owner']) } })),
    metrics: of('metrics', 'metric', (entry) => ({
      type: textOf(entry['type']) ?? 'simple',
      type_params: typeParams(mapOf(entry['type_params'])),
      filter: null,
      ...settings(entry),
    })),
    semantic_models: of('semantic_models', 'semantic_model', (entry, packageName) => ({
      model: textOf(entry['model']) ?? '',
      node_relation: null,
      entities: listOf(entry['entities']),
      measures: listOf(entry['measures']),
      dimensions: listOf(entry['dimensions']),
      defaults: entry['defaults'] ?? null,
      ...withoutSources(dependencies([textOf(entry['model']) ?? ''], manifest, packageName)),
    })),
    saved_queries: of('saved_queries', 'saved_query', (entry) => ({
      query_params: { metrics: [], group_by: [], where: null, ...mapOf(entry['query_params']) },
      exports: listOf(entry['exports'])
        .filter(isMap)
        .map((one) => ({ config: {}, unrendered_config: {}, ...one })),
    })),
    unit_tests: Object.fromEntries(
      manifest.nodes
        .values()
        .filter(isUnitTest)
        .map((node) => [node.uniqueId, unitTestJson(node)]),
    ),
  };
}

export function isUnitTest(node: Node): node is TestNode {
  return node.resourceType === 'test' && node.unit !== undefined;
}

function common({ entry, file, path, packageName }: DeclaredIn, name: string, kind: string, uniqueId: string) {
  const described =
    kind === 'group' ? {} : { description: textOf(entry['description']) ?? '', label: entry['label'] ?? '' };
  if (kind === 'exposure') described.label = textOf(entry['label']) ?? '';
  return {
    name,
    resource_type: kind,
    package_name: packageName,
    path,
    original_file_path: file,
    unique_id: uniqueId,
    ...(kind === 'group' ? {} : { fqn: [packageName, ...path.split('/').slice(0, -1), name], created_at: 0 }),
    ...described,
  };
}

function settings(entry: YamlMap) {
  const config = mapOf(entry['config']);
  const tags = [...listOf(entry['tags']), ...listOf(config['tags'])].map(String);
  return {
    tags,
    meta: { ...mapOf(entry['meta']), ...mapOf(config['meta']) },
    config: { enabled: true },
    unrendered_config: {},
  };
}

/** `ref('x')` and `source('a', 'b')` as written in YAML. */
function dependencies(words: readonly string[], { links }: Manifest, packageName: string) {
  const nodes: string[] = [];
  const refs: unknown[] = [];
  const sources: unknown[] = [];
  for (const word of words) {
    const [, kind, inside = ''] = /^\s*(ref|source)\s*\((.*)\)\s*$/s.exec(word) ?? [];
    const [first = '', second] = [...inside.matchAll(/['"]([^'"]*)['"]/g)].map(([, text = '']) => text);
    if (kind === 'source') {
      sources.push([first, second ?? '']);
      nodes.push(...[links.source(first, second ?? '')?.uniqueId ?? []].flat());
    } else if (kind === 'ref') {
      const call = second === undefined ? { package: null, name: first } : { package: first, name: second };
      refs.push({ ...call, version: null });
      nodes.push(...[links.ref({ ...call, version: null }, packageName)?.uniqueId ?? []].flat());
    }
  }
  return { depends_on: { macros: [], nodes }, refs, sources };
}

function withoutSources({ depends_on, refs }: ReturnType<typeof dependencies>) {
  return { depends_on, refs };
}

/** A measure or metric may be written by its name alone. */
function typeParams(written: YamlMap): YamlMap {
  const named = (value: unknown) => (typeof value === 'string' ? { name: value } : value);
  const single = ['measure', 'numerator', 'denominator'].filter((key) => written[key] !== undefined);
  return {
    ...written,
    ...Object.fromEntries(single.map((key) => [key, named(written[key])])),
    ...(written['metrics'] === undefined ? {} : { metrics: listOf(written['metrics']).map(named) }),
  };
}

function unitTestJson(node: TestNode): Record<string, unknown> {
  const { unit } = node;
  const declared = unit?.declared ?? {};
  const rows = (given: UnitRows | undefined) =>
    given?.format === 'sql' ? { rows: given.sql, format: 'sql' } : { rows: given?.rows ?? [], format: 'dict' };
  const overrides = mapOf(declared['overrides']);
  return {
    name: node.name,
    resource_type: 'unit_test',
    package_name: node.packageName,
    path: node.path,
    original_file_path: node.file,
    unique_id: node.uniqueId,
    fqn: node.fqn,
    model: textOf(declared['model']) ?? '',
    given: listOf(declared['given'])
      .filter(isMap)
      .map((input, index) => ({
        input: textOf(input['input']) ?? '',
        ...rows(unit?.given[index]?.rows),
        fixture: input['fixture'] ?? null,
      })),
    expect: { ...rows(unit?.expected), fixture: mapOf(declared['expect'])['fixture'] ?? null },
    description: node.description,
    overrides:
      declared['overrides'] === undefined
        ? null
        : { macros: mapOf(overrides['macros']), vars: mapOf(overrides['vars']), env_vars: unit?.environment ?? {} },
    depends_on: { macros: [], nodes: node.dependsOn },
    config: { tags: node.tags, meta: node.meta, enabled: true },
    checksum: sha256(node.checksum),
    schema: node.relation.schema,
    created_at: 0,
    versions: null,
    version: null,
  };
}
