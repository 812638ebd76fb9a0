import type { BoundDml } from '../../bound.ts';
import { emitAssignments } from './assignment.ts';
import { emitExpression } from './expression.ts';
import { emitMerge } from './merge.ts';
import { quoteName } from './name.ts';
import { severalMatches } from './onematch.ts';
import { emitFrom, emitQuery } from './query.ts';

/** Statements of DuckDB that together are one of GoogleSQL's: to be run in one transaction. */
export interface DmlSteps {
  readonly steps: readonly string[];
  /** The steps whose changed rows are those of the statement. */
  readonly counted: readonly number[];
}

/** A statement that changes rows, as DuckDB's SQL. */
export function emitDml(statement: BoundDml): DmlSteps {
  const table = statement.target.engineName;
  switch (statement.kind) {
    case 'insert':
      return one(`INSERT INTO ${table} (${statement.columns.map(quoteName).join(', ')}) ${emitQuery(statement.query)}`);
    case 'truncate':
      return one(`DELETE FROM ${table}`);
    case 'delete': {
      const where = statement.where === undefined ? '' : ` WHERE ${emitExpression(statement.where)}`;
      return one(`DELETE FROM ${table} AS ${statement.id}${where}`);
    }
    case 'update': {
      const set = `UPDATE ${table} AS ${statement.id} SET ${emitAssignments(statement.assignments)}`;
      const where = statement.where === undefined ? 'TRUE' : emitExpression(statement.where);
      if (statement.from === undefined) return one(`${set} WHERE ${where}`);
      const from = emitFrom(statement.from);
      return { steps: [severalMatches(statement, from, where), `${set} FROM ${from} WHERE ${where}`], counted: [1] };
    }
    case 'merge':
      return emitMerge(statement);
  }
}

function one(step: string): DmlSteps {
  return { steps: [step], counted: [0] };
}
