import type { BoundExpression, BoundOrder, BoundWindow } from '../bound.ts';

/** The expressions directly inside one, those of subqueries left out. */
export function children(expression: BoundExpression): readonly BoundExpression[] {
  switch (expression.kind) {
    case 'literal':
    case 'column':
    case 'subquery':
      return [];
    case 'call':
    case 'javascript':
      return expression.arguments;
    case 'aggregate':
      return [
        ...expression.arguments,
        ...values(expression.orderBy),
        ...(expression.having === undefined ? [] : [expression.having.value]),
        ...(expression.over === undefined ? [] : windowParts(expression.over)),
      ];
    case 'cast':
      return [expression.operand];
    case 'case':
      return [
        ...expression.branches.flatMap(({ when, value }) => [when, value]),
        ...(expression.otherwise === undefined ? [] : [expression.otherwise]),
      ];
    case 'struct':
      return expression.values;
    case 'array':
      return expression.elements;
    case 'field':
    case 'json_field':
      return [expression.object];
    case 'index':
      return [expression.object, expression.index];
    case 'in_list':
      return [expression.operand, ...expression.elements];
    case 'in_array':
      return [expression.operand, expression.array];
    case 'in_query':
      return [expression.operand];
    case 'lambda':
      return [expression.body];
  }
}

/** The expression with each of its {@link children}, in their order, put through a function. */
export function withChildren(
  expression: BoundExpression,
  change: (child: BoundExpression) => BoundExpression,
): BoundExpression {
  switch (expression.kind) {
    case 'literal':
    case 'column':
    case 'subquery':
      return expression;
    case 'call':
    case 'javascript':
      return { ...expression, arguments: expression.arguments.map(change) };
    case 'aggregate':
      return {
        ...expression,
        arguments: expression.arguments.map(change),
        orderBy: changedOrders(expression.orderBy, change),
        ...(expression.having && { having: { ...expression.having, value: change(expression.having.value) } }),
        ...(expression.over && {
          over: {
            ...expression.over,
            partitionBy: expression.over.partitionBy.map(change),
            orderBy: changedOrders(expression.over.orderBy, change),
          },
        }),
      };
    case 'cast':
    case 'in_query':
      return { ...expression, operand: change(expression.operand) };
    case 'case': {
      const branches = expression.branches.map(({ when, value }) => ({ when: change(when), value: change(value) }));
      return { ...expression, branches, ...(expression.otherwise && { otherwise: change(expression.otherwise) }) };
    }
    case 'struct':
      return { ...expression, values: expression.values.map(change) };
    case 'array':
      return { ...expression, elements: expression.elements.map(change) };
    case 'field':
    case 'json_field':
      return { ...expression, object: change(expression.object) };
    case 'index':
      return { ...expression, object: change(expression.object), index: change(expression.index) };
    case 'in_list':
      return { ...expression, operand: change(expression.operand), elements: expression.elements.map(change) };
    case 'in_array':
      return { ...expression, operand: change(expression.operand), array: change(expression.array) };
    case 'lambda':
      return { ...expression, body: change(expression.body) };
  }
}

function changedOrders(
  orders: readonly BoundOrder[],
  change: (child: BoundExpression) => BoundExpression,
): BoundOrder[] {
  return orders.map((order) => ({ ...order, value: change(order.value) }));
}

function values(orders: readonly BoundOrder[]): BoundExpression[] {
  return orders.map((order) => order.value);
}

function windowParts({ partitionBy, orderBy }: BoundWindow): BoundExpression[] {
  return [...partitionBy, ...values(orderBy)];
}

/** Whether the expression has an aggregate that makes groups (one without OVER). */
export function hasAggregate(expression: BoundExpression): boolean {
  if (expression.kind === 'aggregate' && expression.over === undefined) return true;
  return children(expression).some(hasAggregate);
}

export function hasWindow(expression: BoundExpression): boolean {
  if (expression.kind === 'aggregate' && expression.over !== undefined) return true;
  return children(expression).some(hasWindow);
}

/** Equal texts for equal expressions, wherever they stand. */
export function fingerprint(expression: BoundExpression): string {
  return JSON.stringify(expression, (key, value: unknown) => (key === 'span' ? undefined : value));
}
