import type { BoundDml, BoundExpression, BoundFrom, BoundMergeClause } from '../../bound.ts';
import { sameTable } from '../../tablepath.ts';
import { emitOverColumns } from './aside.ts';
import { emitAssignments } from './assignment.ts';
import type { DmlSteps } from './dml.ts';
import { emitExpression } from './expression.ts';
import { quoteName } from './name.ts';
import { manyMatches } from './onematch.ts';
import { emitFrom } from './query.ts';

type Merge = Extract<BoundDml, { kind: 'merge' }>;

/** Where the source's rows are while a MERGE needs them more than once, or while it changes what they are read from. */
const ASIDE = '_merge_source';

/**
 * MERGE. A source that is more than a table, or that reads the target, is evaluated once, before anything is changed.
 * Without a condition to match by (`ON FALSE`) the sides have nothing to do with each other: that is a DELETE, an UPDATE
 * and an INSERT, where DuckDB would compare every row with every other.
 */
export function emitMerge(statement: Merge): DmlSteps {
  const { source, target } = statement;
  const id = idOf(source);
  const readsTarget = statement.reads.some((path) => sameTable(path, target.path));
  const aside = id !== undefined && (source.kind !== 'scan' || readsTarget);
  const from = aside ? `temp.main.${ASIDE} AS ${id}` : emitFrom(source);
  const { steps, counted } = isNever(statement.on) ? apart(statement, from) : matched(statement, from);
  if (!aside) return { steps, counted };
  return {
    steps: [
      `CREATE OR REPLACE TEMP TABLE ${ASIDE} AS SELECT * FROM ${emitFrom(source)}`,
      ...steps,
      `DROP TABLE temp.main.${ASIDE}`,
    ],
    counted: counted.map((step) => step + 1),
  };
}

function matched(statement: Merge, from: string): DmlSteps {
  const { target, id, on, clauses } = statement;
  const conditions = clauses.filter(({ match }) => match === 'MATCHED').map(({ condition }) => condition);
  const changes = conditions.every((condition) => condition !== undefined) ? conditions : [];
  const check = conditions.length === 0 ? [] : [manyMatches(statement, from, changes)];
  const merge = `MERGE INTO ${target.engineName} AS ${id} USING ${from} ON ${emitExpression(on)} ${clauses.map(emitClause).join(' ')}`;
  return { steps: [...check, merge], counted: [check.length] };
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

/** Nothing matches: all rows of the target are NOT MATCHED BY SOURCE, all of the source NOT MATCHED BY TARGET. */
function apart({ target, id, clauses }: Merge, from: string): DmlSteps {
  const steps: string[] = [];
  const table = target.engineName;
  // DELETE comes first: the conditions of what remains are asked of rows as they were.
  const ofTarget = exclusive(clauses.filter(({ match }) => match === 'NOT MATCHED BY SOURCE'));
  const deletes = ofTarget.filter(({ action }) => action.kind === 'delete').map(({ when }) => when);
  if (deletes.length > 0) steps.push(`DELETE FROM ${table} AS ${id} WHERE ${any(deletes)}`);
  const updates = ofTarget.flatMap(({ action, when }) => (action.kind === 'update' ? [{ ...action, when }] : []));
  if (updates.length > 0) {
    const columns = [...new Set(updates.flatMap(({ assignments }) => assignments.map(({ column }) => column)))];
    const values = columns.map((column) => {
      const branches = updates.flatMap(({ assignments, when }) => {
        const value = assignments.find((assignment) => assignment.column === column)?.value;
        return value === undefined ? [] : [`WHEN ${when} THEN ${emitExpression(value)}`];
      });
      return `${quoteName(column)} = CASE ${branches.join(' ')} ELSE ${id}.${quoteName(column)} END`;
    });
    const where = any(updates.map(({ when }) => when));
    steps.push(`UPDATE ${table} AS ${id} SET ${values.join(', ')} WHERE ${where}`);
  }
  for (const { action, when } of exclusive(clauses.filter(({ match }) => match === 'NOT MATCHED BY TARGET'))) {
    if (action.kind !== 'insert') continue;
    const columns = action.assignments.map(({ column }) => quoteName(column)).join(', ');
    const values = action.assignments.map(({ value }) => emitExpression(value)).join(', ');
    steps.push(`INSERT INTO ${table} (${columns}) SELECT ${values} FROM ${from} WHERE ${when}`);
  }
  return { steps, counted: [...steps.keys()] };
}

/** Clauses with the whole condition of each: a row is for the first whose condition holds. */
function exclusive(clauses: readonly BoundMergeClause[]): { action: BoundMergeClause['action']; when: string }[] {
  const before: string[] = [];
  return clauses.map(({ action, condition }) => {
    const own = condition === undefined ? 'TRUE' : emitExpression(condition);
    const when = [own, ...before.map((other) => `NOT coalesce(${other}, FALSE)`)].join(' AND ');
    before.push(own);
    return { action, when: `(${when})` };
  });
}

const any = (conditions: readonly string[]): string => conditions.join(' OR ');

/** Whether a condition is FALSE or NULL as it is written. */
function isNever(on: BoundExpression): boolean {
  if (on.kind === 'literal') return on.value === false || on.value === null;
  return on.kind === 'call' && on.name === 'AND' && on.arguments.some(isNever);
}

/** The id that columns of a source name; undefined where it has several. */
function idOf(source: BoundFrom): string | undefined {
  if (source.kind === 'join') return undefined;
  return source.kind === 'sample' ? idOf(source.input) : source.id;
}
