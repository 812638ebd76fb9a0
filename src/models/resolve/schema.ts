import type { Fault } from '../../base/fault.ts';
import type { Column } from '../node.ts';
import type { ProjectPackage } from '../project.ts';
import { isMap, listOf, mapOf, readYaml, textOf, type YamlMap, type YamlText } from '../yaml.ts';
import { SchemaReader } from './schemareader.ts';

/** What a schema file says about a node that has a file of its own. */
export interface Patch {
  /** The schema file, below the package's folder. */
  readonly file: string;
  readonly description: string;
  readonly columns: readonly Column[];
  readonly constraints: readonly YamlMap[];
  readonly config: YamlMap;
  /** Of a model with several versions: which one this is. */
  readonly version?: { readonly name: string; readonly own: string | number; readonly latest: string | number };
  /** Of a snapshot without a file: what it keeps, as `ref('x')`. */
  readonly relation: string | undefined;
}

/** A source's table as written: the source's own settings come with it. */
export interface DeclaredSource {
  readonly file: string;
  readonly path: string;
  readonly source: YamlMap;
  readonly table: YamlMap;
  readonly columns: readonly Column[];
}

/** What a test stands at. */
export type TestTarget =
  | { readonly kind: 'model' | 'seed' | 'snapshot'; readonly name: string; readonly version?: string | number }
  | { readonly kind: 'source'; readonly source: string; readonly name: string };

export interface DeclaredTest {
  readonly target: TestTarget;
  readonly columnName: string | null;
  /** `not_null` or `dbt_utils.accepted_range` */
  readonly name: string;
  /** The name the project gives this very test. */
  readonly ownName: string | undefined;
  readonly arguments: YamlMap;
  readonly config: YamlMap;
  readonly description: string;
  readonly file: string;
  readonly path: string;
  /** Where it stands; looked up when it is asked, since most tests have no fault. */
  readonly place: () => { readonly file: string; readonly line?: number; readonly column?: number };
}

/** What schema files declare that is no part of a node: read through to the manifest, or tests of models. */
const DECLARED = ['unit_tests', 'exposures', 'groups', 'metrics', 'semantic_models', 'saved_queries'] as const;
export type DeclaredKind = (typeof DECLARED)[number];

export interface Declared {
  readonly entry: YamlMap;
  readonly file: string;
  readonly path: string;
  readonly place: () => { readonly file: string; readonly line?: number; readonly column?: number };
}

export interface SchemaFiles {
  /** By `model.name`, `seed.name`. */
  readonly patches: ReadonlyMap<string, Patch>;
  readonly sources: readonly DeclaredSource[];
  readonly tests: readonly DeclaredTest[];
  /** Entries of all other kinds, as they are written. */
  readonly declared: Readonly<Record<DeclaredKind, readonly Declared[]>>;
  readonly faults: readonly Fault[];
}

const KINDS = { models: 'model', seeds: 'seed', snapshots: 'snapshot', analyses: 'analysis' } as const;

/** Settings that may stand beside `config:` instead of in it. */
const OUTSIDE_CONFIG = ['tags', 'meta', 'docs', 'access', 'group', 'latest_version', 'deprecation_date'];

/** What each schema file last was: of a project that is read again and again, one file has changed. */
const YAML = new Map<string, { readonly text: string; readonly yaml: YamlText }>();

function keptYaml(text: string, key: string, file: string): YamlText {
  const known = YAML.get(key);
  if (known?.text === text) return known.yaml;
  const yaml = readYaml(text, file);
  YAML.set(key, { text, yaml });
  return yaml;
}

/** A package read once is asked for again with every new set of variables, which these files do not depend on. */
const READ = new WeakMap<ProjectPackage, SchemaFiles>();

/** Reads every schema file of a package. What cannot be read is told and left out. */
export function readSchemaFiles(pack: ProjectPackage): SchemaFiles {
  const known = READ.get(pack) ?? readFiles(pack);
  READ.set(pack, known);
  return known;
}

