/** GoogleSQL's types as values. `NULL` and `[]` are typed by the binder, so there is no unknown type here. */
export type SqlType = ScalarType | ArrayType | StructType | RangeType;

export type ScalarName =
  | 'INT64'
  | 'FLOAT64'
  | 'NUMERIC'
  | 'BIGNUMERIC'
  | 'BOOL'
  | 'STRING'
  | 'BYTES'
  | 'DATE'
  | 'DATETIME'
  | 'TIME'
  | 'TIMESTAMP'
  | 'INTERVAL'
  | 'JSON'
  | 'GEOGRAPHY';

export interface ScalarType {
  readonly kind: ScalarName;
  /** Of STRING(n) and BYTES(n): characters or bytes at the most. A limit on columns; expressions have none. */
  readonly maxLength?: number;
  /** Of NUMERIC(p, s) and BIGNUMERIC(p, s). */
  readonly precision?: number;
  readonly scale?: number;
}

export interface ArrayType {
  readonly kind: 'ARRAY';
  /** Never itself an ARRAY. */
  readonly element: SqlType;
}

export interface StructType {
  readonly kind: 'STRUCT';
  readonly fields: readonly StructField[];
}

export interface StructField {
  /** Absent for an anonymous field. */
  readonly name?: string;
  readonly type: SqlType;
}

export interface RangeType {
  readonly kind: 'RANGE';
  readonly element: { readonly kind: 'DATE' | 'DATETIME' | 'TIMESTAMP' };
}

const scalar = (kind: ScalarName): ScalarType => ({ kind });

export const INT64 = scalar('INT64');
export const FLOAT64 = scalar('FLOAT64');
export const NUMERIC = scalar('NUMERIC');
export const BIGNUMERIC = scalar('BIGNUMERIC');
export const BOOL = scalar('BOOL');
export const STRING = scalar('STRING');
export const BYTES = scalar('BYTES');
export const DATE = scalar('DATE');
export const DATETIME = scalar('DATETIME');
export const TIME = scalar('TIME');
export const TIMESTAMP = scalar('TIMESTAMP');
export const INTERVAL = scalar('INTERVAL');
export const JSON_TYPE = scalar('JSON');
export const GEOGRAPHY = scalar('GEOGRAPHY');

export const arrayOf = (element: SqlType): ArrayType => ({ kind: 'ARRAY', element });

/** The type as GoogleSQL writes it: `ARRAY<STRUCT<a INT64, STRING>>`, `NUMERIC(10, 2)`. */
export function typeName(type: SqlType): string {
  switch (type.kind) {
    case 'ARRAY':
    case 'RANGE':
      return `${type.kind}<${typeName(type.element)}>`;
    case 'STRUCT':
      return `STRUCT<${type.fields.map(({ name, type: of }) => (name === undefined ? typeName(of) : `${name} ${typeName(of)}`)).join(', ')}>`;
    default: {
      const parameters = [type.maxLength ?? type.precision, type.scale].filter((parameter) => parameter !== undefined);
      return parameters.length === 0 ? type.kind : `${type.kind}(${parameters.join(', ')})`;
    }
  }
}

/** Whether two types are the same, limits on length and precision and field names aside. */
export function sameType(a: SqlType, b: SqlType): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'STRUCT' && b.kind === 'STRUCT') {
    return (
      a.fields.length === b.fields.length &&
      a.fields.every((field, index) => sameType(field.type, b.fields[index]?.type ?? field.type))
    );
  }
  if ((a.kind === 'ARRAY' || a.kind === 'RANGE') && a.kind === b.kind) return sameType(a.element, b.element);
  return true;
}

/** The type of an expression of a column of this type: without limits on length and precision. */
export function unlimited(type: SqlType): SqlType {
  switch (type.kind) {
    case 'ARRAY':
      return arrayOf(unlimited(type.element));
    case 'STRUCT':
      return { kind: 'STRUCT', fields: type.fields.map((field) => ({ ...field, type: unlimited(field.type) })) };
    case 'RANGE':
      return type;
    default:
      return { kind: type.kind };
  }
}
