import type { Fault } from '../../base/fault.ts';
import type { Column } from '../node.ts';
import { isMap, listOf, mapOf, textOf, type YamlMap, type YamlPath, type YamlText } from '../yaml.ts';
import type { DeclaredTest, TestTarget } from './schema.ts';

/** Keys of a test that are about it and not for its macro (docs.getdbt.com, "Data test configurations"). */
const TEST_CONFIG = new Set([
  ...['severity', 'tags', 'enabled', 'where', 'limit', 'warn_if', 'error_if', 'fail_calc', 'store_failures'],
  ...['store_failures_as', 'meta', 'database', 'schema', 'group', 'alias'],
]);

/** One schema file: its entries, columns and tests, and what is wrong with them. */
export class SchemaReader {
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

  /** What projects written for older versions of dbt leave standing, and which means nothing. */
  leftover(path: YamlPath, what: string): void {
    const hint = 'Projects of older versions of dbt have such: it is read over. Take it out, or fill it in.';
    this.#faults.push({ ...this.fault(path, what, hint), severity: 'warning' });
  }

  entries(key: string): readonly (readonly [number, YamlMap])[] {
    const top = mapOf(this.#yaml.value);
    if (top[key] === null) this.leftover([key], `"${key}:" is empty`);
    return listOf(top[key]).flatMap((entry, index) => {
      if (isMap(entry)) return [[index, entry] as const];
      this.leftover([key, index], `This entry of "${key}" is empty`);
      return [];
    });
  }

  columns(entry: YamlMap, at: YamlPath): Column[] {
    return listOf(entry['columns']).flatMap((column, index): Column[] => {
      const name = isMap(column) ? textOf(column['name']) : undefined;
      if (!isMap(column) || name === undefined) {
        this.leftover([...at, 'columns', index], 'This column has no name');
        return [];
      }
      const config = mapOf(column['config']);
      return [
        {
          name,
          description: textOf(column['description']) ?? '',
          dataType: textOf(column['data_type']) ?? null,
          quote: typeof column['quote'] === 'boolean' ? column['quote'] : null,
          constraints: listOf(column['constraints']).filter(isMap),
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
      if (entry[key] === null) this.leftover([...at, key], `"${key}:" is empty`);
      for (const [index, written] of listOf(entry[key]).entries()) {
        const place = () => this.#yaml.at([...at, key, index]);
        if (written === null) {
          this.leftover([...at, key, index], `This entry of "${key}" is empty`);
          continue;
        }
        const test = readTest(written);
        if (test === undefined) {
          this.#faults.push({
            code: 'models/schema',
            severity: 'error',
            message: 'This is not a test',
            ...place(),
            hint: 'Write "- not_null", or "- accepted_values: {values: [...]}".',
          });
          continue;
        }
        this.#tests.push({ ...test, target, columnName, file: this.#file, path: this.#path, place });
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
