import type { Json } from '../../../src/base/json.ts';
import type { LiteralValue } from '../../../src/sql/bound.ts';
import type { SqlType } from '../../../src/sql/type.ts';
import type { QueryParameter } from '../../../src/warehouse/port.ts';
import type { Case, ParameterType } from './cases.ts';

/** The query parameters of a case: all with names, or none. */
export function parametersOf({ parameters }: Case): readonly QueryParameter[] {
  if (parameters === undefined) return [];
  return parameters.parameters.map(({ name, type, value }) => {
    const sqlType = typeOf(type);
    return { ...(name === undefined ? {} : { name }), type: sqlType, value: literalOf(value, sqlType) };
  });
}

function typeOf(type: ParameterType): SqlType {
  if (typeof type === 'string') return { kind: type as 'STRING' };
  if (type.arrayType !== undefined) return { kind: 'ARRAY', element: typeOf(type.arrayType) };
  if (type.structTypes === undefined) return { kind: type.type as 'STRING' };
  const fields = type.structTypes.map(({ name, type: of }) => ({
    ...(name === undefined ? {} : { name }),
    type: typeOf(of),
  }));
  return { kind: 'STRUCT', fields };
}

/** A value of JSON as a value of a type; structs are objects. */
export function literalOf(value: Json, type: SqlType): LiteralValue {
  if (value === null) return null;
  if (type.kind === 'ARRAY' && Array.isArray(value))
    return value.map((element: Json) => literalOf(element, type.element));
  if (type.kind === 'STRUCT') {
    const object = value as Readonly<Record<string, Json>>;
    return type.fields.map((field) => literalOf(object[field.name ?? ''] ?? null, field.type));
  }
  return type.kind === 'BOOL' ? value === true : String(value);
}
