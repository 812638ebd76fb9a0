import { ArcosError } from '../../base/errors.ts';
import { typeName } from '../../sql/type.ts';
import type { TableInfo, WarehouseClient } from '../../warehouse/port.ts';
import type { Invocation } from '../invocation.ts';
import type { Manifest } from '../manifest.ts';
import type { Node } from '../node.ts';
import { metadataOf } from './metadata.ts';

type Entries = Readonly<Record<string, unknown>>;

/** What the warehouse has of a project's nodes, as dbt's catalog.json, version 1. */
export async function catalogJson(
  { nodes }: Manifest,
  invocation: Invocation,
  warehouse: WarehouseClient,
): Promise<{ metadata: unknown; nodes: Entries; sources: Entries; errors: null }> {
  const datasets = new Map<string, Promise<ReadonlyMap<string, TableInfo>>>();
  const tableOf = async ({ relation: { database, schema, identifier } }: Node) => {
    const key = `${database}.${schema}`;
    const known = datasets.get(key) ?? tablesOf(warehouse, database, schema);
    datasets.set(key, known);
    return (await known).get(identifier);
  };
  const entries: (readonly [Node, unknown])[] = [];
  for (const node of nodes.values()) {
    if (node.resourceType === 'test' || node.resourceType === 'analysis' || node.resourceType === 'rpc') continue;
    const listed = node.config.materialized === 'ephemeral' ? undefined : await tableOf(node);
    // The list of a dataset's tables has no columns.
    const table = listed === undefined ? undefined : await warehouse.table(listed.path);
    if (table !== undefined) entries.push([node, tableJson(node, table)]);
  }
  const of = (source: boolean) =>
    Object.fromEntries(
      entries
        .filter(([{ resourceType }]) => (resourceType === 'source') === source)
        .map(([{ uniqueId }, json]) => [uniqueId, json]),
    );
  return { metadata: metadataOf('catalog', invocation), nodes: of(false), sources: of(true), errors: null };
}

async function tablesOf(warehouse: WarehouseClient, database: string, schema: string) {
  const tables = await warehouse.tables(database, schema).catch((error: unknown) => {
    if (error instanceof ArcosError && error.code === 'NOT_FOUND') return [];
    throw error;
  });
  return new Map(tables.map((table) => [table.path.table, table]));
}

function tableJson({ uniqueId }: Node, { path, kind, columns, description, rows, bytes }: TableInfo): unknown {
  const stat = (id: string, label: string, value: number | undefined) =>
    value === undefined ? [] : [[id, { id, label, value, include: true, description: label }] as const];
  const stats = [...stat('num_rows', '# Rows', rows), ...stat('num_bytes', 'Approximate Size', bytes)];
  const has = { id: 'has_stats', label: 'Has Stats?', value: stats.length > 0, include: false, description: '' };
  return {
    metadata: {
      type: kind === 'native' ? 'table' : kind,
      schema: path.dataset,
      name: path.table,
      database: path.project,
      comment: description ?? null,
      owner: null,
    },
    columns: Object.fromEntries(
      columns.map((column, index) => [
        column.name,
        { type: typeName(column.type), index: index + 1, name: column.name, comment: column.description ?? null },
      ]),
    ),
    stats: { ...Object.fromEntries(stats), has_stats: has },
    unique_id: uniqueId,
  };
}
