import type { BoundExpression, LiteralValue } from '../bound.ts';
import type { Span } from '../source.ts';
import { BOOL, INT64, type SqlType, STRING, sameType, typeName } from '../type.ts';
import type { Binder } from './binder.ts';
import { type Coercible, coercionCost, supertype } from './coercion.ts';

export function literal(type: SqlType, value: LiteralValue, span: Span, untyped = false): BoundExpression {
  return { kind: 'literal', type, value, span, ...(untyped ? { untyped } : {}) };
}

export const nullLiteral = (span: Span): BoundExpression => literal(INT64, null, span, true);
export const integer = (value: number, span: Span): BoundExpression => literal(INT64, String(value), span);
export const text = (value: string, span: Span): BoundExpression => literal(STRING, value, span);

export function call(type: SqlType, name: string, args: readonly BoundExpression[], span: Span): BoundExpression {
  return { kind: 'call', type, name, safe: false, arguments: args, span };
}

export function conjunction(parts: readonly BoundExpression[], span: Span): BoundExpression | undefined {
  return parts.reduce<BoundExpression | undefined>(
    (all, part) => (all === undefined ? part : call(BOOL, 'AND', [all, part], span)),
    undefined,
  );
}

/** An expression as the rules of conversion see it. */
export function coercible(expression: BoundExpression): Coercible {
  return { type: expression.type, literal: isConstant(expression), untyped: isUntyped(expression) };
}

function isUntyped(expression: BoundExpression): boolean {
  if (expression.kind === 'literal') return expression.untyped === true;
  // It gives no value at all.
  if (expression.kind === 'call' && expression.name === 'ERROR') return true;
  return expression.kind === 'array' && expression.elements.length > 0 && expression.elements.every(isUntyped);
}

function isConstant(expression: BoundExpression): boolean {
  switch (expression.kind) {
    case 'literal':
      return true;
    case 'array':
      return expression.elements.every(isConstant);
    case 'struct':
      return expression.values.every(isConstant);
    case 'call':
      return expression.name === 'UNARY -' && expression.arguments.every(isConstant);
    default:
      return false;
  }
}

/** The expression as `type`; the conversion must be one that the rules allow. */
export function convert(expression: BoundExpression, type: SqlType): BoundExpression {
  if (expression.kind === 'literal' && expression.value === null) return { ...expression, type, untyped: false };
  if (expression.kind === 'literal' && expression.untyped === true) return { ...expression, type, untyped: false };
  if (expression.kind === 'call' && expression.name === 'ERROR') return { ...expression, type };
  if (sameType(expression.type, type))
    return sameNames(expression.type, type) ? expression : { ...implicitCast(expression, type) };
  if (expression.kind === 'array' && type.kind === 'ARRAY') {
    const elements = expression.elements.map((element) => convert(element, type.element));
    return { ...expression, type, elements };
  }
  if (expression.kind === 'struct' && type.kind === 'STRUCT') {
    const values = expression.values.map((value, index) => convert(value, type.fields[index]?.type ?? value.type));
    return { ...expression, type, values };
  }
  return implicitCast(expression, type);
}

function implicitCast(operand: BoundExpression, type: SqlType): BoundExpression {
  return { kind: 'cast', type, operand, safe: false, implicit: true, span: operand.span };
}

/** Structs of one shape may have other field names; engines must then be told. */
function sameNames(a: SqlType, b: SqlType): boolean {
  if (a.kind === 'STRUCT' && b.kind === 'STRUCT') {
    return a.fields.every((field, index) => {
      const other = b.fields[index];
      return other !== undefined && field.name === other.name && sameNames(field.type, other.type);
    });
  }
  if (a.kind === 'ARRAY' && b.kind === 'ARRAY') return sameNames(a.element, b.element);
  return true;
}

/** Converts, or fails with the two types. */
export function coerce(binder: Binder, expression: BoundExpression, type: SqlType, what: string): BoundExpression {
  if (coercionCost(coercible(expression), type) === undefined) {
    throw binder.fail(
      'type-mismatch',
      expression.span,
      `${what} has type ${typeName(expression.type)}, which cannot be coerced to ${typeName(type)}`,
      `Convert it with CAST(... AS ${typeName(type)}).`,
    );
  }
  return convert(expression, type);
}

/** All expressions as their common type. */
export function unify(
  binder: Binder,
  expressions: readonly BoundExpression[],
  span: Span,
  what: string,
): BoundExpression[] {
  const type = supertype(expressions.map(coercible));
  if (type === undefined) {
    const types = [...new Set(expressions.map((expression) => typeName(expression.type)))].join(', ');
    throw binder.fail('type-mismatch', span, `${what} has incompatible types: ${types}`);
  }
  return expressions.map((expression) => convert(expression, type));
}
