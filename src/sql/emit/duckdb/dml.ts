import type { BoundAssignment, BoundDml, BoundExpression, BoundMergeClause } from '../../bound.ts';
import { emitOverColumns } from './aside.ts';
import { emitExpression } from './expression.ts';
import { quoteName } from './name.ts';
import { emitFrom, emitQuery } from './query.ts';

/** A statement that changes rows, as DuckDB's SQL. */
export function emitDml(statement: BoundDml): string {
  const table = statement.target.engineName;
  switch (statement.kind) {
    case 'insert':
      return `INSERT INTO ${table} (${statement.columns.map(quoteName).join(', ')}) ${emitQuery(statement.query)}`;
    case 'truncate':
      return `DELETE FROM ${table}`;
    case 'delete': {
      const where = statement.where === undefined ? '' : ` WHERE ${emitExpression(statement.where)}`;
      return `DELETE FROM ${table} AS ${statement.id}${where}`;
    }
    case 'update': {
      const from = statement.from === undefined ? '' : ` FROM ${emitFrom(statement.from)}`;
      const where = statement.where === undefined ? '' : ` WHERE ${emitExpression(statement.where)}`;
      return `UPDATE ${table} AS ${statement.id} SET ${emitAssignments(statement.assignments)}${from}${where}`;
    }
    case 'merge': {
      const clauses = statement.clauses.map(emitClause).join(' ');
      return `MERGE INTO ${table} AS ${statement.id} USING ${emitFrom(statement.source)} ON ${emitExpression(statement.on)} ${clauses}`;
    }
  }
}

function emitAssignments(assignments: readonly BoundAssignment[]): string {
  return assignments.map(({ column, value }) => `${quoteName(column)} = ${emitExpression(value)}`).join(', ');
}

function emitClause({ match, condition, action }: BoundMergeClause): string {
  const when = `WHEN ${match}${condition === undefined ? '' : ` AND ${emitCondition(condition)}`} THEN`;
  switch (action.kind) {
    case 'delete':
      return `${when} DELETE`;
    case 'update':
      return `${when} UPDATE SET ${emitAssignments(action.assignments)}`;
    case 'insert': {
      const columns = action.assignments.map(({ column }) => quoteName(column)).join(', ');
      const values = action.assignments.map(({ value }) => emitExpression(value)).join(', ');
      return `${when} INSERT (${columns}) VALUES (${values})`;
    }
  }
}

function emitCondition(condition: BoundExpression): string {
  const text = emitExpression(condition);
  return text.includes('TRY(') ? emitOverColumns(condition, emitExpression) : text;
}
