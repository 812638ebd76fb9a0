import type { BoundStatement } from '../sql/bound.ts';
import { type TablePath, TEMPORARY_DATASET } from '../sql/catalog.ts';
import type { WarehouseCatalog } from './catalog/catalog.ts';
import type { TableDocument } from './catalog/document.ts';
import { type Existing, type Plan, planStatement } from './plan.ts';

/** The plan of a bound statement with the bytes that it is going to read. Throws what `planStatement` throws. */
export async function planWork(
  catalog: WarehouseCatalog,
  bound: BoundStatement,
  temporary: ReadonlyMap<string, TableDocument>,
  now: Date,
): Promise<{ plan: Plan; bytesProcessed: number }> {
  const path = 'path' in bound && 'table' in bound.path && bound.path.table !== '' ? bound.path : undefined;
  const existing = path && (await existingAt(catalog, path, temporary));
  return { plan: planStatement(bound, existing, now), bytesProcessed: await bytesRead(catalog, bound) };
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

/** Bytes of the native tables that a statement reads. */
async function bytesRead(catalog: WarehouseCatalog, bound: BoundStatement): Promise<number> {
  if (!('reads' in bound)) return 0;
  const paths = bound.reads.filter(({ dataset }) => dataset !== TEMPORARY_DATASET);
  const tables = await Promise.all(paths.map((path) => catalog.native(path)));
  return tables.reduce((total, table) => total + (table?.bytes ?? 0), 0);
}
