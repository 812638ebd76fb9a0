import type { Cte, Query, QueryBody, With } from '../ast/query.ts';
import type { BoundCte, BoundExpression, BoundOrder, BoundQuery } from '../bound.ts';
import type { Span } from '../source.ts';
import { INT64 } from '../type.ts';
import type { Binder, Place, VisibleCte } from './binder.ts';
import { bindExpression } from './expression.ts';
import { bindFrom, derivedItem, type FromItem } from './from.ts';
import { coerce } from './make.ts';
import { orderBy } from './order.ts';
import { bindPipes } from './pipe.ts';
import { Scope } from './scope.ts';
import { bindSelect, selectAll } from './select.ts';
import { bindSetOperation, unionQueries } from './setoperation.ts';

/** A query in its place: names of the queries around it are visible inside. */
export function bindQuery(binder: Binder, place: Place, node: Query): BoundQuery {
  const outer: Place = { scope: place.scope, ctes: place.ctes };
  const { ctes, inside } = bindWith(binder, outer, node.with);
  const core = bindOrdered(binder, inside, node);
  const limit = bindLimit(binder, inside, node.limit, 'LIMIT');
  const offset = bindLimit(binder, inside, node.offset, 'OFFSET');
  const query: BoundQuery = {
    ctes,
    recursive: node.with?.recursive === true,
    ...core,
    ...(limit === undefined ? {} : { limit }),
    ...(offset === undefined ? {} : { offset }),
  };
  if (node.pipes.length === 0) return query;
  // The WITH queries stay on the outside, visible to the pipe operators too.
  const piped = bindPipes(binder, inside, pipeStart(binder, inside, node, query), node.pipes);
  return { ...piped, ctes: [...ctes, ...piped.ctes], recursive: query.recursive };
}

/**
 * A query as the rows of a result, a table or a view: single structs become rows of their fields
 * (GoogleSQL, Query syntax, Value tables).
 */
export function asRows(binder: Binder, query: BoundQuery, span: Span): BoundQuery {
  if (!query.valueTable || query.columns[0]?.type.kind !== 'STRUCT') return query;
  const item = derivedItem(binder, query, undefined, span);
  return { ctes: [], recursive: false, ...selectAll(item), orderBy: [], valueTable: false };
}

function pipeStart(binder: Binder, place: Place, node: Query, query: BoundQuery): FromItem {
  if (node.body.kind === 'from' && node.orderBy.length === 0 && node.limit === undefined) {
    return bindFrom(binder, place, node.body.from);
  }
  return derivedItem(binder, { ...query, ctes: [] }, undefined, node);
}

type Core = Pick<BoundQuery, 'body' | 'orderBy' | 'columns' | 'valueTable'>;

function bindOrdered(binder: Binder, place: Place, node: Query): Core {
  if (node.body.kind === 'select') return bindSelect(binder, place, node.body, node.orderBy);
  const core = bindBody(binder, place, node.body);
  if (node.orderBy.length === 0) return core;
  // What is not a SELECT has no names but its result's to be ordered by.
  const item = derivedItem(binder, { ctes: [], recursive: false, ...core }, undefined, node.body);
  const all = selectAll(item);
  const scope = new Scope(place.scope, item.tables, item.columns);
  const orders: BoundOrder[] = node.orderBy.map((order) => {
    const ordinal = ordinalOf(order.value.kind === 'integer' ? order.value.text : '', item);
    return orderBy(binder, ordinal ?? bindExpression(binder, { ...place, scope }, order.value), order);
  });
  return {
    ...all,
    columns: core.columns.map((column, index) => ({ ...column, key: all.columns[index]?.key ?? column.key })),
    orderBy: orders,
    valueTable: core.valueTable,
  };
}

function ordinalOf(text: string, item: FromItem): BoundExpression | undefined {
  return text === '' ? undefined : item.columns[Number(text) - 1]?.expression;
}

function bindLimit(binder: Binder, place: Place, node: Query['limit'], clause: string): BoundExpression | undefined {
  if (node === undefined) return undefined;
  return coerce(binder, bindExpression(binder, { ...place, scope: new Scope(undefined) }, node), INT64, clause);
}

/** A body alone, its columns in order. */
export function bindBody(binder: Binder, place: Place, body: QueryBody): Core {
  switch (body.kind) {
    case 'select':
      return bindSelect(binder, place, body, []);
    case 'set':
      return { ...bindSetOperation(binder, place, body), orderBy: [] };
    case 'nested': {
      const query = bindQuery(binder, place, body.query);
      return { body: { kind: 'nested', query }, orderBy: [], columns: query.columns, valueTable: query.valueTable };
    }
    case 'from':
      return { ...selectAll(bindFrom(binder, place, body.from)), orderBy: [], valueTable: false };
  }
}

/** A body as a whole query. */
export function bindBodyQuery(binder: Binder, place: Place, body: QueryBody): BoundQuery {
  return { ctes: [], recursive: false, ...bindBody(binder, place, body) };
}

export function bindWith(binder: Binder, place: Place, node: With | undefined): { ctes: BoundCte[]; inside: Place } {
  if (node === undefined) return { ctes: [], inside: place };
  const ctes: BoundCte[] = [];
  let visible: readonly VisibleCte[] = place.ctes;
  for (const cte of node.ctes) {
    const id = binder.newId('q');
    const inside = { ...place, ctes: visible };
    const query = renamed(
      node.recursive ? bindRecursive(binder, inside, cte, id) : bindQuery(binder, inside, cte.query),
      cte,
    );
    ctes.push({ id, query });
    visible = [...visible, { name: cte.name.name, id, query }];
  }
  return { ctes, inside: { ...place, ctes: visible } };
}

function renamed(query: BoundQuery, cte: Cte): BoundQuery {
  if (cte.columns === undefined) return query;
  const columns = query.columns.map((column, index) => {
    const name = cte.columns?.[index]?.name;
    return name === undefined ? column : { ...column, name };
  });
  return { ...query, columns };
}

/** WITH RECURSIVE: the first branch of the union says what the columns are; the second may name the query. */
function bindRecursive(binder: Binder, place: Place, cte: Cte, id: string): BoundQuery {
  const { body } = cte.query;
  if (body.kind !== 'set' || body.operator !== 'UNION') return bindQuery(binder, place, cte.query);
  const { ctes, inside } = bindWith(binder, place, cte.query.with);
  const base = bindBodyQuery(binder, inside, body.left);
  const self: VisibleCte = { name: cte.name.name, id, query: renamed(base, cte) };
  const step = bindBodyQuery(binder, { ...inside, ctes: [...inside.ctes, self] }, body.right);
  const union = unionQueries(binder, base, step, body);
  return { ctes, recursive: ctes.length > 0, ...union, columns: union.columns, orderBy: [] };
}
