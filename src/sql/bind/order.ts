import type { OrderItem } from '../ast/expression.ts';
import type { BoundExpression, BoundOrder } from '../bound.ts';
import { typeName } from '../type.ts';
import type { Binder, Place } from './binder.ts';
import { bindExpression } from './expression.ts';

export function bindOrder(binder: Binder, place: Place, item: OrderItem): BoundOrder {
  return orderBy(binder, bindExpression(binder, place, item.value), item);
}

/** NULL is the smallest value unless the query says otherwise (GoogleSQL, ORDER BY clause). */
export function orderBy(binder: Binder, value: BoundExpression, item: OrderItem): BoundOrder {
  const { kind } = value.type;
  if (kind === 'GEOGRAPHY' || kind === 'JSON' || kind === 'ARRAY' || kind === 'STRUCT') {
    throw binder.fail('order', item, `ORDER BY does not support expressions of type ${typeName(value.type)}`);
  }
  const nullsFirst = item.nulls === undefined ? !item.descending : item.nulls === 'FIRST';
  return { value, descending: item.descending, nullsFirst };
}
