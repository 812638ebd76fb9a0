import type { Expression, InSet } from '../ast/expression.ts';
import type { BoundExpression } from '../bound.ts';
import type { Span } from '../source.ts';
import {
  arrayOf,
  BOOL,
  BYTES,
  FLOAT64,
  INT64,
  JSON_TYPE,
  type ScalarName,
  type SqlType,
  STRING,
  typeName,
} from '../type.ts';
import type { Binder, Place } from './binder.ts';
import { bindCall, bindOperator } from './call.ts';
import { bindCast } from './cast.ts';
import { checkComparable } from './comparable.ts';
import { coerce, coercible, convert, literal, nullLiteral, unify } from './make.ts';
import { bindField, bindPath, bindValue } from './name.ts';
import { bindQuery } from './query.ts';
import { Scope } from './scope.ts';
import { bindExtract, bindInterval } from './time.ts';
import { bindType } from './typenode.ts';

export function bindExpression(binder: Binder, place: Place, node: Expression): BoundExpression {
  const bind = (child: Expression): BoundExpression => bindExpression(binder, place, child);
  switch (node.kind) {
    case 'null':
      return nullLiteral(node);
    case 'boolean':
      return literal(BOOL, node.value, node);
    case 'integer':
      return bindInteger(binder, node.text, node);
    case 'float':
      return literal(FLOAT64, node.text, node);
    case 'string':
      return literal(STRING, node.value, node);
    case 'bytes':
      return literal(BYTES, node.value, node);
    case 'typed_literal':
      return bindTypedLiteral(node.type, node.value, node);
    case 'range_literal': {
      const element = bindType(binder, node.element);
      const type: SqlType = { kind: 'RANGE', element: element as { kind: 'DATE' } };
      return {
        kind: 'cast',
        type,
        operand: literal(STRING, node.value, node),
        safe: false,
        implicit: false,
        span: node,
      };
    }
    case 'interval':
      return bindInterval(binder, place, node);
    case 'path':
      return bindPath(binder, place, node);
    case 'field':
      return bindField(binder, bind(node.object), node.name);
    case 'index':
      return bindIndex(binder, place, node);
    case 'parameter':
      return bindParameter(binder, node.name, node);
    case 'positional_parameter': {
      const value = binder.session.positionalParameters?.[node.position];
      if (value !== undefined) return bindValue(value, node);
      throw binder.fail('parameter', node, `Query parameter number ${node.position + 1} is not defined`);
    }
    case 'system_variable': {
      const value = binder.session.systemVariables?.get(node.name.toLowerCase());
      if (value !== undefined) return bindValue(value, node);
      throw binder.fail('unknown-variable', node, `Unrecognized name: @@${node.name}`);
    }
    case 'unary':
      return bindUnary(binder, place, node);
    case 'binary':
      return bindOperator(binder, node.operator, [bind(node.left), bind(node.right)], node);
    case 'is': {
      const operand = bind(node.operand);
      const name = node.what === 'NULL' || node.what === 'UNKNOWN' ? 'IS NULL' : `IS ${node.what}`;
      return negated(binder, bindOperator(binder, name, [operand], node), node.not, node);
    }
    case 'is_distinct': {
      const both = [bind(node.left), bind(node.right)];
      return negated(binder, bindOperator(binder, 'IS DISTINCT FROM', both, node), node.not, node);
    }
    case 'between': {
      const operands = [bind(node.operand), bind(node.low), bind(node.high)];
      return negated(binder, bindOperator(binder, 'BETWEEN', operands, node), node.not, node);
    }
    case 'like': {
      const both = [bind(node.operand), bind(node.pattern)];
      return negated(binder, bindOperator(binder, 'LIKE', both, node), node.not, node);
    }
    case 'like_quantified':
      return bindLikeQuantified(binder, place, node);
    case 'in':
      return bindIn(binder, place, bind(node.operand), node.set, node.not, node);
    case 'case':
      return bindCase(binder, place, node);
    case 'cast':
      return bindCast(binder, place, node);
    case 'extract':
      return bindExtract(binder, place, node);
    case 'array':
      return bindArray(binder, place, node);
    case 'struct':
      return bindStruct(binder, place, node);
    case 'tuple': {
      const values = node.elements.map(bind);
      return {
        kind: 'struct',
        type: { kind: 'STRUCT', fields: values.map(({ type }) => ({ type })) },
        values,
        span: node,
      };
    }
    case 'subquery':
      return bindSubquery(binder, place, node);
    case 'call':
      return bindCall(binder, place, node.call);
    case 'with': {
      let scope = place.scope;
      for (const { name, value } of node.bindings) {
        const expression = bindExpression(binder, { ...place, scope }, value);
        scope = new Scope(scope, [], [{ name: name.name, expression }]);
      }
      return bindExpression(binder, { ...place, scope }, node.body);
    }
    case 'lambda':
      throw binder.fail('syntax', node, 'Lambda is not allowed here');
    case 'default':
      throw binder.fail('syntax', node, 'Unexpected keyword DEFAULT');
    case 'star':
      throw binder.fail('syntax', node, 'Argument * can only be used in COUNT(*)');
  }
}

