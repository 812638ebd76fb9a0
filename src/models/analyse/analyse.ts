import type { Fault } from '../../base/fault.ts';
import { bind } from '../../sql/bind.ts';
import type { ColumnInfo, Relation, TablePath } from '../../sql/catalog.ts';
import { type Lineage, lineageOf } from '../../sql/lineage.ts';
import { loadCatalog } from '../../sql/load.ts';
import { parseScript } from '../../sql/parse.ts';
import { namesOf } from '../../sql/relations.ts';
import { STRING, TIMESTAMP } from '../../sql/type.ts';
import type { Manifest } from '../manifest.ts';
import type { Node, RelationName, TemplateNode } from '../node.ts';
import { offsetOf, originIn, placeOf } from './position.ts';

/** What is known of a node's query without running it. */
export type NodeAnalysis =
  | { readonly state: 'typed'; readonly columns: readonly ColumnInfo[]; readonly lineage: Lineage | undefined }
  | { readonly state: 'unchecked' | 'faulty'; readonly reason: string; readonly columns?: readonly ColumnInfo[] };

export interface Analysis {
  readonly nodes: ReadonlyMap<string, NodeAnalysis>;
  readonly faults: readonly Fault[];
}

/** A node's query, or why there is none. */
export type Query = { readonly sql: string } | { readonly fault: string };

export interface AnalysisOptions {
  readonly manifest: Manifest;
  readonly queries: ReadonlyMap<string, Query>;
  /** Columns of a table of the warehouse; undefined for one that is not there. */
  readonly columns: (path: TablePath) => Promise<readonly ColumnInfo[] | undefined>;
  readonly defaults: { readonly project: string; readonly dataset: string };
}

/**
 * Binds every query, each over the columns that the ones before it have: nothing is run, and a table that is yet to be
 * built is known. What is made of a query that cannot be bound is not checked: its faults would be that one's again.
 */
export async function analyse(options: AnalysisOptions): Promise<Analysis> {
  const { manifest, queries, defaults } = options;
  const nodes = new Map<string, NodeAnalysis>();
  const faults: Fault[] = [];
  const byTable = new Map<string, Node>();
  for (const node of manifest.nodes.values()) {
    // A model that fills what a source declares is the one to read of.
    const key = keyOf(node.relation);
    if (isTable(node) && (node.resourceType !== 'source' || !byTable.has(key))) byTable.set(key, node);
  }
  const known = new Map<string, Promise<readonly ColumnInfo[] | undefined>>();
  const stored = (path: RelationName) => {
    const columns = known.get(keyOf(path)) ?? options.columns(tablePath(path));
    known.set(keyOf(path), columns);
    return columns;
  };

  for (const node of inOrder(manifest)) {
    const query = queries.get(node.uniqueId);
    if (query === undefined) {
      if (!isTable(node)) continue;
      const columns = await stored(node.relation);
      nodes.set(
        node.uniqueId,
        columns === undefined
          ? { state: 'unchecked', reason: 'its table is not there yet' }
          : { state: 'typed', columns, lineage: undefined },
      );
      continue;
    }
    if ('fault' in query) {
      nodes.set(node.uniqueId, { state: 'faulty', reason: query.fault });
      faults.push({ code: 'models/compilation', severity: 'error', message: query.fault, file: node.file });
      continue;
    }
    const result = await analyseQuery(node, query.sql);
    nodes.set(node.uniqueId, result.analysis);
    faults.push(...result.faults);
  }
  return { nodes, faults };

  async function analyseQuery(node: Node, sql: string): Promise<{ analysis: NodeAnalysis; faults: Fault[] }> {
    const wrong = (found: readonly Fault[]) => {
      const located = found.map((fault) => locate(fault, node, sql));
      return {
        analysis: { state: 'faulty', reason: found[0]?.message ?? 'it cannot be read' } as const,
        faults: located,
      };
    };
    const unchecked = (reason: string) => ({ analysis: { state: 'unchecked', reason } as const, faults: [] });
    const parsed = parseScript(sql);
    if (parsed.faults.length > 0) return wrong(parsed.faults);
    const [statement, more] = parsed.script.statements;
    if (statement === undefined || more !== undefined || statement.kind !== 'query') {
      return unchecked('it is a script, not one query');
    }
    const names = namesOf(statement, defaults);
    let blocked: string | undefined;
    const catalog = await loadCatalog(names, {
      async relation(path) {
        const own = byTable.get(keyOf(relationName(path)));
        const before = own === undefined ? undefined : nodes.get(own.uniqueId);
        // A source that is not there is a fault of whoever reads it.
        if (own !== undefined && own.resourceType !== 'source' && before !== undefined && before.state !== 'typed') {
          blocked ??= before.state === 'faulty' ? `${own.uniqueId} has faults` : `${own.uniqueId}: ${before.reason}`;
        }
        if (/^INFORMATION_SCHEMA\b/i.test(path.table) || path.table.endsWith('*')) {
          blocked ??= `it reads ${path.table}`;
          return undefined;
        }
        const columns = before?.state === 'typed' ? before.columns : await stored(relationName(path));
        return columns === undefined ? undefined : tableOf(path, columns);
      },
      async routine() {
        // Whether there is one, and what it answers, the warehouse knows.
        blocked ??= 'it calls a function of the warehouse';
        return undefined;
      },
    });
    const { bound, faults: found } = bind(sql, statement, catalog, { defaults });
    if (bound === undefined) return blocked === undefined ? wrong(found) : unchecked(blocked);
    if (bound.kind !== 'query') return unchecked('it is no query');
    const columns = node.resourceType === 'snapshot' ? withSnapshotColumns(node, bound.columns) : bound.columns;
    return {
      analysis: { state: 'typed', columns, lineage: lineageOf(bound) },
      faults: found.map((fault) => locate(fault, node, sql)),
    };
  }
}

