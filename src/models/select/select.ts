import type { Graph } from '../graph.ts';
import { dependenciesOf } from '../node.ts';
import { type Comparison, nodesOf } from './methods.ts';
import { type Criterion, parseSelection } from './parse.ts';

/** Which tests come along with the nodes they test: those of any selected node, or of selected nodes only. */
export type IndirectSelection = 'eager' | 'cautious' | 'buildable' | 'empty';

export interface Selection {
  /** Everything, where it is left out or empty. */
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  readonly indirect?: IndirectSelection;
  /** A selector of selectors.yml, in the place of `select` and `exclude`. */
  readonly selector?: SelectorTree;
  /** What `state:`, `result:` and `source_status:` compare with. */
  readonly comparison?: Comparison;
}

/** Criteria put together. `difference`: the first without the others. */
export type SelectorTree =
  | { readonly kind: 'criterion'; readonly criterion: Criterion; readonly indirect?: IndirectSelection }
  | { readonly kind: 'union' | 'intersection' | 'difference'; readonly of: readonly SelectorTree[] };

/** Nodes that are chosen, and tests that are once all they test is. */
interface Chosen {
  readonly direct: Set<string>;
  readonly indirect: Set<string>;
}

/** The unique ids that a selection names. Throws INVALID for a selector that cannot be read. */
export function select(graph: Graph, project: string, selection: Selection): Set<string> {
  const { indirect = 'eager', comparison } = selection;
  const evaluate = (tree: SelectorTree): Chosen => {
    if (tree.kind === 'criterion') {
      const named = nodesOf(graph.nodes.values(), tree.criterion, project, comparison);
      return withTests(graph, reach(graph, named, tree.criterion), tree.indirect ?? indirect);
    }
    const parts = tree.of.map(evaluate);
    const direct = COMBINE[tree.kind](parts.map((part) => part.direct));
    const possible = COMBINE[tree.kind](parts.map((part) => part.direct.union(part.indirect)));
    return { direct: completed(graph, direct, possible, indirect), indirect: possible };
  };
  return evaluate(treeOf(selection)).direct;
}

const COMBINE: Readonly<Record<Exclude<SelectorTree['kind'], 'criterion'>, (sets: Set<string>[]) => Set<string>>> = {
  union: (sets) => sets.reduce((all, one) => all.union(one), new Set()),
  intersection: ([first = new Set(), ...rest]) => rest.reduce((all, one) => all.intersection(one), first),
  difference: ([first = new Set(), ...rest]) => rest.reduce((all, one) => all.difference(one), first),
};

const EVERYTHING = parseSelection(['fqn:*'])[0]?.[0];

function treeOf({ select: wanted = [], exclude = [], selector }: Selection): SelectorTree {
  const chosen = selector ?? wordsTree(parseSelection(wanted).length === 0 ? undefined : wanted);
  return exclude.length === 0 ? chosen : { kind: 'difference', of: [chosen, wordsTree(exclude)] };
}

function wordsTree(words: readonly string[] | undefined): SelectorTree {
  const unions = words === undefined ? (EVERYTHING === undefined ? [] : [[EVERYTHING]]) : parseSelection(words);
  return {
    kind: 'union',
    of: unions.map((criteria) => ({
      kind: 'intersection',
      of: criteria.map((criterion) => ({ kind: 'criterion', criterion })),
    })),
  };
}

function reach(graph: Graph, named: Set<string>, criterion: Criterion): Set<string> {
  let all = named;
  if (criterion.parents !== undefined) all = all.union(graph.ancestors(named, criterion.parents));
  if (criterion.children !== undefined) all = all.union(graph.descendants(named, criterion.children));
  if (criterion.childrensParents) {
    const below = named.union(graph.descendants(named));
    all = below.union(graph.ancestors(below));
  }
  return all;
}

/** The tests of what is chosen: taken along at once, or kept until it is known whether all they test is chosen. */
function withTests(graph: Graph, chosen: Set<string>, indirect: IndirectSelection): Chosen {
  const direct = new Set(chosen);
  const later = new Set<string>();
  if (indirect === 'empty') return { direct, indirect: later };
  const allowed = allowedBy(graph, chosen, indirect);
  for (const id of chosen) {
    for (const child of graph.children(id)) {
      if (graph.nodes.get(child)?.resourceType !== 'test') continue;
      if (indirect === 'eager' || testsOnly(graph, child, allowed)) direct.add(child);
      else later.add(child);
    }
  }
  return { direct, indirect: later };
}

function completed(graph: Graph, direct: Set<string>, possible: Set<string>, indirect: IndirectSelection): Set<string> {
  if (indirect !== 'cautious' && indirect !== 'buildable') return direct;
  const allowed = allowedBy(graph, direct, indirect);
  return direct.union(new Set([...possible].filter((id) => !direct.has(id) && testsOnly(graph, id, allowed))));
}

/** `buildable`: a test may also read what the chosen are made from, and any source. */
function allowedBy(graph: Graph, chosen: Set<string>, indirect: IndirectSelection): Set<string> {
  if (indirect !== 'buildable') return chosen;
  const sources = graph.nodes.values().filter(({ resourceType }) => resourceType === 'source');
  return chosen.union(graph.ancestors(chosen)).union(new Set(sources.map(({ uniqueId }) => uniqueId)));
}

function testsOnly(graph: Graph, test: string, allowed: ReadonlySet<string>): boolean {
  const node = graph.nodes.get(test);
  return node?.resourceType === 'test' && dependenciesOf(node).every((parent) => allowed.has(parent));
}
