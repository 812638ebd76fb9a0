import { children } from '../../bind/walk.ts';
import type { BoundDml, BoundExpression } from '../../bound.ts';
import { INT64 } from '../../type.ts';
import { emitExpression } from './expression.ts';
import { failure } from './failure.ts';

const MESSAGE = 'UPDATE/MERGE must match at most one source row for each target row';

/** A query that fails when a row of the target comes with several of the source (GoogleSQL, MERGE and UPDATE). */
function checked(target: string, id: string, from: string, where: string): string {
  const twice = `SELECT 1 FROM ${target} AS ${id}, ${from} WHERE ${where} GROUP BY ${id}.rowid HAVING count(*) > 1`;
  return `SELECT CASE WHEN EXISTS (${twice}) THEN ${failure(INT64, MESSAGE)} END`;
}

export function severalMatches(statement: Extract<BoundDml, { kind: 'update' }>, from: string, where: string): string {
  return checked(statement.target.engineName, statement.id, from, where);
}

/**
 * The check of a MERGE, whose rows are changed where all of `conditions` are absent or any of them holds. Where sides
 * are matched by equal keys, only rows of the source whose keys are there twice can be wrong: mostly there are none,
 * and the target is not read.
 */
export function manyMatches(
  { target, id, on }: Extract<BoundDml, { kind: 'merge' }>,
  from: string,
  conditions: readonly (BoundExpression | undefined)[],
): string {
  const keys = conjuncts(on)
    .flatMap((part) => sourceKey(part, id) ?? [])
    .map(emitExpression);
  const alias = from.slice(from.lastIndexOf(' AS ') + 4);
  const names = keys.length === 1 ? keys.join() : `(${keys.join(', ')})`;
  const repeated = `${names} IN (SELECT ${names} FROM ${from} GROUP BY ALL HAVING count(*) > 1)`;
  const suspects = keys.length === 0 ? from : `(SELECT * FROM ${from} WHERE ${repeated}) AS ${alias}`;
  const changes = conditions.flatMap((condition) => (condition === undefined ? [] : [emitExpression(condition)]));
  const where = [emitExpression(on), ...(changes.length === 0 ? [] : [`(${changes.join(' OR ')})`])].join(' AND ');
  return checked(target.engineName, id, suspects, where);
}

function conjuncts(on: BoundExpression): readonly BoundExpression[] {
  return on.kind === 'call' && on.name === 'AND' ? on.arguments.flatMap(conjuncts) : [on];
}

/** The side of an equality that is of the source, where the other is of the target. */
function sourceKey(part: BoundExpression, target: string): BoundExpression | undefined {
  if (part.kind !== 'call' || part.name !== '=') return undefined;
  const [a, b] = part.arguments;
  if (a === undefined || b === undefined) return undefined;
  const [ofA, ofB] = [tables(a), tables(b)];
  if (ofA === undefined || ofB === undefined || ofA.size === 0 || ofB.size === 0) return undefined;
  if (isOnly(ofA, target) && !ofB.has(target)) return b;
  return isOnly(ofB, target) && !ofA.has(target) ? a : undefined;
}

const isOnly = (tables: ReadonlySet<string>, one: string): boolean => tables.size === 1 && tables.has(one);

/** The tables whose columns an expression names; undefined where a subquery may name others. */
function tables(expression: BoundExpression): ReadonlySet<string> | undefined {
  if (expression.kind === 'subquery' || expression.kind === 'in_query') return undefined;
  if (expression.kind === 'column') return new Set([expression.table]);
  let all = new Set<string>();
  for (const child of children(expression)) {
    const of = tables(child);
    if (of === undefined) return undefined;
    all = all.union(of);
  }
  return all;
}
