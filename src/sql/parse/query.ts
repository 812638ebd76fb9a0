import type { Expression, Name } from '../ast/expression.ts';
import type {
  Cte,
  GroupBy,
  GroupItem,
  GroupingSet,
  NamedWindow,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SetMatch,
  SetOperation,
  With,
} from '../ast/query.ts';
import { parseOrderItem, parseOrdering, parseWindow } from './call.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression } from './expression.ts';
import { parsePipes } from './pipe.ts';
import { parseTableExpression } from './table.ts';

/** Whether a query begins `ahead` tokens from here, behind any opening parentheses. */
export function startsQuery(cursor: Cursor, ahead = 0): boolean {
  let at = ahead;
  while (cursor.peek(at).key === '(') at++;
  const { key } = cursor.peek(at);
  return key === 'SELECT' || key === 'FROM' || (key === 'WITH' && cursor.peek(at + 1).key !== '(');
}

export function parseQuery(cursor: Cursor): Query {
  const { start } = cursor.peek();
  const withClause = cursor.is('WITH') ? parseWith(cursor) : undefined;
  const body = parseSetOperations(cursor);
  const orderBy = cursor.accept('ORDER', 'BY') ? cursor.list(() => parseOrderItem(cursor)) : [];
  const limit = cursor.accept('LIMIT') ? parseExpression(cursor) : undefined;
  const offset = limit !== undefined && cursor.accept('OFFSET') ? parseExpression(cursor) : undefined;
  const pipes = parsePipes(cursor);
  return {
    ...(withClause === undefined ? {} : { with: withClause }),
    body,
    orderBy,
    ...(limit === undefined ? {} : { limit }),
    ...(offset === undefined ? {} : { offset }),
    pipes,
    ...cursor.spanFrom(start),
  };
}

export function parseWith(cursor: Cursor): With {
  cursor.expect('WITH');
  const recursive = cursor.accept('RECURSIVE');
  const ctes = [parseCte(cursor)];
  // A comma may follow the last one too.
  while (cursor.accept(',') && !startsQuery(cursor)) ctes.push(parseCte(cursor));
  return { recursive, ctes };
}

function parseCte(cursor: Cursor): Cte {
  const name = cursor.name('name of a WITH query');
  const columns = cursor.is('(') ? cursor.parenthesised(() => cursor.name()) : undefined;
  cursor.expect('AS', '(');
  const query = parseQuery(cursor);
  cursor.expect(')');
  return { name, ...(columns === undefined ? {} : { columns }), query, ...cursor.spanFrom(name.start) };
}

function parseSetOperations(cursor: Cursor): QueryBody {
  let left = parsePrimaryQuery(cursor);
  for (;;) {
    const operation = parseSetOperator(cursor);
    if (operation === undefined) return left;
    const right = parsePrimaryQuery(cursor);
    left = { kind: 'set', ...operation, left, right, start: left.start, end: right.end };
  }
}

type SetOperator = Pick<SetOperation, 'operator' | 'all' | 'by'>;

/** `UNION ALL`, `FULL OUTER UNION ALL BY NAME`, `INTERSECT DISTINCT` ...: taken if it comes next. */
export function parseSetOperator(cursor: Cursor): SetOperator | undefined {
  const begin = cursor.index;
  const side = cursor.acceptOneOf('LEFT', 'FULL', 'INNER');
  if (side === 'LEFT' || side === 'FULL') cursor.accept('OUTER');
  const operator = cursor.acceptOneOf('UNION', 'INTERSECT', 'EXCEPT');
  if (operator === undefined) {
    cursor.rewind(begin);
    return undefined;
  }
  const quantifier = cursor.acceptOneOf('ALL', 'DISTINCT');
  if (quantifier === undefined) throw cursor.unexpected('keyword ALL or keyword DISTINCT');
  return { operator, all: quantifier === 'ALL', by: parseSetMatch(cursor, side) };
}

function parseSetMatch(cursor: Cursor, side: 'LEFT' | 'FULL' | 'INNER' | undefined): SetMatch {
  const sideMode = side === 'LEFT' ? 'left' : side === 'FULL' ? 'full' : 'inner';
  if (cursor.accept('BY', 'NAME')) {
    const columns = cursor.accept('ON') ? cursor.parenthesised(() => cursor.name()) : undefined;
    const mode = side === undefined ? 'strict' : sideMode;
    return { kind: 'name', mode, ...(columns === undefined ? {} : { columns }) };
  }
  const strict = cursor.is('STRICT', 'CORRESPONDING') && cursor.accept('STRICT');
  if (cursor.accept('CORRESPONDING')) {
    const columns = cursor.accept('BY') ? cursor.parenthesised(() => cursor.name()) : undefined;
    return { kind: 'name', mode: strict ? 'strict' : sideMode, ...(columns === undefined ? {} : { columns }) };
  }
  return { kind: 'position' };
}

function parsePrimaryQuery(cursor: Cursor): QueryBody {
  const { start } = cursor.peek();
  if (cursor.accept('(')) {
    const query = parseQuery(cursor);
    cursor.expect(')');
    return { kind: 'nested', query, ...cursor.spanFrom(start) };
  }
  if (cursor.accept('FROM')) {
    return { kind: 'from', from: parseTableExpression(cursor), ...cursor.spanFrom(start) };
  }
  return parseSelect(cursor);
}

