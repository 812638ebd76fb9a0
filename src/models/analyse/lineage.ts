import type { TablePath } from '../../sql/catalog.ts';
import type { ColumnSource, ColumnUse } from '../../sql/lineage.ts';
import { typeName } from '../../sql/type.ts';
import { DBT_VERSION, type Invocation } from '../invocation.ts';
import type { Manifest } from '../manifest.ts';
import type { Node } from '../node.ts';
import { type Analysis, isTable, keyOf, type NodeAnalysis, relationName } from './analyse.ts';

/** A column that another is made of. */
export interface LineageSource {
  /** Unique id of a node, or `table.<project>.<dataset>.<table>`. */
  readonly node: string;
  readonly column: string;
  /** OpenLineage's words (Column Level Lineage facet), in lower case. */
  readonly uses: readonly ColumnUse[];
}

export interface LineageNode {
  readonly id: string;
  readonly name: string;
  readonly kind: 'model' | 'seed' | 'snapshot' | 'source' | 'table';
  readonly materialized: string | null;
  /** Null for an ephemeral model. */
  readonly table: TablePath | null;
  readonly file: string | null;
  readonly description: string;
  readonly state: NodeAnalysis['state'];
  readonly reason: string | null;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string | null;
    readonly sources: readonly LineageSource[];
  }[];
  /** What decides which rows there are. */
  readonly rows: readonly LineageSource[];
}

/** What tables and columns of a project are made of: the artifact lineage.json. */
export interface LineageDocument {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nodes: readonly LineageNode[];
  /** Parent, child; every id is that of a node. */
  readonly edges: readonly (readonly [string, string])[];
}

export function lineageDocument(manifest: Manifest, { nodes }: Analysis, { id }: Invocation): LineageDocument {
  const own = new Map<string, string>();
  for (const node of manifest.nodes.values()) {
    const key = keyOf(node.relation);
    if (isTable(node) && (node.resourceType !== 'source' || !own.has(key))) own.set(key, node.uniqueId);
  }
  const outside = new Map<string, LineageNode>();
  const idOf = (path: TablePath): string => {
    const known = own.get(keyOf(relationName(path)));
    if (known !== undefined) return known;
    const made = `table.${path.project}.${path.dataset}.${path.table}`;
    outside.set(made, outsideNode(made, path));
    return made;
  };
  const sourcesOf = (sources: readonly ColumnSource[]): LineageSource[] =>
    sources.map(({ table, column, uses }) => ({ node: idOf(table), column, uses }));

  const edges = new Map<string, readonly [string, string]>();
  const edge = (parent: string, child: string) => {
    if (parent !== child) edges.set(`${parent}\0${child}`, [parent, child]);
  };
  const described: LineageNode[] = [];
  for (const node of manifest.nodes.values()) {
    if (!isTable(node)) continue;
    const analysis = nodes.get(node.uniqueId) ?? { state: 'unchecked', reason: 'it was not looked at' };
    const lineage = analysis.state === 'typed' ? analysis.lineage : undefined;
    const rows = sourcesOf(lineage?.rows ?? []);
    const columns = (analysis.columns ?? []).map(({ name, type }, index) => ({
      name,
      type: typeName(type),
      sources: sourcesOf(lineage?.columns[index]?.sources ?? []),
    }));
    for (const parent of manifest.graph.parents(node.uniqueId)) edge(parent, node.uniqueId);
    for (const { node: parent } of [...rows, ...columns.flatMap(({ sources }) => sources)]) {
      // What a query reads by way of an ephemeral model is an edge of that.
      if (outside.has(parent)) edge(parent, node.uniqueId);
    }
    described.push(describe(node, analysis, columns, rows));
  }
  return {
    metadata: {
      generated_at: new Date().toISOString(),
      invocation_id: id,
      project: manifest.project,
      dbt_version: DBT_VERSION,
    },
    nodes: [...described, ...outside.values()],
    edges: [...edges.values()],
  };
}

function describe(
  node: Node,
  analysis: NodeAnalysis,
  columns: LineageNode['columns'],
  rows: LineageNode['rows'],
): LineageNode {
  const { database, schema, identifier } = node.relation;
  const isThere = node.config.materialized !== 'ephemeral';
  return {
    id: node.uniqueId,
    name: node.name,
    kind: node.resourceType as LineageNode['kind'],
    materialized: node.resourceType === 'model' ? node.config.materialized : null,
    table: isThere ? { project: database, dataset: schema, table: identifier } : null,
    file: node.file,
    description: node.description,
    state: analysis.state,
    reason: analysis.state === 'typed' ? null : analysis.reason,
    columns,
    rows,
  };
}

/** A table that no one of the project declares. */
function outsideNode(id: string, table: TablePath): LineageNode {
  return {
    id,
    name: table.table,
    kind: 'table',
    materialized: null,
    table,
    file: null,
    description: '',
    state: 'unchecked',
    reason: 'no file of the project describes it',
    columns: [],
    rows: [],
  };
}
