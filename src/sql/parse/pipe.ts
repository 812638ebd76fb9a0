import type { Name } from '../ast/expression.ts';
import type { Pipe } from '../ast/query.ts';
import type { Span } from '../source.ts';
import { parseArgument, parseOrderItem, parseOrdering } from './call.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression } from './expression.ts';
import { parseObjectName } from './name.ts';
import {
  parseAlias,
  parseGroupBy,
  parseNamedWindow,
  parseQuery,
  parseSelectList,
  parseSetOperator,
  parseWith,
} from './query.ts';
import { parseJoinCondition, parseJoinOperator, parseOperand, parseTableAlias, parseTableOperator } from './table.ts';

/** A pipe operator without its place in the text. */
type Unplaced<Node> = Node extends unknown ? Omit<Node, keyof Span> : never;
type Rule = (cursor: Cursor) => Unplaced<Pipe>;

/** The operators behind `|>` (GoogleSQL, Pipe query syntax), by their first word. */
const RULES: Readonly<Record<string, Rule>> = {
  SELECT(cursor) {
    const distinct = cursor.acceptOneOf('ALL', 'DISTINCT') === 'DISTINCT';
    const items = parseSelectList(cursor);
    const windows = cursor.accept('WINDOW') ? cursor.list(() => parseNamedWindow(cursor)) : [];
    return { kind: 'select', distinct, items, windows };
  },
  EXTEND: (cursor) => ({ kind: 'extend', items: parseSelectList(cursor) }),
  SET: (cursor) => ({
    kind: 'set',
    assignments: cursor.list(() => {
      const name = cursor.name();
      cursor.expect('=');
      return { name, value: parseExpression(cursor) };
    }),
  }),
  DROP: (cursor) => ({ kind: 'drop', names: cursor.list(() => cursor.name()) }),
  RENAME: (cursor) => ({
    kind: 'rename',
    names: cursor.list(() => {
      const from = cursor.name();
      cursor.accept('AS');
      return { from, to: cursor.name() };
    }),
  }),
  AS: (cursor) => ({ kind: 'as', alias: cursor.name('alias') }),
  WHERE: (cursor) => ({ kind: 'where', condition: parseExpression(cursor) }),
  AGGREGATE: parseAggregate,
  DISTINCT: () => ({ kind: 'distinct' }),
  ORDER(cursor) {
    cursor.expect('BY');
    return { kind: 'order', items: cursor.list(() => parseOrderItem(cursor)) };
  },
  LIMIT(cursor) {
    const limit = parseExpression(cursor);
    const offset = cursor.accept('OFFSET') ? parseExpression(cursor) : undefined;
    return { kind: 'limit', limit, ...(offset === undefined ? {} : { offset }) };
  },
  CALL(cursor) {
    const name = parseObjectName(cursor);
    const args = cursor.parenthesised(() => parseArgument(cursor));
    const alias = parseTableAlias(cursor);
    return { kind: 'call', name, arguments: args, ...aliased(alias) };
  },
  ASSERT(cursor) {
    const condition = parseExpression(cursor);
    const messages = cursor.accept(',') ? cursor.list(() => parseExpression(cursor)) : [];
    return { kind: 'assert', condition, messages };
  },
};

export function parsePipes(cursor: Cursor): Pipe[] {
  const pipes: Pipe[] = [];
  while (cursor.accept('|>')) {
    const { start } = cursor.peek();
    pipes.push({ ...parsePipe(cursor), ...cursor.spanFrom(start) });
  }
  return pipes;
}

function parsePipe(cursor: Cursor): Unplaced<Pipe> {
  if (cursor.is('WITH')) return { kind: 'with', with: parseWith(cursor) };
  const operator = parseTableOperator(cursor);
  if (operator !== undefined) return { kind: 'table_operator', operator };
  const set = parseSetOperator(cursor);
  if (set !== undefined) {
    const queries = cursor.list(() => {
      cursor.expect('(');
      const query = parseQuery(cursor);
      cursor.expect(')');
      return query;
    });
    return { kind: 'set_operation', ...set, queries };
  }
  const join = parseJoinOperator(cursor);
  if (join !== undefined) return { kind: 'join', join, right: parseOperand(cursor), ...parseJoinCondition(cursor) };
  const rule = RULES[cursor.peek().key];
  if (rule === undefined) throw cursor.unexpected('a pipe operator');
  cursor.next();
  return rule(cursor);
}

function parseAggregate(cursor: Cursor): Unplaced<Pipe> {
  const ends = () =>
    cursor.is('GROUP') || cursor.is('|>') || cursor.is(')') || cursor.is(';') || cursor.peek().kind === 'end';
  const items = [];
  while (!ends()) {
    const value = parseExpression(cursor);
    const alias = parseAlias(cursor);
    const order = parseOrdering(cursor);
    items.push({ value, ...aliased(alias), ...(order === undefined ? {} : { order }) });
    if (!cursor.accept(',')) break;
  }
  const andOrder = cursor.accept('GROUP', 'AND', 'ORDER', 'BY');
  const groupBy = andOrder || cursor.accept('GROUP', 'BY') ? parseGroupBy(cursor, true) : undefined;
  return { kind: 'aggregate', items, ...(groupBy === undefined ? {} : { groupBy }), andOrder };
}

function aliased(alias: Name | undefined): { alias?: Name } {
  return alias === undefined ? {} : { alias };
}
