import { nearest } from '../../base/nearest.ts';
import type { Expression, Name } from '../ast/expression.ts';
import type { BoundExpression } from '../bound.ts';
import { JSON_TYPE, type SqlType, typeName } from '../type.ts';
import type { Binder, Place, TypedValue } from './binder.ts';
import { literal } from './make.ts';
import { type Scope, type ScopeTable, sameName } from './scope.ts';

/**
 * What a path such as `t.address.city` names (GoogleSQL, Query syntax, Name resolution): the innermost
 * scope that knows its first part decides; behind a column come fields.
 */
export function bindPath(binder: Binder, place: Place, path: Extract<Expression, { kind: 'path' }>): BoundExpression {
  const [first, ...rest] = path.parts;
  if (first === undefined) throw binder.fail('syntax', path, 'Syntax error: Empty path');
  for (let scope: Scope | undefined = place.scope; scope !== undefined; scope = scope.parent) {
    const found = bindInScope(binder, scope, first, rest);
    if (found !== undefined) return { ...found, span: path };
  }
  const variable = binder.session.variables?.get(first.name.toLowerCase());
  if (variable !== undefined) return bindFields(binder, bindValue(variable, first), rest);
  throw unrecognised(binder, place, first);
}

function bindInScope(binder: Binder, scope: Scope, first: Name, rest: readonly Name[]): BoundExpression | undefined {
  const table = scope.table(first.name);
  const [second, ...deeper] = rest;
  if (table !== undefined && second !== undefined) {
    const column = table.columns.find(({ name }) => name !== undefined && sameName(name, second.name));
    if (column !== undefined) return bindFields(binder, column.expression, deeper);
  }
  const columns = scope.named(first.name);
  if (columns.length > 1 && !(table !== undefined && rest.length === 0)) {
    throw binder.fail(
      'ambiguous',
      first,
      `Column name ${first.name} is ambiguous`,
      'Put the table before it: table.column.',
    );
  }
  const [column] = columns;
  if (column !== undefined) return bindFields(binder, column.expression, rest);
  if (table === undefined) return undefined;
  if (table.value !== undefined) return bindFields(binder, table.value, rest);
  if (second === undefined) return rowOf(table, first);
  const names = table.columns.flatMap(({ name }) => (name === undefined ? [] : [name]));
  throw missingMember(binder, second, `${first.name}`, names);
}

/** A table's alias standing for its rows. */
function rowOf(table: ScopeTable, at: Name): BoundExpression {
  const columns = table.columns.filter((column) => column.hidden !== true);
  const type: SqlType = {
    kind: 'STRUCT',
    fields: columns.map(({ name, expression }) => ({ ...(name === undefined ? {} : { name }), type: expression.type })),
  };
  return { kind: 'struct', type, values: columns.map((column) => column.expression), span: at };
}

export function bindFields(binder: Binder, object: BoundExpression, names: readonly Name[]): BoundExpression {
  return names.reduce((value, name) => bindField(binder, value, name), object);
}

/** `value.name`: a field of a struct, or a member of a JSON value. */
export function bindField(binder: Binder, object: BoundExpression, name: Name): BoundExpression {
  const { type } = object;
  const span = { start: object.span.start, end: name.end };
  if (type.kind === 'JSON') return { kind: 'json_field', type: JSON_TYPE, object, name: name.name, span };
  if (type.kind !== 'STRUCT') {
    throw binder.fail('no-field', name, `Cannot access field ${name.name} on a value with type ${typeName(type)}`);
  }
  const matches = type.fields.flatMap((field, index) =>
    field.name !== undefined && sameName(field.name, name.name) ? [index] : [],
  );
  const [index] = matches;
  const field = index === undefined ? undefined : type.fields[index];
  if (index === undefined || field === undefined) {
    const names = type.fields.flatMap((candidate) => (candidate.name === undefined ? [] : [candidate.name]));
    const hint = nearest(name.name, names);
    throw binder.fail(
      'no-field',
      name,
      `Field name ${name.name} does not exist in ${typeName(type)}`,
      hint === undefined ? undefined : `Did you mean ${hint}?`,
    );
  }
  if (matches.length > 1)
    throw binder.fail('ambiguous', name, `Field name ${name.name} is ambiguous in ${typeName(type)}`);
  // A field of a struct written out is the value itself.
  const value = object.kind === 'struct' ? object.values[index] : undefined;
  return value ?? { kind: 'field', type: field.type, object, index, span };
}

export function bindValue({ type, value }: TypedValue, span: Name | BoundExpression['span']): BoundExpression {
  return literal(type, value, span);
}

function missingMember(binder: Binder, name: Name, inside: string, names: readonly string[]) {
  const hint = nearest(name.name, names);
  return binder.fail(
    'unknown-column',
    name,
    `Name ${name.name} not found inside ${inside}`,
    hint === undefined ? undefined : `Did you mean ${hint}?`,
  );
}

function unrecognised(binder: Binder, place: Place, name: Name) {
  const suggestion = place.scope.suggestion(name.name);
  const tail = suggestion === undefined ? '' : `; Did you mean ${suggestion}?`;
  return binder.fail(
    'unknown-column',
    name,
    `Unrecognized name: ${name.name}${tail}`,
    suggestion === undefined ? undefined : `Did you mean ${suggestion}?`,
  );
}
