import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcosError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { isMap, listOf, mapOf, readYaml, textOf, type YamlMap } from '../yaml.ts';
import { parseCriterion, parseSelection } from './parse.ts';
import type { IndirectSelection, SelectorTree } from './select.ts';

/** The selectors of a project by name, and which of them holds when none is asked for. */
export interface Selectors {
  readonly trees: ReadonlyMap<string, SelectorTree>;
  readonly fallback: SelectorTree | undefined;
}

const FILE = 'selectors.yml';

/** Reads selectors.yml (docs.getdbt.com, "YAML selectors"). Throws INVALID for a definition that is none. */
export async function readSelectors(directory: string): Promise<Selectors> {
  const text = await readFile(join(directory, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const yaml = readYaml(text, FILE);
  const [fault] = yaml.faults;
  if (fault !== undefined) throw new ArcosError('INVALID', `${FILE}:${fault.line}: ${fault.message}`);
  const trees = new Map<string, SelectorTree>();
  let fallback: SelectorTree | undefined;
  for (const entry of listOf(mapOf(yaml.value)['selectors'])) {
    const { name, definition, default: isDefault } = mapOf(entry);
    if (typeof name !== 'string') throw new ArcosError('INVALID', `A selector of ${FILE} has no name`);
    const tree = treeOf(definition, name, trees);
    trees.set(name, tree);
    if (isDefault === true) fallback = tree;
  }
  return { trees, fallback };
}

/** Throws NOT_FOUND. */
export function selectorNamed({ trees }: Selectors, name: string): SelectorTree {
  const tree = trees.get(name);
  if (tree !== undefined) return tree;
  const near = nearest(name, trees.keys());
  throw new ArcosError(
    'NOT_FOUND',
    `Could not find selector named ${name}, expected one of ${[...trees.keys()].join(', ') || 'none'}`,
    near === undefined ? {} : { hint: `Did you mean "${near}"?` },
  );
}

function treeOf(definition: unknown, name: string, known: ReadonlyMap<string, SelectorTree>): SelectorTree {
  if (typeof definition === 'string') {
    const unions = parseSelection([definition]).map(
      (criteria): SelectorTree => ({
        kind: 'intersection',
        of: criteria.map((criterion) => ({ kind: 'criterion', criterion })),
      }),
    );
    return { kind: 'union', of: unions };
  }
  if (!isMap(definition)) throw broken(name, definition);
  for (const kind of ['union', 'intersection'] as const) {
    if (definition[kind] !== undefined) return combined(kind, listOf(definition[kind]), name, known);
  }
  const { exclude } = definition;
  const chosen = methodTree(definition, name, known);
  if (exclude === undefined) return chosen;
  return { kind: 'difference', of: [chosen, combined('union', listOf(exclude), name, known)] };
}

/** An `exclude` among the parts takes away from all the others together. */
function combined(
  kind: 'union' | 'intersection',
  parts: readonly unknown[],
  name: string,
  known: ReadonlyMap<string, SelectorTree>,
): SelectorTree {
  const onlyExclude = (part: unknown): part is YamlMap => isMap(part) && Object.keys(part).join() === 'exclude';
  const of = parts.filter((part) => !onlyExclude(part)).map((part) => treeOf(part, name, known));
  const excluded = parts.filter(onlyExclude).flatMap((part) => listOf(part['exclude']));
  const tree: SelectorTree = { kind, of };
  if (excluded.length === 0) return tree;
  return { kind: 'difference', of: [tree, ...excluded.map((part) => treeOf(part, name, known))] };
}

function methodTree(definition: YamlMap, name: string, known: ReadonlyMap<string, SelectorTree>): SelectorTree {
  const method = textOf(definition['method']);
  if (method === undefined) {
    const [[key, value] = [], another] = Object.entries(definition);
    if (key === undefined || another !== undefined) throw broken(name, definition);
    return { kind: 'criterion', criterion: parseCriterion(`${key}:${String(value)}`) };
  }
  const value = textOf(definition['value']) ?? '';
  if (method === 'selector') {
    const tree = known.get(value);
    if (tree !== undefined) return tree;
    throw new ArcosError('INVALID', `The selector "${name}" builds on "${value}", which does not stand before it`);
  }
  const depth = (on: unknown, steps: unknown) => (on === true ? Number(steps ?? Number.POSITIVE_INFINITY) : undefined);
  const indirect = textOf(definition['indirect_selection']);
  return {
    kind: 'criterion',
    criterion: {
      ...parseCriterion(`${method}:${value}`),
      parents: depth(definition['parents'], definition['parents_depth']),
      children: depth(definition['children'], definition['children_depth']),
      childrensParents: definition['childrens_parents'] === true,
    },
    ...(indirect === undefined ? {} : { indirect: indirect as IndirectSelection }),
  };
}

function broken(name: string, definition: unknown): ArcosError {
  return new ArcosError('INVALID', `The selector "${name}" cannot be read: ${JSON.stringify(definition)}`, {
    hint: 'Write {method: tag, value: diario}, {union: [...]}, {intersection: [...]} or a selector as for --select.',
  });
}
