import type { Graph } from '../graph.ts';
import { nodesOf } from './methods.ts';
import { type Criterion, parseSelection } from './parse.ts';

/** Which tests come along with the nodes they test: those of any selected node, or of selected nodes only. */
export type IndirectSelection = 'eager' | 'cautious' | 'buildable' | 'empty';

export interface Selection {
  /** Everything, where it is left out or empty. */
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  readonly indirect?: IndirectSelection;
}

/** The unique ids that a selection names. Throws INVALID for a selector that cannot be read. */
export function select(graph: Graph, project: string, selection: Selection): Set<string> {
  const { select: wanted = [], exclude = [], indirect = 'eager' } = selection;
  const union = (words: readonly string[]) => {
    const chosen = new Set<string>();
    for (const criteria of parseSelection(words)) {
      const sets = criteria.map((criterion) => reach(graph, project, criterion, indirect));
      for (const id of intersect(sets)) chosen.add(id);
    }
    return chosen;
  };
  const chosen = parseSelection(wanted).length === 0 ? new Set(graph.nodes.keys()) : union(wanted);
  return exclude.length === 0 ? chosen : chosen.difference(union(exclude));
}

function intersect(sets: readonly Set<string>[]): Set<string> {
  return sets.reduce((all, one) => all.intersection(one));
}

function reach(graph: Graph, project: string, criterion: Criterion, indirect: IndirectSelection): Set<string> {
  const named = nodesOf(graph.nodes.values(), criterion, project);
  let all = named;
  if (criterion.parents !== undefined) all = all.union(graph.ancestors(named, criterion.parents));
  if (criterion.children !== undefined) all = all.union(graph.descendants(named, criterion.children));
  if (criterion.childrensParents) {
    const below = named.union(graph.descendants(named));
    all = below.union(graph.ancestors(below));
  }
  return withTests(graph, all, indirect);
}

function withTests(graph: Graph, chosen: Set<string>, indirect: IndirectSelection): Set<string> {
  if (indirect === 'empty') return chosen;
  const allowed =
    indirect === 'eager' ? undefined : indirect === 'cautious' ? chosen : chosen.union(graph.ancestors(chosen));
  const all = new Set(chosen);
  for (const id of chosen) {
    for (const child of graph.children(id)) {
      if (graph.nodes.get(child)?.resourceType !== 'test') continue;
      if (allowed === undefined || graph.parents(child).every((parent) => allowed.has(parent))) all.add(child);
    }
  }
  return all;
}
