import { createHash } from 'node:crypto';
import { canonicalJson } from '../../base/json.ts';
import { parseTemplate, toText, type Value } from '../../jinja/jinja.ts';
import { completeConfig } from '../config.ts';
import type { TestNode } from '../node.ts';
import { listOf, type YamlMap } from '../yaml.ts';
import type { Read } from './model.ts';
import type { PackageContext, Resolver } from './resolver.ts';
import type { DeclaredTest, TestTarget } from './schema.ts';

/** dbt's defaults of a test. The dataset is that of the rows kept of failed tests, beside the target's. */
export const TEST_DEFAULTS = {
  schema: 'dbt_test__audit',
  severity: 'ERROR',
  store_failures: null,
  where: null,
  limit: null,
  fail_calc: 'count(*)',
  warn_if: '!= 0',
  error_if: '!= 0',
};

/** dbt's limit of a name; a longer one is cut and gets a hash. */
const LONGEST_NAME = 63;

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** A test that a schema file gives a model, a seed, a source or one of their columns. Undefined for one with a fault. */
export function resolveTest(
  declared: DeclaredTest,
  attachedTo: string,
  from: PackageContext,
  resolver: Resolver,
): Read<TestNode> | undefined {
  const { target, columnName, file } = declared;
  const packageName = from.pack.name;
  const [first = '', second] = declared.name.split('.');
  const [namespace, testName] = second === undefined ? [null, first] : [first, second];
  const own = columnName === null ? {} : { column_name: columnName };
  const { full, short } = namesOf(declared, { ...own, ...declared.arguments });
  const fqn = [packageName, ...declared.path.split('/').slice(0, -1), full];
  const configLayers = resolver.layers(from, ['tests', 'data_tests'], fqn, [
    resolver.rendered(from, declared.config, file),
  ]);
  const config = completeConfig([TEST_DEFAULTS, ...configLayers], 'test');
  const args = { ...own, ...declared.arguments, model: `{{ get_where_subquery(${nameOf(target)}) }}` };
  const raw = `{{ ${namespace === null ? '' : `${namespace}.`}test_${testName}(**_dbt_generic_test_kwargs) }}`;
  const hash = md5(
    canonicalJson([packageName, target, columnName, declared.name, declared.arguments, declared.config]),
  ).slice(-10);
  const draft: TestNode = {
    resourceType: 'test',
    uniqueId: `test.${packageName}.${full}.${hash}`,
    name: full,
    packageName,
    path: `${short}.sql`,
    file,
    fqn,
    tags: config.tags,
    meta: config.meta,
    description: declared.description,
    columns: [],
    config,
    configLayers,
    patch: null,
    relation: { database: '', schema: '', identifier: short },
    raw,
    template: NOTHING,
    refs: [],
    sources: [],
    dependsOn: [],
    checksum: '',
    configCall: {},
    generic: { name: testName, namespace, arguments: args, columnName, attachedTo, fileKey: fileKeyOf(target) },
  };
  const relation = resolver.relation(from, config, short, () => ({ ...draft, name: short }), file);
  let captured: Read<TestNode>['captured'];
  try {
    captured = from.context.readTest({ name: testName, namespace, arguments: args, file }, relation);
  } catch (error) {
    resolver.attempt(file, () => {
      throw error;
    });
    const fault = resolver.faults.pop();
    if (fault !== undefined) {
      const place = fault.file === undefined || fault.file === file ? declared.place() : {};
      resolver.faults.push({ ...fault, ...place });
    }
    return undefined;
  }
  const { refs, sources } = captured;
  return { captured, node: { ...draft, relation, refs, sources } };
}

/** Generic tests are calls of a macro, not texts. */
const NOTHING = parseTemplate('', 'generic test');

function fileKeyOf(target: TestTarget): string {
  return target.kind === 'source' ? `sources.${target.source}` : `${target.kind}s.${target.name}`;
}

function nameOf(target: TestTarget): string {
  if (target.kind === 'source') return `source('${target.source}', '${target.name}')`;
  return `ref('${target.name}'${target.version === undefined ? '' : `, version=${JSON.stringify(target.version)}`})`;
}

/** dbt's name for a test: what it is, where it stands, and its arguments with everything odd as underscores. */
function namesOf({ name, ownName, target }: DeclaredTest, args: YamlMap): { full: string; short: string } {
  if (ownName !== undefined) return { full: ownName, short: cut(ownName, ownName) };
  const type = name.replace('.', '_');
  const at =
    target.kind === 'source'
      ? `source_${type}_${target.source}_${target.name}`
      : `${type}_${target.name}${target.version === undefined ? '' : `_v${target.version}`}`;
  const flat = Object.keys(args)
    .sort()
    .flatMap((key) => {
      const value = args[key];
      const values =
        typeof value === 'object' && value !== null
          ? Array.isArray(value)
            ? value
            : Object.values(value)
          : listOf(value);
      return values.map((item) => toText(item as Value).replace(/[^0-9a-zA-Z_]+/g, '_'));
    });
  const full = `${at}_${flat.join('__')}`;
  return { full, short: cut(full, at) };
}

function cut(name: string, beginning: string): string {
  return name.length <= LONGEST_NAME ? name : `${beginning.slice(0, 30)}_${md5(name)}`;
}