function readFiles(pack: ProjectPackage): SchemaFiles {
  const patches = new Map<string, Patch>();
  const sources: DeclaredSource[] = [];
  const tests: DeclaredTest[] = [];
  const declared = Object.fromEntries(DECLARED.map((kind) => [kind, [] as Declared[]])) as Record<
    DeclaredKind,
    Declared[]
  >;
  const faults: Fault[] = [];
  for (const { kind, file, path, text } of pack.files) {
    if (kind !== 'schema') continue;
    const yaml = keptYaml(text, `${pack.name}/${file}`, file);
    faults.push(...yaml.faults);
    const reader = new SchemaReader(yaml, file, path, tests, faults);
    for (const [key, resource] of Object.entries(KINDS)) {
      for (const [index, entry] of reader.entries(key)) {
        const name = textOf(entry['name']);
        if (name === undefined) {
          faults.push(reader.fault([key, index], `This entry of "${key}" has no name`, 'Write "- name: ...".'));
          continue;
        }
        const known = patches.get(`${resource}.${name}`);
        if (known !== undefined) {
          faults.push(
            reader.fault(
              [key, index],
              `"${name}" is described twice, in ${known.file} too`,
              'Put both into one entry.',
            ),
          );
          continue;
        }
        const versions = resource === 'model' ? versionsOf(entry) : [];
        for (const version of versions) {
          const { file: own, entry: described, number } = version;
          const at = [key, index];
          const patch: Patch = {
            file,
            description: textOf(described['description']) ?? '',
            columns: reader.columns(described, at),
            constraints: listOf(described['constraints']).filter(isMap),
            config: { ...pick(described, OUTSIDE_CONFIG), ...mapOf(described['config']) },
            relation: undefined,
            version: { name, own: number, latest: version.latest },
          };
          patches.set(`model.${own}`, patch);
          // The newest may also have the file without a number.
          if (number === version.latest) patches.set(`model.${name}`, patch);
          reader.tests({ kind: 'model', name, version: number }, described, at);
        }
        if (versions.length > 0) continue;
        const columns = reader.columns(entry, [key, index]);
        patches.set(`${resource}.${name}`, {
          file,
          description: textOf(entry['description']) ?? '',
          columns,
          constraints: listOf(entry['constraints']).filter(isMap),
          config: { ...pick(entry, OUTSIDE_CONFIG), ...mapOf(entry['config']) },
          relation: textOf(entry['relation']),
        });
        if (resource !== 'analysis') reader.tests({ kind: resource, name }, entry, [key, index]);
      }
    }
    for (const kind of DECLARED) {
      for (const [index, entry] of reader.entries(kind)) {
        declared[kind].push({ entry, file, path, place: () => yaml.at([kind, index]) });
      }
    }
    for (const [index, source] of reader.entries('sources')) {
      if (listOf(source['tables']).length === 0) {
        reader.leftover(['sources', index], `The source "${textOf(source['name']) ?? ''}" has no tables`);
      }
      for (const [place, table] of listOf(source['tables']).entries()) {
        const at = ['sources', index, 'tables', place];
        if (!isMap(table) || textOf(table['name']) === undefined || textOf(source['name']) === undefined) {
          faults.push(reader.fault(at, 'This source or table has no name', 'Write "- name: ...".'));
          continue;
        }
        sources.push({ file, path, source, table, columns: reader.columns(table, at) });
        reader.tests({ kind: 'source', source: String(source['name']), name: String(table['name']) }, table, at);
      }
    }
  }
  return { patches, sources, tests, declared, faults };
}

/** A model's versions, each described as a model of its own: what it says itself over what all share. */
function versionsOf(entry: YamlMap) {
  const { versions, latest_version: named, ...shared } = entry;
  const own = listOf(versions).filter(isMap);
  const numberOf = (version: YamlMap): string | number =>
    typeof version['v'] === 'number' ? version['v'] : String(version['v']);
  const newest =
    own
      .map(numberOf)
      .sort((a, b) => Number(a) - Number(b))
      .at(-1) ?? 0;
  const latest = typeof named === 'number' || typeof named === 'string' ? named : newest;
  return own.map((version) => {
    const number = numberOf(version);
    const written = listOf(version['columns']).filter(isMap);
    const inherits =
      written.find((column) => 'include' in column) ?? (version['columns'] === undefined ? {} : { include: [] });
    const include = inherits['include'] ?? 'all';
    const named = written.filter((column) => 'name' in column);
    const without = new Set([...listOf(inherits['exclude']), ...named.map((column) => column['name'])]);
    const kept = listOf(shared['columns']).filter(
      (column) =>
        isMap(column) &&
        !without.has(column['name']) &&
        (include === 'all' || include === '*' || listOf(include).includes(column['name'])),
    );
    return {
      number,
      latest,
      file: textOf(version['defined_in']) ?? `${String(entry['name'])}_v${number}`,
      entry: {
        ...shared,
        ...version,
        columns: [...kept, ...named],
        config: { ...mapOf(shared['config']), ...mapOf(version['config']) },
      } as YamlMap,
    };
  });
}

function pick(map: YamlMap, keys: readonly string[]): YamlMap {
  return Object.fromEntries(keys.filter((key) => map[key] !== undefined).map((key) => [key, map[key]]));
}
