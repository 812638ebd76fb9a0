import type { Expression, Name } from '../ast/expression.ts';
import type { JoinKind, Pivot, TableExpression, TableOperator, TableSample, Unpivot } from '../ast/query.ts';
import { parseArgument, parseCall } from './call.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression } from './expression.ts';
import { parseObjectName } from './name.ts';
import { parseQuery, startsQuery } from './query.ts';

/** What follows FROM: tables and their joins. */
export function parseTableExpression(cursor: Cursor): TableExpression {
  let left = parseOperand(cursor);
  for (;;) {
    const join = parseJoinOperator(cursor);
    if (join === undefined) return left;
    left = parseJoinRest(cursor, left, join);
  }
}

function parseJoinRest(cursor: Cursor, left: TableExpression, join: JoinKind): TableExpression {
  let right = parseOperand(cursor);
  if (join !== 'COMMA' && join !== 'CROSS') {
    // `a JOIN b JOIN c ON ... ON ...`: the inner join comes first.
    while (!cursor.is('ON') && !cursor.is('USING')) {
      const inner = parseJoinOperator(cursor);
      if (inner === undefined || inner === 'COMMA') break;
      right = parseJoinRest(cursor, right, inner);
    }
  }
  return { kind: 'join', join, left, right, ...parseJoinCondition(cursor), start: left.start, end: cursor.lastEnd };
}

export function parseJoinCondition(cursor: Cursor): { on?: Expression; using?: Name[] } {
  if (cursor.accept('ON')) return { on: parseExpression(cursor) };
  if (cursor.accept('USING')) return { using: cursor.parenthesised(() => cursor.name()) };
  return {};
}

export function parseJoinOperator(cursor: Cursor): JoinKind | undefined {
  if (cursor.accept(',')) return 'COMMA';
  const begin = cursor.index;
  if (cursor.accept('JOIN') || cursor.accept('INNER', 'JOIN')) return 'INNER';
  if (cursor.accept('CROSS', 'JOIN')) return 'CROSS';
  const side = cursor.acceptOneOf('LEFT', 'RIGHT', 'FULL');
  if (side === undefined) return undefined;
  cursor.accept('OUTER');
  if (cursor.accept('JOIN')) return side;
  cursor.rewind(begin);
  return undefined;
}

/** One table with its alias and operators. */
export function parseOperand(cursor: Cursor): TableExpression {
  const { start } = cursor.peek();
  if (cursor.is('(')) {
    if (startsQuery(cursor, 1)) return parseSubqueryOperand(cursor);
    cursor.expect('(');
    const inner = parseTableExpression(cursor);
    cursor.expect(')');
    return inner;
  }
  if (cursor.accept('UNNEST')) {
    cursor.expect('(');
    const array = parseExpression(cursor);
    cursor.expect(')');
    return { kind: 'unnest', array, ...parseDecoration(cursor), ...cursor.spanFrom(start) };
  }
  cursor.accept('LATERAL');
  const path = parseObjectName(cursor);
  if (cursor.is('(')) {
    const args = cursor.parenthesised(() => parseArgument(cursor));
    const { alias, operators } = parseDecoration(cursor);
    return {
      kind: 'function',
      name: path,
      arguments: args,
      ...(alias === undefined ? {} : { alias }),
      operators,
      ...cursor.spanFrom(start),
    };
  }
  let asOf = parseAsOf(cursor);
  const decoration = parseDecoration(cursor);
  asOf ??= parseAsOf(cursor);
  return { kind: 'table', path, ...decoration, ...(asOf === undefined ? {} : { asOf }), ...cursor.spanFrom(start) };
}

function parseSubqueryOperand(cursor: Cursor): TableExpression {
  const { start } = cursor.peek();
  const begin = cursor.index;
  cursor.expect('(');
  const query = parseQuery(cursor);
  if (!cursor.is(')')) {
    // `((SELECT ...) AS a JOIN b)`: a join in parentheses.
    cursor.rewind(begin);
    cursor.expect('(');
    const inner = parseTableExpression(cursor);
    cursor.expect(')');
    return inner;
  }
  cursor.expect(')');
  const { alias, operators } = parseDecoration(cursor);
  return {
    kind: 'subquery',
    query,
    ...(alias === undefined ? {} : { alias }),
    operators,
    ...cursor.spanFrom(start),
  };
}

function parseAsOf(cursor: Cursor): Expression | undefined {
  if (!cursor.accept('FOR', 'SYSTEM_TIME', 'AS', 'OF') && !cursor.accept('FOR', 'SYSTEM', 'TIME', 'AS', 'OF')) {
    return undefined;
  }
  return parseExpression(cursor);
}

