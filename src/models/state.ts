import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcosError } from '../base/errors.ts';
import { canonicalJson } from '../base/json.ts';
import { macroUses } from './artifacts/manifest.ts';
import { nodeJson } from './artifacts/nodejson.ts';
import type { Manifest } from './manifest.ts';
import type { Node, RelationName } from './node.ts';
import type { Comparison } from './select/methods.ts';
import { listOf, mapOf, textOf, type YamlMap } from './yaml.ts';

/** A folder of artifacts that an earlier command left: what `--state` names. */
export interface Previous {
  /** Nodes and sources of its manifest.json, by unique id. */
  readonly nodes: ReadonlyMap<string, YamlMap>;
  /** Texts of macros by unique id. */
  readonly macros: ReadonlyMap<string, string>;
  /** Of run_results.json, by unique id. */
  readonly statuses: ReadonlyMap<string, string>;
  /** What was asked of the command of run_results.json. */
  readonly args: YamlMap;
  /** `max_loaded_at` of sources.json, by unique id. */
  readonly loadedAt: ReadonlyMap<string, string>;
}

/** Reads what there is of the folder. Throws NOT_FOUND for one without any artifact, and INVALID for what is no JSON. */
export async function readPrevious(folder: string): Promise<Previous> {
  const [manifest, results, sources] = await Promise.all(
    ['manifest.json', 'run_results.json', 'sources.json'].map((name) => readJson(join(folder, name))),
  );
  if (manifest === undefined && results === undefined && sources === undefined) {
    throw new ArcosError('NOT_FOUND', `There is no manifest.json in ${folder}`, {
      hint: 'Name the folder that holds the artifacts of an earlier command.',
    });
  }
  const nodes = Object.entries({ ...mapOf(manifest?.['nodes']), ...mapOf(manifest?.['sources']) });
  const macros = Object.entries(mapOf(manifest?.['macros']));
  const byId = (artifact: YamlMap | undefined, member: string) =>
    new Map(
      listOf(artifact?.['results']).flatMap((result) => {
        const { unique_id: id, [member]: value } = mapOf(result);
        return typeof id === 'string' && typeof value === 'string' ? [[id, value] as const] : [];
      }),
    );
  return {
    nodes: new Map(nodes.map(([id, node]) => [id, mapOf(node)])),
    macros: new Map(macros.map(([id, macro]) => [id, textOf(mapOf(macro)['macro_sql']) ?? ''])),
    statuses: byId(results, 'status'),
    args: mapOf(results?.['args']),
    loadedAt: byId(sources, 'max_loaded_at'),
  };
}

async function readJson(path: string): Promise<YamlMap | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return mapOf(JSON.parse(text));
  } catch (cause) {
    throw new ArcosError('INVALID', `${path} is not JSON`, { cause });
  }
}

/** Where an earlier command left a node's table: what `--defer` reads instead of one that is not there. */
export function previousRelation({ nodes }: Previous, id: string): RelationName | undefined {
  const node = nodes.get(id);
  const [database, schema, alias] = [node?.['database'], node?.['schema'], node?.['alias']].map(textOf);
  if (database === undefined || schema === undefined || alias === undefined) return undefined;
  return { database, schema, identifier: alias };
}

/** `current`: the newest sources.json of this project, which `source_status:` compares with the earlier one. */
export function compareWith(previous: Previous, manifest: Manifest, current?: Previous): Comparison {
  const changed = changedMacros(previous, manifest);
  const known = (node: Node) => previous.nodes.get(node.uniqueId);
  const aspects: Readonly<Record<string, (node: Node, before: YamlMap) => boolean>> = {
    body: (node, before) => differs(checksumOf(nodeJson(node)), checksumOf(before)),
    configs: (node, before) => differs(nodeJson(node)['unrendered_config'], before['unrendered_config']),
    // Where the target puts tables is no change of the project.
    relation: (node, before) =>
      differs(namesOf(nodeJson(node)['unrendered_config']), namesOf(before['unrendered_config'])),
    persisted_descriptions: (node, before) =>
      mapOf(node.config['persist_docs'])['relation'] === true && differs(node.description, before['description']),
    macros: (node) => changed(node),
    contract: (node, before) => differs(node.config['contract'], mapOf(before['config'])['contract']),
  };
  return {
    isNew: (node) => known(node) === undefined,
    isModified(node, aspect) {
      const before = known(node);
      if (before === undefined) return false;
      const asked = aspect === undefined ? Object.values(aspects) : [aspects[aspect]];
      return asked.some((modified) => {
        if (modified !== undefined) return modified(node, before);
        throw new ArcosError('INVALID', `"state:modified.${aspect}" is no state`, {
          hint: `After "modified." comes ${Object.keys(aspects).join(', ')}.`,
        });
      });
    },
    status: (id) => previous.statuses.get(id),
    isFresher(id) {
      const now = current?.loadedAt.get(id);
      const before = previous.loadedAt.get(id);
      return now !== undefined && (before === undefined || Date.parse(now) > Date.parse(before));
    },
  };
}

function differs(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) !== canonicalJson(b ?? null);
}

/** Of a generic test the call, of all others the file. */
function checksumOf(node: YamlMap): unknown {
  const checksum = mapOf(node['checksum']);
  return checksum['name'] === 'none' ? (node['raw_code'] ?? null) : (checksum['checksum'] ?? null);
}

function namesOf(config: unknown): unknown {
  const { database, schema, alias } = mapOf(config);
  return [database, schema, alias];
}

/** Whether a node calls a macro that is new or another than it was, by itself or through others. */
function changedMacros(previous: Previous, manifest: Manifest): (node: Node) => boolean {
  const macros = manifest.macros.all();
  const uses = macroUses(macros);
  const own = new Set(
    macros.filter(({ uniqueId, text }) => previous.macros.get(uniqueId) !== text).map(({ uniqueId }) => uniqueId),
  );
  if (own.size === 0) return () => false;
  const texts = new Map(macros.map(({ uniqueId, text }) => [uniqueId, text]));
  const answers = new Map<string, boolean>();
  const isChanged = (id: string): boolean => {
    const known = answers.get(id);
    if (known !== undefined) return known;
    // Macros that call each other in a ring are as changed as the others of the ring.
    answers.set(id, own.has(id));
    const answer = own.has(id) || uses(texts.get(id) ?? '').some(isChanged);
    answers.set(id, answer);
    return answer;
  };
  return (node) => 'raw' in node && uses(node.raw).some(isChanged);
}
