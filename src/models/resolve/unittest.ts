import { parse } from 'csv-parse/sync';
import { ArcosError } from '../../base/errors.ts';
import { sha256 } from '../../base/ids.ts';
import { canonicalJson } from '../../base/json.ts';
import { parseTemplate } from '../../jinja/jinja.ts';
import { completeConfig } from '../config.ts';
import type { Node, TestNode, UnitRows } from '../node.ts';
import { isMap, listOf, mapOf, textOf, type YamlMap } from '../yaml.ts';
import type { Links } from './links.ts';
import type { Read } from './model.ts';
import type { PackageContext, Resolver } from './resolver.ts';
import type { Declared } from './schema.ts';

const NOTHING = parseTemplate('', 'unit test');

/** A test of a model's query on rows that are written down. Undefined, and a fault, for one that cannot be. */
export function resolveUnitTest(
  declared: Declared,
  from: PackageContext,
  links: Links,
  resolver: Resolver,
): Read<TestNode> | undefined {
  const { entry, file, path } = declared;
  const fail = (message: string, hint: string) => {
    resolver.faults.push({ code: 'models/unit-test', severity: 'error', message, ...declared.place(), hint });
    return undefined;
  };
  const name = textOf(entry['name']);
  const modelName = textOf(entry['model']);
  if (name === undefined || modelName === undefined) {
    return fail('A unit test needs a name and a model', 'Write "- name: ..." and "model: ...".');
  }
  const model = links.ref({ package: null, name: modelName, version: null }, from.pack.name);
  if (model?.resourceType !== 'model') {
    return fail(
      `The unit test "${name}" is of a model "${modelName}" that there is not`,
      'Name a model of the project.',
    );
  }
  const given: { id: string; rows: UnitRows }[] = [];
  try {
    for (const input of listOf(entry['given']).filter(isMap)) {
      const node = inputOf(String(input['input'] ?? ''), model, links);
      if (node === undefined) {
        return fail(
          `The unit test "${name}" is given ${String(input['input'] ?? 'rows')}, which is nothing the project has`,
          "Write input: ref('model'), source('name', 'table') or this.",
        );
      }
      given.push({ id: node.uniqueId, rows: rowsOf(input, from) });
    }
    const expected = rowsOf(mapOf(entry['expect']), from);
    const config = completeConfig(
      [
        ...resolver.layers(
          from,
          ['unit_tests'],
          [from.pack.name, name],
          [resolver.rendered(from, mapOf(entry['config']), file)],
        ),
      ],
      'unit',
    );
    const overrides = mapOf(entry['overrides']);
    const fqn = [from.pack.name, ...path.split('/').slice(0, -1), modelName, name];
    return {
      captured: { sql: '', config: {}, refs: [], sources: [] },
      node: {
        resourceType: 'test',
        uniqueId: `unit_test.${from.pack.name}.${modelName}.${name}`,
        name,
        packageName: from.pack.name,
        path,
        file,
        fqn,
        tags: config.tags,
        meta: config.meta,
        description: textOf(entry['description']) ?? '',
        columns: [],
        config,
        configLayers: [],
        patch: null,
        relation: { ...model.relation, identifier: name },
        raw: '',
        template: NOTHING,
        refs: [{ package: null, name: modelName, version: null }],
        sources: [],
        dependsOn: [model.uniqueId],
        checksum: sha256(canonicalJson(entry)),
        configCall: {},
        unit: {
          model: model.uniqueId,
          given,
          expected,
          macros: mapOf(overrides['macros']),
          vars: mapOf(overrides['vars']),
          environment: Object.fromEntries(
            Object.entries(mapOf(overrides['env_vars'])).map(([key, value]) => [key, String(value)]),
          ),
          declared: entry,
        },
      },
    };
  } catch (error) {
    if (!(error instanceof ArcosError)) throw error;
    return fail(error.message, error.hint ?? '');
  }
}

/** `ref('x')`, `ref('package', 'x', v=1)`, `source('a', 'b')`, `this` */
function inputOf(text: string, model: Node, links: Links): Node | undefined {
  if (text.trim() === 'this') return model;
  const [, kind, inside = ''] = /^\s*(?:\{\{)?\s*(ref|source)\s*\((.*)\)\s*(?:\}\})?\s*$/s.exec(text) ?? [];
  const words = [...inside.matchAll(/(?:(v|version)\s*=\s*)?(?:'([^']*)'|"([^"]*)"|(\d+))/g)];
  const positional = words.filter(([, key]) => key === undefined).map(([, , a, b]) => a ?? b ?? '');
  const version =
    words
      .find(([, key]) => key !== undefined)
      ?.slice(2)
      .find((part) => part !== undefined) ?? null;
  const [first = '', second] = positional;
  if (kind === 'source') return links.source(first, second ?? '');
  if (kind !== 'ref') return undefined;
  const call = second === undefined ? { package: null, name: first } : { package: first, name: second };
  return links.ref({ ...call, version }, model.packageName);
}

function rowsOf(entry: YamlMap, from: PackageContext): UnitRows {
  const format = textOf(entry['format']) ?? 'dict';
  const fixture = textOf(entry['fixture']);
  const written = fixture === undefined ? entry['rows'] : fixtureOf(fixture, format, from);
  if (format === 'dict') return { format: 'rows', rows: listOf(written).filter(isMap) };
  const text = textOf(written) ?? '';
  if (format === 'sql') return { format: 'sql', sql: text };
  if (format !== 'csv') {
    throw new ArcosError('INVALID', `Rows of a unit test cannot be in the format "${format}"`, {
      hint: 'It is dict, csv or sql.',
    });
  }
  try {
    const records: Record<string, string>[] = parse(text, {
      columns: true,
      trim: true,
      skip_empty_lines: true,
      bom: true,
    });
    const rows = records.map((record) =>
      Object.fromEntries(Object.entries(record).map(([key, value]) => [key, value === '' ? null : value])),
    );
    return { format: 'rows', rows };
  } catch (cause) {
    throw new ArcosError('INVALID', `The rows of a unit test are no CSV: ${(cause as Error).message}`, { cause });
  }
}

function fixtureOf(name: string, format: string, { pack }: PackageContext): string {
  const wanted = `${name}.${format}`;
  const found = pack.files.find(({ kind, path }) => kind === 'fixture' && path.endsWith(`/${wanted}`));
  if (found !== undefined) return found.text;
  throw new ArcosError('INVALID', `There is no fixture "${wanted}"`, { hint: 'It is looked for in tests/fixtures/.' });
}
