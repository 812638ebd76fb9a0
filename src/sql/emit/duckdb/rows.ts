import type { BoundQuery } from '../../bound.ts';
import type { SqlType } from '../../type.ts';
import { failure } from './failure.ts';
import { fieldName, quoteName, quoteText } from './name.ts';
import { emitQuery } from './query.ts';

/** How the values of a row are written as JSON. */
interface Encoding {
  /** A scalar as a JSON value. */
  scalar(value: string, type: SqlType): string;
  struct(members: readonly string[]): string;
  /** One element of an array as JSON, and by its name in SQL. */
  element(json: string, value: string): string;
  row(members: readonly string[]): string;
}

/** A value by an encoding, NULL as JSON null. */
function encode(value: string, type: SqlType, encoding: Encoding): string {
  switch (type.kind) {
    case 'ARRAY': {
      const element = encoding.element(encode('_e', type.element, encoding), '_e');
      return `to_json(list_transform(${value}, lambda _e: ${element}))`;
    }
    case 'STRUCT': {
      const members = type.fields.map((field, index) =>
        encode(`struct_extract(${value}, ${quoteText(fieldName(type, index))})`, field.type, encoding),
      );
      return `CASE WHEN ${value} IS NOT NULL THEN ${encoding.struct(members)} END`;
    }
    default:
      return encoding.scalar(value, type);
  }
}

/** A scalar's text (GoogleSQL, Conversion functions, CAST AS STRING; dates and times as in JSON). */
function text(value: string, type: SqlType): string {
  switch (type.kind) {
    case 'STRING':
      return value;
    case 'FLOAT64':
      return `bq_float_text(${value})`;
    case 'NUMERIC':
    case 'BIGNUMERIC':
      return `bq_numeric_text(${value})`;
    case 'BYTES':
      return `to_base64(${value})`;
    case 'DATETIME':
      return `replace(bq_datetime_text(${value}), ' ', 'T')`;
    case 'TIME':
      return `bq_time_text(${value})`;
    case 'INTERVAL':
      return `bq_interval_text(${value})`;
    case 'GEOGRAPHY':
      return `bq_wkt(${value})`;
    case 'RANGE': {
      const bound = (end: string): string => {
        const field = `struct_extract(${value}, ${quoteText(end)})`;
        return `coalesce(${text(field, type.element)}, 'UNBOUNDED')`;
      };
      return `CASE WHEN ${value} IS NOT NULL THEN '[' || ${bound('start')} || ', ' || ${bound('end')} || ')' END`;
    }
    default:
      return `CAST(${value} AS VARCHAR)`;
  }
}

/** Rows of the REST API: `{"f":[{"v":"1"},{"v":null}]}`, every scalar a text (BigQuery REST v2, tabledata.list). */
const REST: Encoding = {
  // Instants are microseconds since 1970, so that no digit is lost.
  scalar: (value, type) =>
    `to_json(${type.kind === 'TIMESTAMP' ? `CAST(epoch_us(${value}) AS VARCHAR)` : text(value, type)})`,
  struct: (members) => `json_object('f', json_array(${members.map(cell).join(', ')}))`,
  // Arrays may hold NULL while a query runs, and not in what it gives (GoogleSQL, Data types, NULLs in arrays).
  element: (json, value) =>
    `CASE WHEN ${value} IS NULL THEN to_json(${failure({ kind: 'INT64' }, 'Array cannot have a null element; error in writing the result')}) ELSE ${cell(json)} END`,
  row: (members) => `json_object('f', json_array(${members.map(cell).join(', ')}))`,
};

function cell(json: string): string {
  return `json_object('v', ${json})`;
}

/** Rows as LiteralValues (bound.ts): arrays of texts, booleans and nulls, structs by position. */
const LITERAL: Encoding = {
  scalar(value, type) {
    switch (type.kind) {
      case 'BOOL':
        return `to_json(${value})`;
      case 'BYTES': {
        const characters = `list_transform(regexp_extract_all(hex(${value}), '..'), lambda _h: chr(CAST('0x' || _h AS INTEGER)))`;
        return `to_json(array_to_string(${characters}, ''))`;
      }
      case 'TIMESTAMP':
        return `to_json(bq_timestamp_text(${value}))`;
      case 'INTERVAL':
        return `to_json(bq_months(${value}) || ' ' || date_part('day', ${value}) || ' ' || bq_micros(${value}))`;
      case 'RANGE': {
        const ends = ['start', 'end'].map((end) =>
          LITERAL.scalar(`struct_extract(${value}, ${quoteText(end)})`, type.element),
        );
        return `CASE WHEN ${value} IS NOT NULL THEN json_array(${ends.join(', ')}) END`;
      }
      default:
        return `to_json(${text(value, type)})`;
    }
  },
  struct: (members) => `json_array(${members.join(', ')})`,
  element: (json) => json,
  row: (members) => `json_array(${members.join(', ')})`,
};

/** A row of named columns as the text of the REST API's row. */
export function emitRestRow(columns: readonly { readonly name: string; readonly type: SqlType }[]): string {
  return `CAST(${REST.row(columns.map(({ name, type }) => encode(quoteName(name), type, REST)))} AS VARCHAR)`;
}

/** A query whose one column is the text of each row as JSON of LiteralValues. */
export function emitLiteralRows(query: BoundQuery): string {
  const values = query.columns.map(({ key, type }) => encode(`_r.${quoteName(key)}`, type, LITERAL));
  return `SELECT CAST(${LITERAL.row(values)} AS VARCHAR) AS "row" FROM (${emitQuery(query)}) AS _r`;
}
