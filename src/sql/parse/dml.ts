import type { Expression } from '../ast/expression.ts';
import type { Assignment, Dml, InsertSource, MergeClause } from '../ast/statement.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression } from './expression.ts';
import { parseObjectName } from './name.ts';
import { parseQuery } from './query.ts';
import { parseTableAlias, parseTableExpression } from './table.ts';

export function parseInsert(cursor: Cursor): Dml {
  const { start } = cursor.expect('INSERT');
  cursor.accept('INTO');
  const target = parseObjectName(cursor);
  const columns = startsColumnList(cursor) ? cursor.parenthesised(() => cursor.name()) : [];
  return { kind: 'insert', target, columns, source: parseInsertSource(cursor), ...cursor.spanFrom(start) };
}

/** `INSERT t (a, b)` has columns in the parentheses, `INSERT t (SELECT ...)` a query. */
function startsColumnList(cursor: Cursor): boolean {
  return cursor.is('(') && !['SELECT', 'WITH', 'FROM', '('].includes(cursor.peek(1).key);
}

function parseInsertSource(cursor: Cursor): InsertSource {
  if (cursor.accept('VALUES')) {
    return { kind: 'values', rows: cursor.list(() => cursor.parenthesised(() => parseExpression(cursor))) };
  }
  return { kind: 'query', query: parseQuery(cursor) };
}

export function parseUpdate(cursor: Cursor): Dml {
  const { start } = cursor.expect('UPDATE');
  const target = parseObjectName(cursor);
  const alias = parseTableAlias(cursor);
  cursor.expect('SET');
  const assignments = cursor.list(() => parseAssignment(cursor));
  const from = cursor.accept('FROM') ? parseTableExpression(cursor) : undefined;
  const where = cursor.accept('WHERE') ? parseExpression(cursor) : undefined;
  return {
    kind: 'update',
    target,
    ...(alias === undefined ? {} : { alias }),
    assignments,
    ...(from === undefined ? {} : { from }),
    ...(where === undefined ? {} : { where }),
    ...cursor.spanFrom(start),
  };
}

function parseAssignment(cursor: Cursor): Assignment {
  const path = [cursor.name('column name')];
  while (cursor.accept('.')) path.push(cursor.nameAfterDot());
  cursor.expect('=');
  return { path, value: parseExpression(cursor), ...cursor.spanFrom(path[0]?.start ?? 0) };
}

export function parseDelete(cursor: Cursor): Dml {
  const { start } = cursor.expect('DELETE');
  cursor.accept('FROM');
  const target = parseObjectName(cursor);
  const alias = parseTableAlias(cursor);
  const where = cursor.accept('WHERE') ? parseExpression(cursor) : undefined;
  return {
    kind: 'delete',
    target,
    ...(alias === undefined ? {} : { alias }),
    ...(where === undefined ? {} : { where }),
    ...cursor.spanFrom(start),
  };
}

export function parseTruncate(cursor: Cursor): Dml {
  const { start } = cursor.expect('TRUNCATE', 'TABLE');
  const target = parseObjectName(cursor);
  return { kind: 'truncate', target, ...cursor.spanFrom(start) };
}

export function parseMerge(cursor: Cursor): Dml {
  const { start } = cursor.expect('MERGE');
  cursor.accept('INTO');
  const target = parseObjectName(cursor);
  const alias = parseTableAlias(cursor);
  cursor.expect('USING');
  const source = parseTableExpression(cursor);
  cursor.expect('ON');
  const on = parseExpression(cursor);
  const clauses: MergeClause[] = [];
  while (cursor.is('WHEN')) clauses.push(parseMergeClause(cursor));
  if (clauses.length === 0) throw cursor.unexpected('keyword WHEN');
  return {
    kind: 'merge',
    target,
    ...(alias === undefined ? {} : { alias }),
    source,
    on,
    clauses,
    ...cursor.spanFrom(start),
  };
}

function parseMergeClause(cursor: Cursor): MergeClause {
  const { start } = cursor.expect('WHEN');
  const match = parseMatch(cursor);
  const condition = cursor.accept('AND') ? parseExpression(cursor) : undefined;
  cursor.expect('THEN');
  const action = parseMergeAction(cursor);
  return { match, ...(condition === undefined ? {} : { condition }), action, ...cursor.spanFrom(start) };
}

function parseMatch(cursor: Cursor): MergeClause['match'] {
  if (cursor.accept('MATCHED')) return 'MATCHED';
  cursor.expect('NOT', 'MATCHED');
  if (cursor.accept('BY', 'SOURCE')) return 'NOT MATCHED BY SOURCE';
  cursor.accept('BY', 'TARGET');
  return 'NOT MATCHED BY TARGET';
}

function parseMergeAction(cursor: Cursor): MergeClause['action'] {
  if (cursor.accept('DELETE')) return { kind: 'delete' };
  if (cursor.accept('UPDATE', 'SET')) {
    return { kind: 'update', assignments: cursor.list(() => parseAssignment(cursor)) };
  }
  cursor.expect('INSERT');
  const columns = cursor.is('(') ? cursor.parenthesised(() => cursor.name()) : [];
  if (cursor.accept('ROW')) return { kind: 'insert', columns, values: 'ROW' };
  cursor.expect('VALUES');
  const values: Expression[] = cursor.parenthesised(() => parseExpression(cursor));
  return { kind: 'insert', columns, values };
}
