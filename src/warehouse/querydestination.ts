import { ArcosError } from '../base/errors.ts';
import type { BoundQueryStatement, BoundStatement } from '../sql/bound.ts';
import type { Partitioning, TablePath } from '../sql/catalog.ts';
import { sameType, typeName } from '../sql/type.ts';
import type { WarehouseCatalog } from './catalog/catalog.ts';
import type { Plan } from './plan.ts';
import { displayName, engineName } from './tablename.ts';
import { type Destination, writeDisposition } from './transfer/configuration.ts';
import { checkDestination } from './transfer/destination.ts';

/** The table that a query's rows go to (BigQuery REST reference, JobConfigurationQuery, destinationTable). */
export interface QueryDestination extends Pick<Destination, 'writeDisposition' | 'createDisposition'> {
  readonly table: TablePath;
  readonly partitioning?: Partitioning;
  readonly clustering?: readonly string[];
}

/** The statement that writes a query's rows where they go. Throws CONFLICT, NOT_FOUND, and INVALID for a table of another schema. */
export async function writeQuery(
  catalog: WarehouseCatalog,
  bound: BoundQueryStatement,
  destination: QueryDestination,
): Promise<BoundStatement> {
  const { table: path } = destination;
  const { query, reads, javascript, columns } = bound;
  const disposition = writeDisposition(destination, 'WRITE_EMPTY');
  const existing = await checkDestination(catalog, path, disposition, destination);
  const target = await catalog.relation(path);
  if (existing !== undefined && disposition === 'WRITE_APPEND' && target?.kind === 'native') {
    for (const { name, type } of columns) {
      const column = target.columns.find((known) => known.name.toLowerCase() === name.toLowerCase());
      if (column !== undefined && sameType(column.type, type)) continue;
      const found =
        column === undefined
          ? 'is not in the table'
          : `has changed type from ${typeName(column.type)} to ${typeName(type)}`;
      throw new ArcosError(
        'INVALID',
        `Provided Schema does not match Table ${displayName(path)}. Field ${name} ${found}`,
        {
          data: { reason: 'invalid' },
        },
      );
    }
    return { kind: 'insert', target, columns: columns.map(({ name }) => name), query, reads, javascript };
  }
  const partitioning = destination.partitioning ?? existing?.partitioning;
  return {
    kind: 'create_table',
    mode: 'replace',
    path,
    columns: columns.map((column) => ({ ...column, options: {} })),
    ...(partitioning === undefined ? {} : { partitioning }),
    clustering: destination.clustering ?? existing?.clustering ?? [],
    options: {},
    query,
    reads,
    javascript,
  };
}

/** The plan of such a statement as that of a query: it answers with the rows of a table that it wrote anew. */
export function answering(plan: Plan, bound: BoundStatement, { table }: QueryDestination): Plan {
  const as = { ...plan, statementType: 'SELECT' };
  if (as.kind !== 'steps' || bound.kind !== 'create_table') return as;
  const columns = bound.columns.map(({ options: _options, ...column }) => column);
  const render = columns.map(({ name, type }) => ({ key: name, type }));
  return { ...as, result: { sql: `SELECT * FROM ${engineName(table)}`, render, columns } };
}