/** Parents first; a ring of models cannot be in a manifest. */
function inOrder({ graph, nodes }: Manifest): Node[] {
  const done = new Set<string>();
  const order: Node[] = [];
  for (const start of nodes.keys()) {
    const stack: { id: string; rest: string[] }[] = [];
    const enter = (id: string) => {
      done.add(id);
      stack.push({ id, rest: [...graph.parents(id)] });
    };
    if (!done.has(start)) enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.pop();
      if (next !== undefined) {
        if (!done.has(next)) enter(next);
        continue;
      }
      stack.pop();
      const node = nodes.get(top.id);
      if (node !== undefined) order.push(node);
    }
  }
  return order;
}

function locate(fault: Fault, node: Node, sql: string): Fault {
  const raw = (node as Partial<TemplateNode>).raw ?? sql;
  const { line, column, ...rest } = fault;
  if (line === undefined) return { ...rest, file: node.file };
  const offset = originIn(raw, sql)(offsetOf(sql, { line, column: column ?? 1 }));
  return { ...rest, file: node.file, ...placeOf(raw, offset) };
}

function tableOf(path: TablePath, columns: readonly ColumnInfo[]): Relation {
  return { kind: 'native', path, columns, engineName: '' };
}

/** With what a snapshot adds: its moments are of the type of its `updated_at`. */
function withSnapshotColumns({ config }: Node, columns: readonly ColumnInfo[]): readonly ColumnInfo[] {
  const updatedAt = String(config['updated_at'] ?? '').toLowerCase();
  const moment = columns.find(({ name }) => name.toLowerCase() === updatedAt)?.type ?? TIMESTAMP;
  const column = (name: string, type = moment) => ({ name, type, nullable: true });
  const added = ['dbt_updated_at', 'dbt_valid_from', 'dbt_valid_to'].map((name) => column(name));
  return [...columns, column('dbt_scd_id', STRING), ...added];
}

export function isTable(node: Node): boolean {
  return ['model', 'seed', 'snapshot', 'source'].includes(node.resourceType);
}

export function keyOf({ database, schema, identifier }: RelationName): string {
  return `${database}.${schema}.${identifier}`;
}

const tablePath = ({ database, schema, identifier }: RelationName): TablePath => ({
  project: database,
  dataset: schema,
  table: identifier,
});

export const relationName = ({ project, dataset, table }: TablePath): RelationName => ({
  database: project,
  schema: dataset,
  identifier: table,
});
