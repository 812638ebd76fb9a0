import type { BoundStatement } from '../sql/bound.ts';
import { type TablePath, TEMPORARY_DATASET } from '../sql/catalog.ts';
import type { Options } from '../sql/ddl.ts';
import type { WarehouseCatalog } from './catalog/catalog.ts';
import type { TableDocument } from './catalog/document.ts';
import type { Runner } from './engines/duckdb/engine.ts';
import { type Existing, type Plan, planStatement } from './plan.ts';
import { ask, bytesRead } from './reading.ts';

/** The plan of a bound statement with the bytes that it is going to read. Throws what `planStatement` throws. */
export async function planWork(
  catalog: WarehouseCatalog,
  bound: BoundStatement,
  temporary: ReadonlyMap<string, TableDocument>,
  now: Date,
  on?: Runner,
): Promise<{ plan: Plan; bytesProcessed: number }> {
  const path = 'path' in bound && 'table' in bound.path && bound.path.table !== '' ? bound.path : undefined;
  const existing = path && (await existingAt(catalog, path, temporary));
  const creates = bound.kind === 'create_table' && path !== undefined && path.dataset !== TEMPORARY_DATASET;
  const defaults = creates ? (await catalog.dataset(path.project, path.dataset))?.options : undefined;
  const known = on === undefined ? bound : await withOptionsKnown(bound, on);
  return { plan: planStatement(known, existing, now, defaults), bytesProcessed: await bytesRead(catalog, bound, on) };
}

async function existingAt(
  catalog: WarehouseCatalog,
  path: TablePath,
  temporary: ReadonlyMap<string, TableDocument>,
): Promise<Existing | undefined> {
  if (path.dataset === TEMPORARY_DATASET) {
    const document = temporary.get(path.table.toLowerCase());
    if (document === undefined) return undefined;
    const when = new Date(document.createdAt);
    const { columns } = document;
    return { info: { path, kind: 'native', columns, labels: {}, createdAt: when, modifiedAt: when } };
  }
  const info = await catalog.table(path);
  const native = info?.kind === 'native' ? await catalog.native(path) : undefined;
  return info && { info, ...(native === undefined ? {} : { document: native.document }) };
}

/** A statement with the options that are no constants evaluated, such as an expiration counted from now. */
async function withOptionsKnown(bound: BoundStatement, on: Runner): Promise<BoundStatement> {
  const evaluated = async (options: Options): Promise<Options> => {
    const computed = Object.entries(options).flatMap(([name, value]) =>
      value !== null && typeof value === 'object' && 'expression' in value ? [{ name, value }] : [],
    );
    if (computed.length === 0) return options;
    const values = await ask(
      on,
      computed.map(({ value }) => value.expression),
    );
    return { ...options, ...Object.fromEntries(computed.map(({ name }, index) => [name, values[index] ?? null])) };
  };
  if (bound.kind === 'create_table') return { ...bound, options: await evaluated(bound.options) };
  if (bound.kind !== 'alter') return bound;
  const actions = bound.actions.map(async (action) =>
    action.kind === 'set_options' ? { ...action, options: await evaluated(action.options) } : action,
  );
  return { ...bound, actions: await Promise.all(actions) };
}
