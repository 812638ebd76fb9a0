import type { SqlType } from '../../type.ts';
import { fieldName, quoteName } from './name.ts';

/**
 * The DuckDB type that holds a GoogleSQL type. BIGNUMERIC has 76 digits and DuckDB's decimals 38: of these
 * 20 stand before the point and 18 behind it, and a value beyond is an error, never a wrong number.
 */
export function duckdbType(type: SqlType): string {
  switch (type.kind) {
    case 'INT64':
      return 'BIGINT';
    case 'FLOAT64':
      return 'DOUBLE';
    case 'NUMERIC':
      return `DECIMAL(${type.precision === undefined ? '38, 9' : `${type.precision}, ${type.scale ?? 0}`})`;
    case 'BIGNUMERIC':
      return `DECIMAL(${type.precision === undefined || type.precision > 38 ? '38, 18' : `${type.precision}, ${type.scale ?? 0}`})`;
    case 'BOOL':
      return 'BOOLEAN';
    case 'STRING':
      return 'VARCHAR';
    case 'BYTES':
      return 'BLOB';
    case 'DATE':
    case 'TIME':
    case 'INTERVAL':
    case 'JSON':
      return type.kind;
    case 'DATETIME':
      return 'TIMESTAMP';
    case 'TIMESTAMP':
      return 'TIMESTAMPTZ';
    case 'GEOGRAPHY':
      return 'GEOMETRY';
    case 'ARRAY':
      return `${duckdbType(type.element)}[]`;
    case 'STRUCT': {
      const fields = type.fields.map(
        (field, index) => `${quoteName(fieldName(type, index))} ${duckdbType(field.type)}`,
      );
      return `STRUCT(${fields.join(', ')})`;
    }
    case 'RANGE': {
      const element = duckdbType(type.element);
      return `STRUCT("start" ${element}, "end" ${element})`;
    }
  }
}