/** A condition: BOOL, or NULL. */
export function bindCondition(binder: Binder, place: Place, node: Expression, clause: string): BoundExpression {
  const condition = bindExpression(binder, place, node);
  if (coercible(condition).untyped) return convert(condition, BOOL);
  if (condition.type.kind === 'BOOL') return condition;
  throw binder.fail(
    'type-mismatch',
    node,
    `${clause} should return type BOOL, but returns ${typeName(condition.type)}`,
  );
}

const INT64_MAX = 9_223_372_036_854_775_807n;

function bindInteger(binder: Binder, digits: string, span: Span, negative = false): BoundExpression {
  const magnitude = BigInt(digits);
  if (magnitude > INT64_MAX + (negative ? 1n : 0n)) {
    throw binder.fail('integer', span, `Invalid integer literal: ${negative ? '-' : ''}${digits}`);
  }
  return literal(INT64, String(negative ? -magnitude : magnitude), span);
}

const LITERAL_TYPE: Readonly<Record<string, ScalarName>> = { DECIMAL: 'NUMERIC', BIGDECIMAL: 'BIGNUMERIC' };

function bindTypedLiteral(name: string, value: string, span: Span): BoundExpression {
  const kind = LITERAL_TYPE[name] ?? (name as ScalarName);
  // The text is checked where it is read: by the conversion.
  return { kind: 'cast', type: { kind }, operand: literal(STRING, value, span), safe: false, implicit: true, span };
}

function bindParameter(binder: Binder, name: string, span: Span): BoundExpression {
  const value = binder.session.parameters?.get(name.toLowerCase());
  if (value !== undefined) return bindValue(value, span);
  throw binder.fail('parameter', span, `Query parameter '${name}' not found`);
}

function bindUnary(binder: Binder, place: Place, node: Extract<Expression, { kind: 'unary' }>): BoundExpression {
  const { operand, operator } = node;
  if (operator === '-' && operand.kind === 'integer') return bindInteger(binder, operand.text, node, true);
  if (operator === '-' && operand.kind === 'float') return literal(FLOAT64, `-${operand.text}`, node);
  const name = operator === '-' || operator === '+' ? `UNARY ${operator}` : operator;
  return bindOperator(binder, name, [bindExpression(binder, place, operand)], node);
}

function negated(binder: Binder, expression: BoundExpression, not: boolean, span: Span): BoundExpression {
  return not ? bindOperator(binder, 'NOT', [expression], span) : expression;
}