/** Alias, WITH OFFSET and the operators behind a table, in any order the grammar allows. */
function parseDecoration(cursor: Cursor) {
  const operators: TableOperator[] = [];
  const before = parseOperators(cursor, operators);
  const alias = before ? undefined : parseTableAlias(cursor);
  const withOffset = cursor.accept('WITH', 'OFFSET') ? { alias: parseTableAlias(cursor) } : undefined;
  parseOperators(cursor, operators);
  const offset = withOffset?.alias === undefined ? {} : { alias: withOffset.alias };
  return {
    ...(alias === undefined ? {} : { alias }),
    ...(withOffset === undefined ? {} : { withOffset: offset }),
    operators,
  };
}

function parseOperators(cursor: Cursor, operators: TableOperator[]): boolean {
  const before = operators.length;
  for (let operator = parseTableOperator(cursor); operator !== undefined; operator = parseTableOperator(cursor)) {
    operators.push(operator);
  }
  return operators.length > before;
}

/** A table's alias; PIVOT, UNPIVOT and the like behind a table are no aliases. */
export function parseTableAlias(cursor: Cursor): Name | undefined {
  if (cursor.accept('AS')) return cursor.name('alias');
  if (!cursor.isName() || startsTableOperator(cursor)) return undefined;
  return cursor.name();
}

function startsTableOperator(cursor: Cursor): boolean {
  return (
    cursor.is('PIVOT', '(') ||
    cursor.is('UNPIVOT', '(') ||
    cursor.is('UNPIVOT', 'INCLUDE', 'NULLS') ||
    cursor.is('UNPIVOT', 'EXCLUDE', 'NULLS') ||
    cursor.is('TABLESAMPLE')
  );
}

export function parseTableOperator(cursor: Cursor): TableOperator | undefined {
  if (!startsTableOperator(cursor)) return undefined;
  if (cursor.is('PIVOT')) return parsePivot(cursor);
  if (cursor.is('UNPIVOT')) return parseUnpivot(cursor);
  return parseTableSample(cursor);
}

function parsePivot(cursor: Cursor): Pivot {
  const { start } = cursor.expect('PIVOT', '(');
  const aggregates = cursor.list(() => {
    const path = parseObjectName(cursor);
    const call = parseCall(cursor, path);
    const alias = cursor.is('FOR') ? undefined : parseTableAlias(cursor);
    return { call, ...(alias === undefined ? {} : { alias }) };
  });
  cursor.expect('FOR');
  const column = parseColumnPath(cursor);
  cursor.expect('IN');
  const values = cursor.parenthesised(() => {
    const value = parseExpression(cursor);
    const alias = parseTableAlias(cursor);
    return { value, ...(alias === undefined ? {} : { alias }) };
  });
  cursor.expect(')');
  const alias = parseTableAlias(cursor);
  return {
    kind: 'pivot',
    aggregates,
    column,
    values,
    ...(alias === undefined ? {} : { alias }),
    ...cursor.spanFrom(start),
  };
}

/** PIVOT's input column stands before IN, so it cannot be read as a whole expression. */
function parseColumnPath(cursor: Cursor): Expression {
  const parts = parseObjectName(cursor);
  return { kind: 'path', parts, start: parts[0]?.start ?? 0, end: cursor.lastEnd };
}

function parseUnpivot(cursor: Cursor): Unpivot {
  const { start } = cursor.expect('UNPIVOT');
  const nulls = cursor.acceptOneOf('INCLUDE', 'EXCLUDE');
  if (nulls !== undefined) cursor.expect('NULLS');
  cursor.expect('(');
  const values = cursor.is('(') ? cursor.parenthesised(() => cursor.name()) : [cursor.name()];
  cursor.expect('FOR');
  const nameColumn = cursor.name();
  cursor.expect('IN');
  const columns = cursor.parenthesised(() => {
    const names = cursor.is('(') ? cursor.parenthesised(() => cursor.name()) : [cursor.name()];
    const label = cursor.accept('AS') ? parseExpression(cursor) : undefined;
    return { columns: names, ...(label === undefined ? {} : { label }) };
  });
  cursor.expect(')');
  const alias = parseTableAlias(cursor);
  return {
    kind: 'unpivot',
    includeNulls: nulls === 'INCLUDE',
    values,
    nameColumn,
    columns,
    ...(alias === undefined ? {} : { alias }),
    ...cursor.spanFrom(start),
  };
}

function parseTableSample(cursor: Cursor): TableSample {
  const { start } = cursor.expect('TABLESAMPLE');
  const method = cursor.name('sampling method').name.toUpperCase();
  cursor.expect('(');
  const size = parseExpression(cursor);
  const unit = cursor.acceptOneOf('PERCENT', 'ROWS');
  if (unit === undefined) throw cursor.unexpected('keyword PERCENT or keyword ROWS');
  cursor.expect(')');
  return { kind: 'sample', method, size, unit, ...cursor.spanFrom(start) };
}
