import type { OrderItem } from '../ast/expression.ts';
import type { Ordering } from '../ast/query.ts';
import type { BoundExpression, BoundOrder } from '../bound.ts';
import { STRING, typeName } from '../type.ts';
import type { Binder, Place } from './binder.ts';
import { bindExpression } from './expression.ts';
import { call, text } from './make.ts';

export function bindOrder(binder: Binder, place: Place, item: OrderItem): BoundOrder {
  return orderBy(binder, bindExpression(binder, place, item.value), item);
}

/** NULL is the smallest value unless the query says otherwise (GoogleSQL, ORDER BY clause). */
export function orderBy(binder: Binder, value: BoundExpression, item: OrderItem): BoundOrder {
  const { kind } = value.type;
  if (kind === 'GEOGRAPHY' || kind === 'JSON' || kind === 'ARRAY' || kind === 'STRUCT') {
    throw binder.fail('order', item, `ORDER BY does not support expressions of type ${typeName(value.type)}`);
  }
  return ordered(collated(value, item), item);
}

export function ordered(value: BoundExpression, { descending, nulls }: Ordering): BoundOrder {
  return { value, descending, nullsFirst: nulls === undefined ? !descending : nulls === 'FIRST' };
}

/** `ORDER BY x COLLATE 'und:ci'`. */
function collated(value: BoundExpression, { collation = '', ...span }: OrderItem): BoundExpression {
  if (collation === '' || value.type.kind !== 'STRING') return value;
  return call(STRING, 'COLLATE', [value, text(collation, span)], span);
}
