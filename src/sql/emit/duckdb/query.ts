import type { BoundBody, BoundFrom, BoundGroupBy, BoundQuery, BoundSelect, OutputColumn } from '../../bound.ts';
import { UNNEST_OFFSET, UNNEST_VALUE } from '../../bound.ts';
import { emitExpression, emitOrderBy } from './expression.ts';
import { quoteName } from './name.ts';
import { mayBeNaN } from './nan.ts';
import { emitScan } from './scan.ts';

/** A query as DuckDB's SQL; its columns have their keys as names. */
export function emitQuery(query: BoundQuery): string {
  const parts: string[] = [];
  if (query.ctes.length > 0) {
    const ctes = query.ctes.map(({ id, query: cte }) => `${id}(${columnList(cte.columns)}) AS (${emitQuery(cte)})`);
    parts.push(`WITH ${query.recursive ? 'RECURSIVE ' : ''}${ctes.join(', ')}`);
  }
  const body = emitBody(query.body, query.columns);
  // DuckDB orders the rows of UNION and the like by whole columns only.
  const wrapped = query.body.kind !== 'select' && query.orderBy.some(({ value }) => mayBeNaN(value));
  parts.push(wrapped ? `SELECT * FROM (${body})` : body);
  const order = emitOrderBy(query.orderBy);
  if (order !== '') parts.push(order);
  if (query.limit !== undefined) parts.push(`LIMIT ${emitExpression(query.limit)}`);
  if (query.offset !== undefined) parts.push(`OFFSET ${emitExpression(query.offset)}`);
  return parts.join(' ');
}

function columnList(columns: readonly OutputColumn[]): string {
  return columns.map(({ key }) => quoteName(key)).join(', ');
}

function emitBody(body: BoundBody, columns: readonly OutputColumn[]): string {
  switch (body.kind) {
    case 'select':
      return emitSelect(body, columns);
    case 'set':
      return `(${emitQuery(body.left)}) ${body.operator}${body.all ? ' ALL' : ''} (${emitQuery(body.right)})`;
    case 'nested':
      return `(${emitQuery(body.query)})`;
    case 'values': {
      const rows = body.rows.map((row) => `(${row.map(emitExpression).join(', ')})`);
      return `SELECT * FROM (VALUES ${rows.join(', ')}) AS _v(${columnList(columns)})`;
    }
  }
}

function emitSelect(select: BoundSelect, columns: readonly OutputColumn[]): string {
  const items = select.items.map((item, index) => `${emitExpression(item)} AS ${quoteName(columns[index]?.key ?? '')}`);
  const parts = [`SELECT ${select.distinct ? 'DISTINCT ' : ''}${items.join(', ')}`];
  if (select.from !== undefined) parts.push(`FROM ${emitFrom(select.from)}`);
  if (select.where !== undefined) parts.push(`WHERE ${emitExpression(select.where)}`);
  const groups = select.groupBy === undefined ? '' : emitGroupBy(select.groupBy);
  if (groups !== '') parts.push(groups);
  if (select.having !== undefined) parts.push(`HAVING ${emitExpression(select.having)}`);
  if (select.qualify !== undefined) parts.push(`QUALIFY ${emitExpression(select.qualify)}`);
  return parts.join(' ');
}

function emitGroupBy({ keys, sets }: BoundGroupBy): string {
  const names = keys.map(emitExpression);
  if (sets === undefined) return names.length === 0 ? '' : `GROUP BY ${names.join(', ')}`;
  const groups = sets.map((set) => `(${set.map((index) => names[index] ?? '').join(', ')})`);
  return `GROUP BY GROUPING SETS (${groups.join(', ')})`;
}

export function emitFrom(from: BoundFrom): string {
  switch (from.kind) {
    case 'scan':
      return emitScan(from);
    case 'derived':
      return `(${emitQuery(from.query)}) AS ${from.id}`;
    case 'cte':
      return `${from.cte} AS ${from.id}`;
    case 'unnest': {
      const array = emitExpression(from.array);
      const value = `unnest(${array}) AS ${quoteName(UNNEST_VALUE)}`;
      const offset = from.withOffset ? `, generate_subscripts(${array}, 1) - 1 AS ${quoteName(UNNEST_OFFSET)}` : '';
      return `(SELECT ${value}${offset}) AS ${from.id}`;
    }
    case 'join':
      return emitJoin(from);
    case 'sample':
      return `${emitFrom(from.input)} TABLESAMPLE ${emitPercent(from.percent)} PERCENT (BERNOULLI)`;
  }
}

function emitPercent(percent: Extract<BoundFrom, { kind: 'sample' }>['percent']): string {
  return percent.kind === 'literal' ? String(percent.value) : emitExpression(percent);
}

function emitJoin(join: Extract<BoundFrom, { kind: 'join' }>): string {
  const left = emitFrom(join.left);
  const right = join.right.kind === 'join' ? `(${emitFrom(join.right)})` : emitFrom(join.right);
  const on = join.on === undefined ? '' : ` ON ${emitExpression(join.on)}`;
  return `${left} ${join.join} JOIN ${right}${on}`;
}