function bindIndex(binder: Binder, place: Place, node: Extract<Expression, { kind: 'index' }>): BoundExpression {
  const object = bindExpression(binder, place, node.object);
  const index = bindExpression(binder, place, node.index);
  const { type } = object;
  if (type.kind === 'JSON') {
    return { kind: 'index', type: JSON_TYPE, object, index, origin: 0, safe: true, span: node };
  }
  if (type.kind !== 'ARRAY') {
    throw binder.fail(
      'type-mismatch',
      node,
      `Element access using [] is not supported on values of type ${typeName(type)}`,
    );
  }
  if (node.mode === 'KEY' || node.mode === 'SAFE_KEY') throw binder.unsupported(node, `[${node.mode}(...)]`);
  const position = coerce(binder, index, INT64, 'An array position');
  return {
    kind: 'index',
    type: type.element,
    object,
    index: position,
    origin: node.mode?.endsWith('ORDINAL') === true ? 1 : 0,
    safe: node.mode?.startsWith('SAFE') === true,
    span: node,
  };
}

function bindLikeQuantified(
  binder: Binder,
  place: Place,
  node: Extract<Expression, { kind: 'like_quantified' }>,
): BoundExpression {
  const operand = bindExpression(binder, place, node.operand);
  if (node.patterns.kind !== 'list') {
    const patterns = bindPatterns(binder, place, node.patterns);
    const name = `${node.not ? 'NOT ' : ''}LIKE ${node.quantifier}`;
    return bindOperator(binder, name, [operand, patterns], node);
  }
  const tests = node.patterns.elements.map((pattern) =>
    negated(
      binder,
      bindOperator(binder, 'LIKE', [operand, bindExpression(binder, place, pattern)], node),
      node.not,
      node,
    ),
  );
  // x NOT LIKE ANY (...) is "unlike at least one", so the quantifier stays as written.
  const join = node.quantifier === 'ANY' ? 'OR' : 'AND';
  return tests.reduce((all, test) => bindOperator(binder, join, [all, test], node));
}

/** The patterns of an array, or of the rows of a query, as an array. */
function bindPatterns(binder: Binder, place: Place, set: Exclude<InSet, { kind: 'list' }>): BoundExpression {
  if (set.kind === 'unnest') return bindExpression(binder, place, set.array);
  return bindSubquery(binder, place, { ...set.query, kind: 'subquery', modifier: 'array', query: set.query });
}

function bindIn(
  binder: Binder,
  place: Place,
  operand: BoundExpression,
  set: InSet,
  not: boolean,
  span: Span,
): BoundExpression {
  if (set.kind === 'list') {
    const elements = set.elements.map((element) => bindExpression(binder, place, element));
    const [first, ...others] = unify(binder, [operand, ...elements], span, 'The IN list');
    checkComparable(binder, 'IN', first?.type, span);
    return { kind: 'in_list', type: BOOL, operand: first ?? operand, elements: others, not, span };
  }
  if (set.kind === 'unnest') {
    const array = bindExpression(binder, place, set.array);
    const { type } = array;
    if (type.kind !== 'ARRAY') {
      throw binder.fail(
        'type-mismatch',
        set.array,
        `Values referenced in UNNEST must be arrays; found ${typeName(type)}`,
      );
    }
    return {
      kind: 'in_array',
      type: BOOL,
      operand: coerceEither(binder, operand, type.element, span),
      array,
      not,
      span,
    };
  }
  const query = bindQuery(binder, place, set.query);
  const [column] = query.columns;
  if (column === undefined || query.columns.length > 1) {
    throw binder.fail('subquery', set.query, 'Subquery of type IN must have only one output column');
  }
  const probe: BoundExpression = { kind: 'column', table: '', column: column.key, type: column.type, span };
  const [left] = unify(binder, [operand, probe], span, 'The IN subquery');
  return { kind: 'in_query', type: BOOL, operand: left ?? operand, query, not, span };
}

function coerceEither(binder: Binder, operand: BoundExpression, type: SqlType, span: Span): BoundExpression {
  const probe: BoundExpression = { kind: 'column', table: '', column: '', type, span };
  const [left] = unify(binder, [operand, probe], span, 'IN UNNEST');
  return left ?? operand;
}

