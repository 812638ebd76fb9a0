import { ArcosError } from '../../base/errors.ts';
import type { ColumnInfo } from '../../sql/catalog.ts';
import { arrayOf, type ScalarName, type SqlType, typeName } from '../../sql/type.ts';

/** A column as the REST API has it (BigQuery REST reference, TableFieldSchema). */
export interface FieldSchema {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
  readonly description?: string;
  readonly fields?: readonly FieldSchema[];
  readonly maxLength?: string;
  readonly precision?: string;
  readonly scale?: string;
  readonly rangeElementType?: { readonly type: string };
}

const REST_NAMES: Partial<Record<ScalarName, string>> = { INT64: 'INTEGER', FLOAT64: 'FLOAT', BOOL: 'BOOLEAN' };

export function toFields(columns: readonly ColumnInfo[]): FieldSchema[] {
  return columns.map(({ name, type, nullable, description }) => ({
    ...toField(name, type, nullable),
    ...(description === undefined ? {} : { description }),
  }));
}

function toField(name: string, type: SqlType, nullable = true): FieldSchema {
  if (type.kind === 'ARRAY') return { ...toField(name, type.element), mode: 'REPEATED' };
  const mode = nullable ? 'NULLABLE' : 'REQUIRED';
  if (type.kind === 'STRUCT') {
    const fields = type.fields.map((field, index) => toField(field.name ?? `_field_${index + 1}`, field.type));
    return { name, type: 'RECORD', mode, fields };
  }
  if (type.kind === 'RANGE') return { name, type: 'RANGE', mode, rangeElementType: { type: type.element.kind } };
  const { kind, maxLength, precision, scale } = type;
  return {
    name,
    type: REST_NAMES[kind] ?? kind,
    mode,
    ...(maxLength === undefined ? {} : { maxLength: String(maxLength) }),
    ...(precision === undefined ? {} : { precision: String(precision) }),
    ...(scale === undefined || scale === 0 ? {} : { scale: String(scale) }),
  };
}

const KINDS: Readonly<Record<string, ScalarName>> = {
  INTEGER: 'INT64',
  INT64: 'INT64',
  FLOAT: 'FLOAT64',
  FLOAT64: 'FLOAT64',
  BOOLEAN: 'BOOL',
  BOOL: 'BOOL',
  STRING: 'STRING',
  BYTES: 'BYTES',
  NUMERIC: 'NUMERIC',
  DECIMAL: 'NUMERIC',
  BIGNUMERIC: 'BIGNUMERIC',
  BIGDECIMAL: 'BIGNUMERIC',
  DATE: 'DATE',
  DATETIME: 'DATETIME',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
  INTERVAL: 'INTERVAL',
  JSON: 'JSON',
  GEOGRAPHY: 'GEOGRAPHY',
};

/** The type that a name of SQL or of the REST API means. */
export function scalarKind(name: string): ScalarName | undefined {
  return KINDS[name.toUpperCase()];
}

/** Throws INVALID for a field that no column can be. */
export function fromFields(fields: readonly FieldSchema[]): ColumnInfo[] {
  return fields.map((field) => {
    const mode = (field.mode ?? 'NULLABLE').toUpperCase();
    const type = fromField(field);
    return {
      name: field.name,
      type: mode === 'REPEATED' ? arrayOf(type) : type,
      nullable: mode !== 'REQUIRED',
      ...(field.description === undefined ? {} : { description: field.description }),
    };
  });
}

/** A column as CREATE TABLE and ALTER TABLE have it. */
export function columnSql({ name, type, nullable, description }: ColumnInfo): string {
  const options = description === undefined ? '' : ` OPTIONS(description = ${JSON.stringify(description)})`;
  return `\`${name}\` ${typeName(type)}${nullable || type.kind === 'ARRAY' ? '' : ' NOT NULL'}${options}`;
}

function fromField(field: FieldSchema): SqlType {
  const name = String(field.type).toUpperCase();
  if (name === 'RECORD' || name === 'STRUCT') {
    const fields = fromFields(field.fields ?? []).map((column) => ({ name: column.name, type: column.type }));
    return { kind: 'STRUCT', fields };
  }
  const element = field.rangeElementType?.type;
  if (name === 'RANGE' && (element === 'DATE' || element === 'DATETIME' || element === 'TIMESTAMP')) {
    return { kind: 'RANGE', element: { kind: element } };
  }
  const kind = scalarKind(name);
  if (kind === undefined) {
    throw new ArcosError('INVALID', `Field ${field.name} has the type ${field.type}, which does not exist`, {
      data: { reason: 'invalid' },
    });
  }
  return {
    kind,
    ...(field.maxLength === undefined ? {} : { maxLength: Number(field.maxLength) }),
    ...(field.precision === undefined ? {} : { precision: Number(field.precision), scale: Number(field.scale ?? 0) }),
  };
}
