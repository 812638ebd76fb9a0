import { ArcosError } from '../base/errors.ts';
import type { BoundQueryStatement, BoundStatement } from '../sql/bound.ts';
import type { ColumnInfo, Partitioning, TablePath } from '../sql/catalog.ts';
import { quoteName } from '../sql/duckdb.ts';
import { sameType, typeName } from '../sql/type.ts';
import type { WarehouseCatalog } from './catalog/catalog.ts';
import { decorated } from './decorator.ts';
import type { Plan } from './plan.ts';
import type { TableInfo } from './port.ts';
import { displayName, engineName } from './tablename.ts';
import { type Destination, type WriteDisposition, writeDisposition } from './transfer/configuration.ts';
import { checkDestination } from './transfer/destination.ts';

/** The table that a query's rows go to (BigQuery REST reference, JobConfigurationQuery, destinationTable). */
export interface QueryDestination extends Pick<Destination, 'writeDisposition' | 'createDisposition'> {
  readonly table: TablePath;
  readonly partitioning?: Partitioning;
  readonly clustering?: readonly string[];
  readonly schemaUpdateOptions?: readonly string[];
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
  if (decorated(path).path !== path) {
    throw new ArcosError('UNSUPPORTED', 'The rows of a query cannot go to a partition of a table', {
      hint: 'Write MERGE, or INSERT into the table.',
    });
  }
  checkUpdates(destination, disposition);
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
  return {
    kind: 'create_table',
    mode: 'replace',
    path,
    columns: columns.map((column) => ({ ...column, options: {} })),
    ...layoutOf(columns, destination, existing),
    query,
    reads,
    javascript,
  };
}

/** What was asked for, and what the table had as far as its new columns allow. Throws INVALID for a column that is not there. */
function layoutOf(columns: readonly ColumnInfo[], destination: QueryDestination, existing: TableInfo | undefined) {
  const has = (name: string): boolean => columns.some((column) => column.name.toLowerCase() === name.toLowerCase());
  const fits = (partitioning: Partitioning | undefined): boolean =>
    partitioning !== undefined && (!('column' in partitioning) || has(partitioning.column));
  const { partitioning = fits(existing?.partitioning) ? existing?.partitioning : undefined } = destination;
  const { clustering = existing?.clustering?.every(has) === true ? existing.clustering : [] } = destination;
  for (const [what, right] of [
    ['partitioning', partitioning === undefined || fits(partitioning)],
    ['clustering', clustering.every(has)],
  ] as const) {
    if (!right) throw invalid(`The field specified for ${what} cannot be found in the schema.`);
  }
  const { description, labels = {} } = existing ?? {};
  const options = {
    ...(description === undefined ? {} : { description }),
    ...(Object.keys(labels).length === 0 ? {} : { labels: Object.entries(labels) }),
  };
  return { ...(partitioning === undefined ? {} : { partitioning }), clustering, options };
}

function checkUpdates({ schemaUpdateOptions = [] }: QueryDestination, disposition: WriteDisposition): void {
  if (schemaUpdateOptions.length === 0) return;
  if (disposition === 'WRITE_APPEND') throw new ArcosError('UNSUPPORTED', 'schemaUpdateOptions are not supported yet');
  throw invalid(
    'Schema update options should only be specified with WRITE_APPEND disposition, or with WRITE_TRUNCATE disposition on a table partition.',
  );
}

function invalid(message: string): ArcosError {
  return new ArcosError('INVALID', message, { data: { reason: 'invalid' } });
}

/**
 * The plan of such a statement as that of a query, which answers with the rows that the table has then; not
 * with those of a table whose policies would have to be asked.
 */
export async function answering(
  catalog: WarehouseCatalog,
  plan: Plan,
  bound: BoundQueryStatement,
  { table }: QueryDestination,
): Promise<Plan> {
  const as = { ...plan, statementType: 'SELECT' };
  if (as.kind !== 'steps' || (await catalog.policies.list(table)).length > 0) return as;
  const existing = as.counted === undefined ? undefined : await catalog.table(table);
  const columns = existing?.columns ?? bound.columns;
  const render = columns.map(({ name, type }) => ({ key: name, type }));
  const names = columns.map(({ name }) => quoteName(name)).join(', ');
  return { ...as, result: { sql: `SELECT ${names} FROM ${engineName(table)}`, render, columns } };
}
