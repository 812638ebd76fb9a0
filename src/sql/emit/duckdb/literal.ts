import type { LiteralValue } from '../../bound.ts';
import type { SqlType } from '../../type.ts';
import { fieldName, quoteName, quoteText } from './name.ts';
import { duckdbType } from './type.ts';

export function emitLiteral(type: SqlType, value: LiteralValue): string {
  if (value === null) return `CAST(NULL AS ${duckdbType(type)})`;
  switch (type.kind) {
    case 'BOOL':
      return value === true ? 'TRUE' : 'FALSE';
    case 'INT64':
      // A bare number would be a 32-bit one, and overflow as such.
      return `CAST(${String(value)} AS BIGINT)`;
    case 'FLOAT64':
      return `CAST(${quoteText(String(value))} AS DOUBLE)`;
    case 'STRING':
      return quoteText(String(value));
    case 'BYTES':
      return emitBytes(String(value));
    case 'INTERVAL': {
      const [months = '0', days = '0', micros = '0'] = String(value).split(' ');
      return `(to_months(${months}) + to_days(${days}) + to_microseconds(${micros}))`;
    }
    case 'GEOGRAPHY':
      return `ST_GeomFromText(${quoteText(String(value))})`;
    case 'ARRAY': {
      const elements = Array.isArray(value) ? (value as readonly LiteralValue[]) : [];
      const items = elements.map((element) => emitLiteral(type.element, element));
      return `CAST([${items.join(', ')}] AS ${duckdbType(type)})`;
    }
    case 'RANGE': {
      const [start = null, end = null] = Array.isArray(value) ? (value as readonly LiteralValue[]) : [];
      return emitStruct([
        ['start', emitLiteral(type.element, start)],
        ['end', emitLiteral(type.element, end)],
      ]);
    }
    case 'STRUCT': {
      const values = Array.isArray(value) ? (value as readonly LiteralValue[]) : [];
      return emitStruct(
        type.fields.map((field, index) => [fieldName(type, index), emitLiteral(field.type, values[index] ?? null)]),
      );
    }
    default:
      return `CAST(${quoteText(String(value))} AS ${duckdbType(type)})`;
  }
}

export function emitStruct(fields: readonly (readonly [name: string, value: string])[]): string {
  return `struct_pack(${fields.map(([name, value]) => `${quoteName(name)} := ${value}`).join(', ')})`;
}

function emitBytes(bytes: string): string {
  const hex = Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  return `unhex('${hex}')`;
}
