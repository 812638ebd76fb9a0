/** What is drawn as a box, and what it is made of. */
export interface GraphNode {
  readonly id: string;
  readonly upstream: readonly string[];
}

export interface Placed<Node> {
  readonly node: Node;
  readonly x: number;
  readonly y: number;
}

export interface Layout<Node> {
  readonly nodes: readonly Placed<Node>[];
  readonly edges: readonly (readonly [from: Placed<Node>, to: Placed<Node>])[];
  readonly columns: number;
  readonly rows: number;
}

/**
 * Columns from left to right, each node right of all that it is made of; within a column near the middle of those
 * (one pass of the barycentre method). Takes time in proportion to nodes and edges; cycles are cut. Pure.
 */
export function layoutOf<Node extends GraphNode>(nodes: readonly Node[]): Layout<Node> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ranks = new Map<string, number>();
  for (const node of nodes) rank(node);

  /** Without recursion: a chain may be long. */
  function rank(start: Node): void {
    const open = new Set<string>();
    const stack = [start];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      open.add(node.id);
      const next = node.upstream.find((id) => byId.has(id) && !ranks.has(id) && !open.has(id));
      const found = next === undefined ? undefined : byId.get(next);
      if (found !== undefined) {
        stack.push(found);
        continue;
      }
      const before = node.upstream.map((id) => ranks.get(id) ?? -1);
      if (!ranks.has(node.id)) ranks.set(node.id, 1 + Math.max(-1, ...before));
      stack.pop();
    }
  }

  const columns: Node[][] = [];
  for (const node of nodes) {
    const column = ranks.get(node.id) ?? 0;
    columns[column] ??= [];
    columns[column].push(node);
  }
  const placed = new Map<string, Placed<Node>>();
  for (const [x, column] of columns.entries()) {
    const middle = (node: Node): number => {
      const ys = node.upstream.flatMap((id) => placed.get(id)?.y ?? []);
      return ys.length === 0 ? Number.POSITIVE_INFINITY : ys.reduce((sum, y) => sum + y, 0) / ys.length;
    };
    const sorted = column
      .map((node) => ({ node, at: middle(node) }))
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    for (const [y, { node }] of sorted.entries()) placed.set(node.id, { node, x, y });
  }
  const all = [...placed.values()];
  const edges = all.flatMap((to) =>
    to.node.upstream.flatMap((id) => {
      const from = placed.get(id);
      return from === undefined || from === to ? [] : [[from, to] as const];
    }),
  );
  return { nodes: all, edges, columns: columns.length, rows: Math.max(0, ...columns.map((column) => column.length)) };
}