function parseSelect(cursor: Cursor): Select {
  const { start } = cursor.expect('SELECT');
  const distinct = cursor.acceptOneOf('ALL', 'DISTINCT') === 'DISTINCT';
  const as = parseSelectAs(cursor);
  const items = parseSelectList(cursor);
  const from = cursor.accept('FROM') ? parseTableExpression(cursor) : undefined;
  const where = cursor.accept('WHERE') ? parseExpression(cursor) : undefined;
  const groupBy = cursor.accept('GROUP', 'BY') ? parseGroupBy(cursor) : undefined;
  const having = cursor.accept('HAVING') ? parseExpression(cursor) : undefined;
  const qualify = cursor.accept('QUALIFY') ? parseExpression(cursor) : undefined;
  const windows = cursor.accept('WINDOW') ? cursor.list(() => parseNamedWindow(cursor)) : [];
  return {
    kind: 'select',
    distinct,
    ...(as === undefined ? {} : { as }),
    items,
    ...(from === undefined ? {} : { from }),
    ...(where === undefined ? {} : { where }),
    ...(groupBy === undefined ? {} : { groupBy }),
    ...(having === undefined ? {} : { having }),
    ...(qualify === undefined ? {} : { qualify }),
    windows,
    ...cursor.spanFrom(start),
  };
}

function parseSelectAs(cursor: Cursor): Select['as'] {
  if (!cursor.accept('AS')) return undefined;
  if (cursor.accept('STRUCT')) return 'STRUCT';
  if (cursor.accept('VALUE')) return 'VALUE';
  const type = [cursor.name('STRUCT, VALUE or a type')];
  while (cursor.accept('.')) type.push(cursor.nameAfterDot());
  return { type };
}

/** Select items; a comma may follow the last one. */
export function parseSelectList(cursor: Cursor): SelectItem[] {
  const items = [parseSelectItem(cursor)];
  while (cursor.accept(',') && !endsSelectList(cursor)) items.push(parseSelectItem(cursor));
  return items;
}

function endsSelectList(cursor: Cursor): boolean {
  const { kind, key } = cursor.peek();
  return kind === 'end' || [')', ';', '|>', 'FROM', 'WHERE', 'UNION', 'ORDER', 'LIMIT'].includes(key);
}

function parseSelectItem(cursor: Cursor): SelectItem {
  const { start } = cursor.peek();
  if (cursor.accept('*')) return { kind: 'star', ...parseStarModifiers(cursor), ...cursor.spanFrom(start) };
  const value = parseExpression(cursor);
  if (cursor.accept('.', '*')) {
    return { kind: 'star', of: value, ...parseStarModifiers(cursor), ...cursor.spanFrom(start) };
  }
  const alias = parseAlias(cursor);
  return { kind: 'expression', value, ...(alias === undefined ? {} : { alias }), ...cursor.spanFrom(start) };
}

function parseStarModifiers(cursor: Cursor) {
  const except = cursor.is('EXCEPT', '(') && cursor.accept('EXCEPT') ? cursor.parenthesised(() => cursor.name()) : [];
  const replace =
    cursor.is('REPLACE', '(') && cursor.accept('REPLACE')
      ? cursor.parenthesised(() => {
          const value = parseExpression(cursor);
          cursor.expect('AS');
          return { value, name: cursor.name() };
        })
      : [];
  return { except, replace };
}

/** `AS name`, or a name that stands where an alias may. */
export function parseAlias(cursor: Cursor): Name | undefined {
  if (cursor.accept('AS')) return cursor.name('alias');
  return cursor.isName() ? cursor.name() : undefined;
}

/** @param ordered whether columns may say how they are ordered, as those of pipe AGGREGATE do */
export function parseGroupBy(cursor: Cursor, ordered = false): GroupBy {
  if (cursor.accept('ALL')) return { kind: 'all' };
  return { kind: 'items', items: cursor.list(() => parseGroupItem(cursor, ordered)) };
}

function parseGroupItem(cursor: Cursor, ordered: boolean): GroupItem {
  const { start } = cursor.peek();
  const rollup = parseRollup(cursor);
  if (rollup !== undefined) return { ...rollup, ...cursor.spanFrom(start) };
  if (cursor.accept('GROUPING', 'SETS')) {
    const sets = cursor.parenthesised(() => parseGroupingSet(cursor));
    return { kind: 'grouping_sets', sets, ...cursor.spanFrom(start) };
  }
  if (cursor.is('(', ')')) {
    // The empty grouping: one group of everything.
    cursor.expect('(', ')');
    return { kind: 'grouping_sets', sets: [{ kind: 'set', expressions: [] }], ...cursor.spanFrom(start) };
  }
  const value = parseExpression(cursor);
  const alias = parseAlias(cursor);
  const order = ordered ? parseOrdering(cursor) : undefined;
  return {
    kind: 'expression',
    value,
    ...(alias === undefined ? {} : { alias }),
    ...(order === undefined ? {} : { order }),
    ...cursor.spanFrom(start),
  };
}

function parseRollup(cursor: Cursor) {
  const kind = cursor.acceptOneOf('ROLLUP', 'CUBE');
  if (kind === undefined) return undefined;
  const sets = cursor.parenthesised(() => parseExpressionSet(cursor));
  return { kind: kind === 'ROLLUP' ? ('rollup' as const) : ('cube' as const), sets };
}

function parseGroupingSet(cursor: Cursor): GroupingSet {
  return parseRollup(cursor) ?? { kind: 'set', expressions: parseExpressionSet(cursor) };
}

/** `x`, `(x, y)` or `()`. */
function parseExpressionSet(cursor: Cursor): readonly Expression[] {
  if (cursor.accept('(', ')')) return [];
  const expression = parseExpression(cursor);
  return expression.kind === 'tuple' ? expression.elements : [expression];
}

export function parseNamedWindow(cursor: Cursor): NamedWindow {
  const name = cursor.name('window name');
  cursor.expect('AS');
  return { name, window: parseWindow(cursor), ...cursor.spanFrom(name.start) };
}
