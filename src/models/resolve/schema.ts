import type { Fault } from '../../base/fault.ts';
import type { Column } from '../node.ts';
import type { ProjectPackage } from '../project.ts';
import { isMap, listOf, mapOf, readYaml, textOf, type YamlMap, type YamlPath, type YamlText } from '../yaml.ts';

/** What a schema file says about a node that has a file of its own. */
export interface Patch {
  /** The schema file, below the package's folder. */
  readonly file: string;
  readonly description: string;
  readonly columns: readonly Column[];
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
  readonly line: number | undefined;
  readonly column: number | undefined;
}

export interface SchemaFiles {
  /** By `model.name`, `seed.name`. */
  readonly patches: ReadonlyMap<string, Patch>;
  readonly sources: readonly DeclaredSource[];
  readonly tests: readonly DeclaredTest[];
  readonly faults: readonly Fault[];
}

const KINDS = { models: 'model', seeds: 'seed', snapshots: 'snapshot', analyses: 'analysis' } as const;

/** Keys of a test that are about it and not for its macro (docs.getdbt.com, "Data test configurations"). */
const TEST_CONFIG = new Set([
  ...['severity', 'tags', 'enabled', 'where', 'limit', 'warn_if', 'error_if', 'fail_calc', 'store_failures'],
  ...['store_failures_as', 'meta', 'database', 'schema', 'group', 'alias'],
]);

/** Settings that may stand beside `config:` instead of in it. */
const OUTSIDE_CONFIG = ['tags', 'meta', 'docs', 'access', 'group', 'latest_version', 'deprecation_date'];

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
  const faults: Fault[] = [];
  for (const { kind, file, path, text } of pack.files) {
    if (kind !== 'schema') continue;
    const yaml = readYaml(text, file);
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
          config: { ...pick(entry, OUTSIDE_CONFIG), ...mapOf(entry['config']) },
          relation: textOf(entry['relation']),
        });
        if (resource !== 'analysis') reader.tests({ kind: resource, name }, entry, [key, index]);
      }
    }
    for (const [index, entry] of reader.entries('unit_tests')) {
      const place = reader.fault(
        ['unit_tests', index],
        `The unit test "${textOf(entry['name']) ?? ''}" is not run`,
        '',
      );
      faults.push({ ...place, severity: 'warning', hint: 'Unit tests are not there yet; data tests are.' });
    }
    for (const [index, source] of reader.entries('sources')) {
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
  return { patches, sources, tests, faults };
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

class SchemaReader {
  readonly #yaml: YamlText;
  readonly #file: string;
  readonly #path: string;
  readonly #tests: DeclaredTest[];
  readonly #faults: Fault[];

  constructor(yaml: YamlText, file: string, path: string, tests: DeclaredTest[], faults: Fault[]) {
    this.#yaml = yaml;
    this.#file = file;
    this.#path = path;
    this.#tests = tests;
    this.#faults = faults;
  }

  fault(path: YamlPath, message: string, hint: string): Fault {
    return { code: 'models/schema', severity: 'error', message, ...this.#yaml.at(path), hint };
  }

  entries(key: string): readonly (readonly [number, YamlMap])[] {
    return listOf(mapOf(this.#yaml.value)[key]).flatMap((entry, index) =>
      isMap(entry) ? [[index, entry] as const] : [],
    );
  }

  columns(entry: YamlMap, at: YamlPath): Column[] {
    return listOf(entry['columns']).flatMap((column, index): Column[] => {
      const name = isMap(column) ? textOf(column['name']) : undefined;
      if (!isMap(column) || name === undefined) {
        this.#faults.push(this.fault([...at, 'columns', index], 'This column has no name', 'Write "- name: ...".'));
        return [];
      }
      const config = mapOf(column['config']);
      return [
        {
          name,
          description: textOf(column['description']) ?? '',
          dataType: textOf(column['data_type']) ?? null,
          quote: typeof column['quote'] === 'boolean' ? column['quote'] : null,
          tags: [...listOf(column['tags']), ...listOf(config['tags'])].map(String),
          meta: { ...mapOf(column['meta']), ...mapOf(config['meta']) },
        },
      ];
    });
  }

  /** The tests of an entry and of its columns. */
  tests(target: TestTarget, entry: YamlMap, at: YamlPath): void {
    this.#declared(target, null, entry, at);
    for (const [index, column] of listOf(entry['columns']).entries()) {
      const name = isMap(column) ? textOf(column['name']) : undefined;
      if (!isMap(column) || name === undefined) continue;
      const quoted = column['quote'] === true ? `\`${name}\`` : name;
      this.#declared(target, quoted, column, [...at, 'columns', index]);
    }
  }

  #declared(target: TestTarget, columnName: string | null, entry: YamlMap, at: YamlPath): void {
    for (const key of ['tests', 'data_tests']) {
      for (const [index, written] of listOf(entry[key]).entries()) {
        const place = this.#yaml.at([...at, key, index]);
        const test = readTest(written);
        if (test === undefined) {
          this.#faults.push({
            code: 'models/schema',
            severity: 'error',
            message: 'This is not a test',
            ...place,
            hint: 'Write "- not_null", or "- accepted_values: {values: [...]}".',
          });
          continue;
        }
        const { line, column } = place;
        this.#tests.push({ ...test, target, columnName, file: this.#file, path: this.#path, line, column });
      }
    }
  }
}

type ReadTest = Pick<DeclaredTest, 'name' | 'ownName' | 'arguments' | 'config' | 'description'>;

function readTest(written: unknown): ReadTest | undefined {
  if (typeof written === 'string') {
    return { name: written, ownName: undefined, arguments: {}, config: {}, description: '' };
  }
  if (!isMap(written)) return undefined;
  const named = textOf(written['test_name']);
  const [first] = Object.keys(written);
  const name = named ?? first;
  if (name === undefined) return undefined;
  const { test_name: _, ...rest } = named === undefined ? mapOf(written[name]) : written;
  const { config, name: ownName, description, arguments: grouped, ...others } = rest as Record<string, unknown>;
  const lifted = Object.entries(others).filter(([key]) => TEST_CONFIG.has(key));
  const own = Object.entries(others).filter(([key]) => !TEST_CONFIG.has(key));
  return {
    name,
    ownName: textOf(ownName),
    arguments: { ...Object.fromEntries(own), ...mapOf(grouped) },
    config: { ...Object.fromEntries(lifted), ...mapOf(config) },
    description: textOf(description) ?? '',
  };
}

function pick(map: YamlMap, keys: readonly string[]): YamlMap {
  return Object.fromEntries(keys.filter((key) => map[key] !== undefined).map((key) => [key, map[key]]));
}
