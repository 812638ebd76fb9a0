import type { BoundExpression, BoundFrameBound, BoundOrder, BoundWindow } from '../../bound.ts';
import { emitAggregate } from './aggregate.ts';
import { emitAside, isSure } from './aside.ts';
import { emitCast } from './cast.ts';
import { emitFormattedCast } from './castformat.ts';
import { failure } from './failure.ts';
import { emitCall } from './functions.ts';
import { emitJavaScript } from './javascript.ts';
import { emitLiteral, emitStruct } from './literal.ts';
import { fieldName, quoteName, quoteText } from './name.ts';
import { mayBeNaN } from './nan.ts';
import { emitQuery } from './query.ts';
import { duckdbType } from './type.ts';

/** An expression as DuckDB's SQL, in parentheses wherever precedence could matter. */
export function emitExpression(node: BoundExpression): string {
  switch (node.kind) {
    case 'literal':
      return emitLiteral(node.type, node.value);
    case 'column':
      return node.table === '' ? quoteName(node.column) : `${node.table}.${quoteName(node.column)}`;
    case 'call':
      return emitCall(node);
    case 'aggregate':
      return emitAggregate(node);
    case 'cast':
      return emitCastNode(node);
    case 'case': {
      const branches = node.branches.map(
        ({ when, value }) => `WHEN ${emitExpression(when)} THEN ${emitExpression(value)}`,
      );
      const otherwise = node.otherwise === undefined ? '' : ` ELSE ${emitExpression(node.otherwise)}`;
      return `CASE ${branches.join(' ')}${otherwise} END`;
    }
    case 'struct': {
      const { type } = node;
      if (type.kind !== 'STRUCT') return '';
      return emitStruct(node.values.map((value, index) => [fieldName(type, index), emitExpression(value)]));
    }
    case 'array':
      return `CAST([${node.elements.map(emitExpression).join(', ')}] AS ${duckdbType(node.type)})`;
    case 'field': {
      const { type } = node.object;
      return type.kind === 'STRUCT'
        ? `struct_extract(${emitExpression(node.object)}, ${quoteText(fieldName(type, node.index))})`
        : '';
    }
    case 'json_field':
      return `json_extract(${emitExpression(node.object)}, ${quoteText(`$."${node.name.replaceAll('"', '\\"')}"`)})`;
    case 'index':
      return emitIndex(node);
    case 'in_list':
      return `(${emitExpression(node.operand)} ${node.not ? 'NOT ' : ''}IN (${node.elements.map(emitExpression).join(', ')}))`;
    case 'in_array': {
      const [array, operand] = [emitExpression(node.array), emitExpression(node.operand)];
      const test = `bq_in_array(${operand}, ${array})`;
      return node.not ? `(NOT ${test})` : test;
    }
    case 'in_query':
      return `(${emitExpression(node.operand)} ${node.not ? 'NOT ' : ''}IN (${emitQuery(node.query)}))`;
    case 'subquery':
      return emitSubquery(node);
    case 'javascript':
      return emitJavaScript(node);
    case 'lambda': {
      const [element = '', position] = node.parameters.map(quoteName);
      const body = emitExpression(node.body);
      if (position === undefined) return `lambda ${element}: ${body}`;
      // DuckDB counts elements from 1.
      return `lambda ${element}, _at: list_transform([_at - 1], lambda ${position}: ${body})[1]`;
    }
  }
}

function emitCastNode(node: Extract<BoundExpression, { kind: 'cast' }>): string {
  const { operand, type } = node;
  const write = (text: string): string =>
    node.format === undefined ? emitCast(text, operand.type, type, node.safe) : emitFormattedCast(node, text);
  const text = emitExpression(operand);
  if (!node.safe || isSure(operand) || !/\bTRY\(|\blambda /.test(write(''))) return write(text);
  return emitAside(
    [text],
    () => true,
    ([name = '']) => write(name),
  );
}

function emitIndex(node: Extract<BoundExpression, { kind: 'index' }>): string {
  const object = emitExpression(node.object);
  const index = emitExpression(node.index);
  if (node.object.type.kind === 'JSON') {
    if (node.index.type.kind === 'STRING') return `json_extract(${object}, '$."' || ${index} || '"')`;
    return `json_extract(${object}, '$[' || ${index} || ']')`;
  }
  // DuckDB counts from 1, takes negative positions, and gives NULL beyond the end.
  const position = node.origin === 0 ? `(${index} + 1)` : index;
  const element = `${object}[${position}]`;
  const outside = node.safe ? 'NULL' : failure(node.type, { sql: `'Array index ' || ${index} || ' is out of bounds'` });
  return `CASE WHEN ${object} IS NULL OR ${index} IS NULL THEN NULL WHEN ${position} BETWEEN 1 AND len(${object}) THEN ${element} ELSE ${outside} END`;
}

function emitSubquery(node: Extract<BoundExpression, { kind: 'subquery' }>): string {
  const query = emitQuery(node.query);
  if (node.modifier === 'exists') return `EXISTS (${query})`;
  return node.modifier === 'array' ? `ARRAY(${query})` : `(${query})`;
}

/** NaN is the smallest number to GoogleSQL and the largest to DuckDB, so FLOAT64 is ordered the other way by its negative. */
/** ORDER BY and its keys, of which constants order nothing and DuckDB wants none; empty without keys. */
export function emitOrderBy(orders: readonly BoundOrder[]): string {
  const keys = orders.map(emitOrder).filter((key) => !/^'([^']|'')*' (ASC|DESC) NULLS \w+$/.test(key));
  return keys.length === 0 ? '' : `ORDER BY ${keys.join(', ')}`;
}

function emitOrder({ value, descending, nullsFirst }: BoundOrder): string {
  const negated = mayBeNaN(value);
  const key = negated ? `(- ${emitExpression(value)})` : emitExpression(value);
  return `${key} ${descending === negated ? 'ASC' : 'DESC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
}

export function emitOver(window: BoundWindow): string {
  const parts: string[] = [];
  if (window.partitionBy.length > 0) parts.push(`PARTITION BY ${window.partitionBy.map(emitExpression).join(', ')}`);
  const order = emitOrderBy(window.orderBy);
  if (order !== '') parts.push(order);
  if (window.frame !== undefined) {
    const { unit, start, end } = window.frame;
    const bounds = end === undefined ? emitBound(start) : `BETWEEN ${emitBound(start)} AND ${emitBound(end)}`;
    parts.push(`${unit} ${bounds}`);
  }
  return `OVER (${parts.join(' ')})`;
}

function emitBound(bound: BoundFrameBound): string {
  return 'offset' in bound ? `${emitExpression(bound.offset)} ${bound.kind}` : bound.kind;
}
