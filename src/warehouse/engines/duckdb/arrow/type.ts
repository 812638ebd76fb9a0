import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Field,
  Float64,
  Int64,
  IntervalMonthDayNano,
  List,
  Schema,
  Struct,
  TimeMicrosecond,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import { fieldName, quoteName, quoteText } from '../../../../sql/duckdb.ts';
import type { SqlType } from '../../../../sql/type.ts';
import type { ArrowTask } from '../protocol.ts';

const DIGITS = { NUMERIC: { precision: 38, scale: 9 }, BIGNUMERIC: { precision: 76, scale: 38 } } as const;

/** Digits of an Arrow decimal (BigQuery Storage API, Arrow schema details). */
export function decimalDigits(type: Extract<SqlType, { precision?: number }>): { precision: number; scale: number } {
  const { precision, scale = 0 } = type;
  if (precision !== undefined) return { precision, scale };
  return type.kind === 'BIGNUMERIC' ? DIGITS.BIGNUMERIC : DIGITS.NUMERIC;
}

export function arrowSchema({ columns }: Pick<ArrowTask, 'columns'>): Schema {
  return new Schema(columns.map(({ name, type, nullable }) => arrowField(name, type, nullable)));
}

/** What Arrow has no type for says so by the name of an extension, as BigQuery's fields do. */
function arrowField(name: string, type: SqlType, nullable: boolean): Field {
  const repeated = type.kind === 'ARRAY';
  const extension = { GEOGRAPHY: 'geography', JSON: 'json', DATETIME: 'datetime' }[type.kind as string];
  const metadata = new Map<string, string>();
  if (extension !== undefined) metadata.set('ARROW:extension:name', `google:sqlType:${extension}`);
  if (type.kind === 'GEOGRAPHY') metadata.set('ARROW:extension:metadata', '{"encoding": "WKT"}');
  return new Field(name, arrowType(type), nullable && !repeated, metadata);
}

export function arrowType(type: SqlType): DataType {
  switch (type.kind) {
    case 'INT64':
      return new Int64();
    case 'FLOAT64':
      return new Float64();
    case 'BOOL':
      return new Bool();
    case 'STRING':
    case 'JSON':
    case 'GEOGRAPHY':
      return new Utf8();
    case 'BYTES':
      return new Binary();
    case 'NUMERIC':
    case 'BIGNUMERIC': {
      const { precision, scale } = decimalDigits(type);
      return new Decimal(scale, precision, type.kind === 'NUMERIC' ? 128 : 256);
    }
    case 'DATE':
      return new DateDay();
    case 'TIME':
      return new TimeMicrosecond();
    case 'DATETIME':
      return new TimestampMicrosecond();
    case 'TIMESTAMP':
      return new TimestampMicrosecond('UTC');
    case 'INTERVAL':
      return new IntervalMonthDayNano();
    case 'ARRAY':
      return new List(arrowField('item', type.element, true));
    case 'STRUCT':
      return new Struct(type.fields.map((of, index) => arrowField(of.name ?? `_field_${index + 1}`, of.type, true)));
    case 'RANGE':
      return new Struct(['start', 'end'].map((bound) => arrowField(bound, type.element, true)));
  }
}

/** The query with each column in the form that a vector of it is copied from. */
export function arrowSql({ sql, columns }: Pick<ArrowTask, 'sql' | 'columns'>): string {
  const values = columns.map(({ key, type }, index) => `${arrowValue(quoteName(key), type)} AS c${index}`);
  return `SELECT ${values.join(', ')} FROM (${sql}) AS _rows`;
}

function arrowValue(value: string, type: SqlType): string {
  switch (type.kind) {
    case 'NUMERIC':
    case 'BIGNUMERIC':
      // Wide in any case: narrow decimals are kept in narrow integers.
      return `CAST(${value} AS DECIMAL(38, ${storedScale(type)}))`;
    case 'GEOGRAPHY':
      return `bq_wkt(${value})`;
    case 'JSON':
      return `CAST(${value} AS VARCHAR)`;
    case 'ARRAY': {
      const element = arrowValue('_e', type.element);
      return element === '_e' ? value : `list_transform(${value}, lambda _e: ${element})`;
    }
    case 'STRUCT': {
      const fields = type.fields.map((field, index) => {
        const name = fieldName(type, index);
        return `${quoteName(name)} := ${arrowValue(`struct_extract(${value}, ${quoteText(name)})`, field.type)}`;
      });
      return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`;
    }
    default:
      return value;
  }
}

/** Digits behind the point of a decimal in the engine, which holds 38 digits altogether. */
export function storedScale(type: Extract<SqlType, { precision?: number }>): number {
  if (type.precision !== undefined && type.precision <= 38) return type.scale ?? 0;
  return type.kind === 'BIGNUMERIC' ? 18 : 9;
}
