import { dependenciesOf, type Node } from './node.ts';

/** Who is made from whom. Unique ids throughout. */
export interface Graph {
  readonly nodes: ReadonlyMap<string, Node>;
  parents(id: string): readonly string[];
  children(id: string): readonly string[];
  /** Steps up to `depth` away; the ids themselves are not among them. */
  ancestors(ids: Iterable<string>, depth?: number): Set<string>;
  descendants(ids: Iterable<string>, depth?: number): Set<string>;
  /** A ring of nodes that wait for each other, the first repeated at the end; undefined where there is none. */
  cycle(): readonly string[] | undefined;
}

export function graphOf(nodes: ReadonlyMap<string, Node>): Graph {
  const parents = new Map<string, readonly string[]>();
  const children = new Map<string, string[]>();
  for (const [id, node] of nodes) {
    const known = [...new Set(dependenciesOf(node))].filter((parent) => nodes.has(parent));
    parents.set(id, known);
    for (const parent of known) {
      const list = children.get(parent);
      if (list === undefined) children.set(parent, [id]);
      else list.push(id);
    }
  }
  const parentsOf = (id: string) => parents.get(id) ?? [];
  const childrenOf = (id: string) => children.get(id) ?? [];
  return {
    nodes,
    parents: parentsOf,
    children: childrenOf,
    ancestors: (ids, depth) => reach(ids, parentsOf, depth),
    descendants: (ids, depth) => reach(ids, childrenOf, depth),
    cycle: () => findCycle(nodes.keys(), parentsOf),
  };
}

function reach(
  from: Iterable<string>,
  next: (id: string) => readonly string[],
  depth = Number.POSITIVE_INFINITY,
): Set<string> {
  const found = new Set<string>();
  let edge = [...from];
  for (let step = 0; step < depth && edge.length > 0; step++) {
    const further: string[] = [];
    for (const id of edge) {
      for (const other of next(id)) {
        if (found.has(other)) continue;
        found.add(other);
        further.push(other);
      }
    }
    edge = further;
  }
  return found;
}

function findCycle(ids: Iterable<string>, next: (id: string) => readonly string[]): readonly string[] | undefined {
  const done = new Set<string>();
  for (const start of ids) {
    // Depth first with a stack of its own: a chain of models may be deeper than the call stack.
    const path: { id: string; rest: string[] }[] = [];
    const onPath = new Set<string>();
    const enter = (id: string) => {
      path.push({ id, rest: [...next(id)] });
      onPath.add(id);
    };
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const other = top.rest.pop();
      if (other === undefined) {
        done.add(top.id);
        onPath.delete(top.id);
        path.pop();
      } else if (onPath.has(other)) {
        const ring = path.map(({ id }) => id);
        return [...ring.slice(ring.indexOf(other)), other];
      } else if (!done.has(other)) enter(other);
    }
  }
  return undefined;
}
