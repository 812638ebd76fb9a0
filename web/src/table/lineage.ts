import type { GraphBox } from '../graph/Graph.tsx';

/** What `GET /namespaces/:namespace/lineage` answers, as far as it is shown. */
export interface LineageView {
  readonly nodes: readonly LineageNode[];
  /** Parent and child. */
  readonly edges: readonly (readonly [string, string])[];
}

export interface LineageNode {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly materialized?: string | null;
  readonly table: { readonly project: string; readonly dataset: string; readonly table: string } | null;
  readonly file?: string | null;
  readonly reason?: string | null;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string | null;
    readonly sources: readonly { readonly node: string; readonly column: string; readonly uses: readonly string[] }[];
  }[];
}

/** The lineages of several namespaces as one: a table that several know is one node. Pure. */
export function merged(views: readonly LineageView[]): LineageView {
  const byTable = new Map<string, LineageNode>();
  const names = new Map<string, string>();
  for (const node of views.flatMap(({ nodes }) => nodes)) {
    const key = node.table === null ? node.id : `${node.table.project}.${node.table.dataset}.${node.table.table}`;
    const known = byTable.get(key);
    // The one that makes it knows more than those that read it.
    const best = known === undefined || isReader(known) ? node : known;
    byTable.set(key, best);
    names.set(node.id, key);
  }
  const idOf = (id: string) => byTable.get(names.get(id) ?? '')?.id ?? id;
  return {
    nodes: [...byTable.values()].map((node) => ({
      ...node,
      columns: node.columns.map((column) => ({
        ...column,
        sources: column.sources.map((source) => ({ ...source, node: idOf(source.node) })),
      })),
    })),
    edges: views.flatMap(({ edges }) => edges.map(([from, to]) => [idOf(from), idOf(to)] as const)),
  };
}

const isReader = ({ kind }: LineageNode): boolean => kind === 'source' || kind === 'table';

/** Boxes of all nodes; with `opened`, of those and the nodes beside them. Pure. */
export function around({ nodes, edges }: LineageView, opened?: ReadonlySet<string>): GraphBox[] {
  const near = opened === undefined ? undefined : new Set(opened);
  if (near !== undefined && opened !== undefined) {
    for (const [from, to] of edges) {
      if (opened.has(from)) near.add(to);
      if (opened.has(to)) near.add(from);
    }
  }
  const parents = new Map<string, string[]>();
  for (const [from, to] of edges) parents.set(to, [...(parents.get(to) ?? []), from]);
  return nodes
    .filter(({ id }) => near === undefined || near.has(id))
    .map(({ id, name, kind, table }) => ({
      id,
      label: name,
      kind,
      title: `${kind}: ${table === null ? name : `${table.project}.${table.dataset}.${table.table}`}`,
      upstream: parents.get(id) ?? [],
    }));
}
