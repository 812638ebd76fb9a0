import type {
  Argument,
  Call,
  Expression,
  FrameBound,
  Name,
  OrderItem,
  WindowFrame,
  WindowSpec,
} from '../ast/expression.ts';
import type { Ordering } from '../ast/query.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression } from './expression.ts';
import { parseQuery, startsQuery } from './query.ts';

/** The call of the function at `path`, from its opening parenthesis to the end of its OVER clause. */
export function parseCall(cursor: Cursor, path: readonly Name[]): Call {
  const start = path[0]?.start ?? cursor.peek().start;
  const safe = path.length > 1 && path[0]?.name.toUpperCase() === 'SAFE';
  cursor.expect('(');
  const distinct = cursor.accept('DISTINCT');
  const args = cursor.is(')') || startsModifier(cursor) ? [] : cursor.list(() => parseArgument(cursor));
  const nulls = cursor.acceptOneOf('IGNORE', 'RESPECT');
  if (nulls !== undefined) cursor.expect('NULLS');
  const having = parseHaving(cursor);
  const orderBy = cursor.accept('ORDER', 'BY') ? cursor.list(() => parseOrderItem(cursor)) : [];
  const limit = cursor.accept('LIMIT') ? parseExpression(cursor) : undefined;
  cursor.expect(')');
  const over = cursor.accept('OVER') ? parseWindow(cursor) : undefined;
  return {
    name: safe ? path.slice(1) : path,
    safe,
    arguments: args,
    distinct,
    ...(nulls === undefined ? {} : { nulls }),
    ...(having === undefined ? {} : { having }),
    orderBy,
    ...(limit === undefined ? {} : { limit }),
    ...(over === undefined ? {} : { over }),
    ...cursor.spanFrom(start),
  };
}

function startsModifier(cursor: Cursor): boolean {
  return (
    cursor.is('ORDER', 'BY') || cursor.is('LIMIT') || cursor.is('IGNORE', 'NULLS') || cursor.is('RESPECT', 'NULLS')
  );
}

export function parseArgument(cursor: Cursor): Argument {
  const { start } = cursor.peek();
  if (cursor.isName() && cursor.peek(1).key === '=>') {
    const name = cursor.name();
    cursor.expect('=>');
    return { name, value: parseArgumentValue(cursor), ...cursor.spanFrom(start) };
  }
  return { value: parseArgumentValue(cursor), ...cursor.spanFrom(start) };
}

function parseArgumentValue(cursor: Cursor): Argument['value'] {
  const { start, end } = cursor.peek();
  if (cursor.accept('*')) return { kind: 'star', start, end };
  const after = cursor.peek(1);
  if (cursor.is('TABLE') && (after.kind === 'word' || after.kind === 'quoted')) {
    cursor.next();
    const path = [cursor.name()];
    while (cursor.accept('.')) path.push(cursor.nameAfterDot());
    return { kind: 'table', path, ...cursor.spanFrom(start) };
  }
  // A query directly in the parentheses: ARRAY's is parsed elsewhere, a table function's is here.
  if ((cursor.is('SELECT') || cursor.is('FROM')) && startsQuery(cursor, 0)) {
    const query: Expression = {
      kind: 'subquery',
      modifier: 'scalar',
      query: parseQuery(cursor),
      ...cursor.spanFrom(start),
    };
    return query;
  }
  return parseExpression(cursor);
}

function parseHaving(cursor: Cursor): Call['having'] {
  if (!cursor.accept('HAVING')) return undefined;
  const extreme = cursor.acceptOneOf('MAX', 'MIN');
  if (extreme === undefined) throw cursor.unexpected('MAX or MIN');
  return { extreme, value: parseExpression(cursor) };
}

/** `x DESC NULLS LAST`. */
/** `ASC`, `DESC`, `NULLS FIRST`, `NULLS LAST`; undefined where there is none of them. */
export function parseOrdering(cursor: Cursor): Ordering | undefined {
  const direction = cursor.acceptOneOf('ASC', 'DESC');
  const nulls = cursor.accept('NULLS') ? cursor.acceptOneOf('FIRST', 'LAST') : undefined;
  if (direction === undefined && nulls === undefined) return undefined;
  return { descending: direction === 'DESC', ...(nulls === undefined ? {} : { nulls }) };
}

export function parseOrderItem(cursor: Cursor): OrderItem {
  const { start } = cursor.peek();
  const value = parseExpression(cursor);
  const collation = cursor.accept('COLLATE') ? cursor.next().value : undefined;
  return {
    value,
    descending: false,
    ...parseOrdering(cursor),
    ...(collation === undefined ? {} : { collation }),
    ...cursor.spanFrom(start),
  };
}

/** What follows OVER, and what a named window is: a name, or a specification in parentheses. */
export function parseWindow(cursor: Cursor): WindowSpec {
  const { start } = cursor.peek();
  if (!cursor.is('(')) {
    const base = cursor.name('window name or "("');
    return { base, partitionBy: [], orderBy: [], ...cursor.spanFrom(start) };
  }
  cursor.expect('(');
  const named = cursor.isName() && !cursor.is('PARTITION') && !cursor.is('ROWS') && !cursor.is('RANGE');
  const base = named ? cursor.name() : undefined;
  const partitionBy = cursor.accept('PARTITION', 'BY') ? cursor.list(() => parseExpression(cursor)) : [];
  const orderBy = cursor.accept('ORDER', 'BY') ? cursor.list(() => parseOrderItem(cursor)) : [];
  const frame = parseFrame(cursor);
  cursor.expect(')');
  return {
    ...(base === undefined ? {} : { base }),
    partitionBy,
    orderBy,
    ...(frame === undefined ? {} : { frame }),
    ...cursor.spanFrom(start),
  };
}

function parseFrame(cursor: Cursor): WindowFrame | undefined {
  const unit = cursor.acceptOneOf('ROWS', 'RANGE', 'GROUPS');
  if (unit === undefined) return undefined;
  if (!cursor.accept('BETWEEN')) return { unit, start: parseFrameBound(cursor) };
  const start = parseFrameBound(cursor);
  cursor.expect('AND');
  return { unit, start, end: parseFrameBound(cursor) };
}

function parseFrameBound(cursor: Cursor): FrameBound {
  if (cursor.accept('UNBOUNDED', 'PRECEDING')) return { kind: 'UNBOUNDED PRECEDING' };
  if (cursor.accept('UNBOUNDED', 'FOLLOWING')) return { kind: 'UNBOUNDED FOLLOWING' };
  if (cursor.accept('CURRENT', 'ROW')) return { kind: 'CURRENT ROW' };
  const offset = parseExpression(cursor);
  const kind = cursor.acceptOneOf('PRECEDING', 'FOLLOWING');
  if (kind === undefined) throw cursor.unexpected('PRECEDING or FOLLOWING');
  return { kind, offset };
}
