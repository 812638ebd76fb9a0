import { sha256 } from '../../base/ids.ts';
import { nodeJson } from '../artifacts/nodejson.ts';
import { completeConfig } from '../config.ts';
import type { Captured } from '../context/parsing.ts';
import type { AnalysisNode, ModelNode, SnapshotNode, TestNode } from '../node.ts';
import type { ProjectFile } from '../project.ts';
import type { PackageContext, Resolver } from './resolver.ts';
import type { Patch } from './schema.ts';
import { TEST_DEFAULTS } from './test.ts';

/** A node as read, with the query its template gave while nothing was executed. */
export interface Read<Node> {
  readonly node: Node;
  readonly captured: Captured;
}

interface Kind {
  readonly resourceType: 'model' | 'snapshot' | 'analysis' | 'test';
  /** Its trees in dbt_project.yml. */
  readonly trees: readonly string[];
  readonly materialized: string;
  /** What its config says before anything else does. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

const KINDS = {
  model: { resourceType: 'model', trees: ['models'], materialized: 'view', defaults: {} },
  snapshot: { resourceType: 'snapshot', trees: ['snapshots'], materialized: 'snapshot', defaults: {} },
  analysis: { resourceType: 'analysis', trees: ['analyses'], materialized: 'view', defaults: {} },
  test: { resourceType: 'test', trees: ['tests', 'data_tests'], materialized: 'test', defaults: TEST_DEFAULTS },
} as const satisfies Record<string, Kind>;

/**
 * A model, a snapshot, an analysis, or a test that is a file of its own. Undefined for one with a fault. `own`: its name,
 * where that is not the file's.
 */
export function resolveQuery(
  file: ProjectFile & { kind: keyof typeof KINDS },
  patch: Patch | undefined,
  from: PackageContext,
  resolver: Resolver,
  own?: string,
): Read<ModelNode | SnapshotNode | AnalysisNode | TestNode> | undefined {
  const { resourceType, trees, materialized, defaults } = KINDS[file.kind];
  const packageName = from.pack.name;
  const known = resolver.parse(packageName, file.file, file.text, own);
  if (known === undefined) return undefined;
  const { template, parts } = known;
  const steps = [...file.path.replace(/\.(?:sql|ya?ml)$/, '').split('/'), ...(own === undefined ? [] : [own])];
  const version = patch?.version;
  if (version !== undefined) steps.splice(-1, 1, version.name, `v${version.own}`);
  const name = version?.name ?? steps.at(-1) ?? file.path;
  const fqn = [packageName, ...steps];
  const patched = patch === undefined ? {} : resolver.rendered(from, patch.config, patch.file);
  const draft = {
    resourceType,
    uniqueId: `${resourceType}.${packageName}.${name}${version === undefined ? '' : `.v${version.own}`}`,
    ...(version === undefined ? {} : { version: { own: version.own, latest: version.latest } }),
    name,
    packageName,
    path: file.path,
    file: file.file,
    fqn,
    description: patch?.description ?? '',
    columns: patch?.columns ?? [],
    constraints: patch?.constraints ?? [],
    patch: patch === undefined ? null : `${packageName}://${patch.file}`,
    raw: own === undefined ? file.text.trimEnd() : file.text.trim(),
    template,
    ...(parts === undefined ? {} : { parts }),
    checksum: sha256(file.text),
  };
  const general = resolver.layers(from, trees, fqn, [patched]);
  const node = (
    captured: Omit<Captured, 'sql'>,
    relation: ModelNode['relation'],
  ): ModelNode | SnapshotNode | AnalysisNode | TestNode => {
    const configLayers = [...general, captured.config];
    const complete = completeConfig([defaults, ...configLayers], materialized);
    return {
      ...draft,
      config: complete,
      configLayers,
      tags: complete.tags,
      meta: complete.meta,
      refs: captured.refs,
      sources: captured.sources,
      dependsOn: [],
      configCall: captured.config,
      relation,
    };
  };
  const nowhere = { database: '', schema: '', identifier: name };
  const before = () => nodeJson(node({ config: {}, refs: [], sources: [] }, nowhere));
  const captured = resolver.attempt(
    file.file,
    () => (parts && from.context.readParts(parts, nowhere)) ?? from.context.read(template, nowhere, before()),
  );
  if (captured === undefined) return undefined;
  const unnamed = node(captured, nowhere);
  if (!unnamed.config.enabled) return { node: unnamed, captured };
  const relation = resolver.relation(from, unnamed.config, name, () => unnamed, file.file);
  return { node: { ...unnamed, relation }, captured };
}
