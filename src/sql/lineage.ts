import type { BoundDml, BoundMergeClause, BoundQuery, BoundStatement } from './bound.ts';
import type { TablePath } from './catalog.ts';
import { demandWithinStack } from './depth.ts';
import { Tracer } from './lineage/tracer.ts';
import { type ColumnUse, Uses } from './lineage/uses.ts';

export { type ColumnUse, type DirectUse, type IndirectUse, isDirect } from './lineage/uses.ts';

/** A column of a table or view that a statement names: `project.dataset.table.column`. Structs are one column. */
export interface ColumnSource {
  readonly table: TablePath;
  readonly column: string;
  /** In order of their names; never empty. */
  readonly uses: readonly ColumnUse[];
}

export interface OutputLineage {
  /** The result's or target's column. Absent for a result without a name. */
  readonly column?: string;
  /** Every column its value depends on, direct and indirect; those that decide on whole rows are in `rows`. */
  readonly sources: readonly ColumnSource[];
}

export interface Lineage {
  /** The table or view that the statement writes; absent for a query, an EXPORT DATA and statements without rows. */
  readonly target?: TablePath;
  /** In the result's order. Of DML only the columns that it writes. */
  readonly columns: readonly OutputLineage[];
  /** What decides which rows there are, and in which order: WHERE, JOIN, GROUP BY, ORDER BY ... All indirect. */
  readonly rows: readonly ColumnSource[];
}

/**
 * Where every column of a bound statement comes from, through its subqueries, WITH queries and the functions
 * that it calls. A view that it names is a source itself: its own lineage is that of its query. Pure, and
 * linear in the statement but for recursive queries.
 */
export function lineageOf(statement: BoundStatement): Lineage {
  return demandWithinStack(() => statementLineage(statement));
}

function statementLineage(statement: BoundStatement): Lineage {
  switch (statement.kind) {
    case 'query':
    case 'export_data':
      return ofQuery(statement.query);
    case 'create_table':
    case 'create_view': {
      const { query, path, columns } = statement;
      const names = columns.map(({ name }) => name);
      return query === undefined ? { target: path, columns: [], rows: [] } : { ...ofQuery(query, names), target: path };
    }
    case 'insert':
      return { ...ofQuery(statement.query, statement.columns), target: statement.target.path };
    case 'update':
    case 'delete':
    case 'merge':
      return ofChange(statement);
    case 'truncate':
      return { target: statement.target.path, columns: [], rows: [] };
    default:
      return { columns: [], rows: [] };
  }
}

function ofQuery(query: BoundQuery, names: readonly (string | undefined)[] = query.columns.map(({ name }) => name)) {
  const { columns, rows } = new Tracer().query(query);
  return {
    columns: columns.map((uses, index) => output(names[index], uses)),
    rows: listed(rows),
  };
}

type Change = Exclude<BoundDml, { kind: 'insert' | 'truncate' }>;

function ofChange(statement: Change): Lineage {
  const tracer = new Tracer();
  const rows = new Uses();
  const values = new Map<string, Uses>();
  const assign = (action: Extract<BoundMergeClause['action'], { assignments: unknown }>['assignments']): void => {
    for (const { column, value } of action) {
      const uses = values.get(column) ?? new Uses();
      values.set(column, uses.add(tracer.expression(value)));
    }
  };
  tracer.scan(statement.id, statement.target.path);
  if (statement.kind === 'merge') {
    rows.add(tracer.from(statement.source));
    rows.add(tracer.expression(statement.on), 'join');
    for (const { condition, action } of statement.clauses) {
      if (condition !== undefined) rows.add(tracer.expression(condition), 'filter');
      if (action.kind !== 'delete') assign(action.assignments);
    }
  } else {
    if (statement.kind === 'update' && statement.from !== undefined) rows.add(tracer.from(statement.from));
    if (statement.where !== undefined) rows.add(tracer.expression(statement.where), 'filter');
    if (statement.kind === 'update') assign(statement.assignments);
  }
  return {
    target: statement.target.path,
    columns: [...values].map(([column, uses]) => output(column, uses)),
    rows: listed(rows),
  };
}

function output(column: string | undefined, uses: Uses): OutputLineage {
  return { ...(column === undefined ? {} : { column }), sources: listed(uses) };
}

function listed(uses: Uses): ColumnSource[] {
  return uses.all.map(({ table, column, uses: kinds }) => ({ table, column, uses: [...kinds].sort() }));
}
