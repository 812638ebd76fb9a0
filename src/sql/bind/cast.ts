import type { Expression } from '../ast/expression.ts';
import type { BoundExpression } from '../bound.ts';
import { STRING, typeName } from '../type.ts';
import type { Binder, Place } from './binder.ts';
import { castable } from './coercion.ts';
import { bindExpression } from './expression.ts';
import { coerce, coercible, convert } from './make.ts';
import { bindType } from './typenode.ts';

export function bindCast(binder: Binder, place: Place, node: Extract<Expression, { kind: 'cast' }>): BoundExpression {
  const operand = bindExpression(binder, place, node.operand);
  const type = bindType(binder, node.type);
  const format = node.format === undefined ? undefined : bindExpression(binder, place, node.format);
  const zone = node.zone === undefined ? undefined : bindExpression(binder, place, node.zone);
  if (coercible(operand).untyped && operand.kind === 'literal') return convert(operand, type);
  if (!castable(operand.type, type)) {
    throw binder.fail('cast', node, `Invalid cast from ${typeName(operand.type)} to ${typeName(type)}`);
  }
  return {
    kind: 'cast',
    type,
    operand,
    safe: node.safe,
    implicit: false,
    ...(format === undefined ? {} : { format: coerce(binder, format, STRING, 'FORMAT') }),
    ...(zone === undefined ? {} : { zone: coerce(binder, zone, STRING, 'AT TIME ZONE') }),
    span: node,
  };
}