function bindCase(binder: Binder, place: Place, node: Extract<Expression, { kind: 'case' }>): BoundExpression {
  const operand = node.operand === undefined ? undefined : bindExpression(binder, place, node.operand);
  const whens = node.branches.map(({ when }) => {
    if (operand === undefined) return bindCondition(binder, place, when, 'CASE condition');
    return bindOperator(binder, '=', [operand, bindExpression(binder, place, when)], when);
  });
  const values = node.branches.map(({ value }) => bindExpression(binder, place, value));
  if (node.otherwise !== undefined) values.push(bindExpression(binder, place, node.otherwise));
  const results = unify(binder, values, node, 'CASE');
  const [first] = results;
  if (first === undefined) throw binder.fail('syntax', node, 'Syntax error: CASE without WHEN');
  const branches = whens.map((when, index) => ({ when, value: results[index] ?? first }));
  const otherwise = node.otherwise === undefined ? undefined : results.at(-1);
  return { kind: 'case', type: first.type, branches, ...(otherwise === undefined ? {} : { otherwise }), span: node };
}

function bindArray(binder: Binder, place: Place, node: Extract<Expression, { kind: 'array' }>): BoundExpression {
  const elements = node.elements.map((element) => bindExpression(binder, place, element));
  if (node.type !== undefined) {
    const type = bindType(binder, node.type);
    if (type.kind !== 'ARRAY') throw binder.fail('type', node.type, 'ARRAY type expected');
    const converted = elements.map((element) => coerce(binder, element, type.element, 'Array element'));
    return { kind: 'array', type, elements: converted, span: node };
  }
  if (elements.length === 0) return literal(arrayOf(INT64), [], node, true);
  const unified = unify(binder, elements, node, 'Array elements');
  const element = unified[0]?.type ?? INT64;
  if (element.kind === 'ARRAY') {
    throw binder.fail(
      'type',
      node,
      'Cannot construct array with element type ARRAY because nested arrays are not supported',
    );
  }
  return { kind: 'array', type: arrayOf(element), elements: unified, span: node };
}

function bindStruct(binder: Binder, place: Place, node: Extract<Expression, { kind: 'struct' }>): BoundExpression {
  const values = node.fields.map(({ value }) => bindExpression(binder, place, value));
  if (node.type !== undefined) {
    const type = bindType(binder, node.type);
    if (type.kind !== 'STRUCT' || type.fields.length !== values.length) {
      throw binder.fail('type', node.type, `STRUCT type has different number of fields from the values given`);
    }
    const converted = values.map((value, index) =>
      coerce(binder, value, type.fields[index]?.type ?? value.type, 'Struct field'),
    );
    return { kind: 'struct', type, values: converted, span: node };
  }
  const fields = node.fields.map(({ value, alias }, index) => {
    const name = alias?.name ?? impliedName(value);
    return { ...(name === undefined ? {} : { name }), type: values[index]?.type ?? INT64 };
  });
  return { kind: 'struct', type: { kind: 'STRUCT', fields }, values, span: node };
}

/** The name an expression gives its column when it has no alias: that of the column or field it reads. */
export function impliedName(node: Expression): string | undefined {
  if (node.kind === 'path') return node.parts.at(-1)?.name;
  return node.kind === 'field' ? node.name.name : undefined;
}

function bindSubquery(binder: Binder, place: Place, node: Extract<Expression, { kind: 'subquery' }>): BoundExpression {
  const query = bindQuery(binder, place, node.query);
  const { modifier } = node;
  if (modifier === 'exists') return { kind: 'subquery', modifier, type: BOOL, query, span: node };
  const [column] = query.columns;
  if (column === undefined || query.columns.length > 1) {
    const what = modifier === 'array' ? 'ARRAY subquery' : 'Scalar subquery';
    throw binder.fail(
      'subquery',
      node,
      `${what} cannot have more than one column unless using SELECT AS STRUCT to build STRUCT values`,
    );
  }
  if (modifier === 'scalar') return { kind: 'subquery', modifier, type: column.type, query, span: node };
  if (column.type.kind === 'ARRAY') {
    throw binder.fail(
      'type',
      node,
      'Cannot use array subquery with column of type ARRAY because nested arrays are not supported',
    );
  }
  return { kind: 'subquery', modifier, type: arrayOf(column.type), query, span: node };
}
