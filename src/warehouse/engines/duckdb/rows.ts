import { fieldName, quoteName, quoteText } from '../../../sql/duckdb.ts';
import type { SqlType } from '../../../sql/type.ts';

/** How instants are written: BigQuery's seconds with a fraction, or microseconds (formatOptions.useInt64Timestamp). */
export type TimestampForm = 'seconds' | 'micros';

export interface RenderColumn {
  /** Name of the column in the engine. */
  readonly key: string;
  readonly type: SqlType;
}

/**
 * An SQL expression for a row as BigQuery's REST API writes it: `{"f":[{"v":"1"},{"v":null}]}`. The
 * engine makes the text, so that rows are never taken apart and put together again on their way out.
 */
export function rowJson(columns: readonly RenderColumn[], form: TimestampForm): string {
  const cells = columns.map(({ key, type }) => cell(quoteName(key), type, form));
  return `'{"f":[' || ${cells.join(` || ',' || `)} || ']}'`;
}

function cell(value: string, type: SqlType, form: TimestampForm): string {
  return `'{"v":' || ${content(value, type, form)} || '}'`;
}

/** JSON text of a value; `null` for NULL, and for a NULL array, which BigQuery does not have, `[]`. */
function content(value: string, type: SqlType, form: TimestampForm): string {
  switch (type.kind) {
    case 'ARRAY':
      return `'[' || coalesce(array_to_string(list_transform(${value}, lambda _e: ${cell('_e', type.element, form)}), ','), '') || ']'`;
    case 'STRUCT': {
      const fields = type.fields.map((field, index) =>
        cell(`struct_extract(${value}, ${quoteText(fieldName(type, index))})`, field.type, form),
      );
      return `CASE WHEN ${value} IS NULL THEN 'null' ELSE '{"f":[' || ${fields.join(` || ',' || `)} || ']}' END`;
    }
    case 'STRING':
    case 'JSON':
      return `coalesce(CAST(to_json(CAST(${value} AS VARCHAR)) AS VARCHAR), 'null')`;
    default:
      return `coalesce('"' || ${scalarText(value, type, form)} || '"', 'null')`;
  }
}

/** Text of a scalar that has no character JSON would have to escape. */
function scalarText(value: string, type: SqlType, form: TimestampForm): string {
  switch (type.kind) {
    case 'FLOAT64':
      return `bq_float_rest(${value})`;
    case 'NUMERIC':
    case 'BIGNUMERIC':
      return `bq_numeric_text(${value})`;
    case 'BYTES':
      return `to_base64(${value})`;
    case 'DATETIME':
      return `replace(bq_datetime_text(${value}), ' ', 'T')`;
    case 'TIME':
      return `bq_time_text(${value})`;
    case 'TIMESTAMP':
      return form === 'micros' ? `CAST(epoch_us(${value}) AS VARCHAR)` : `bq_timestamp_rest(${value})`;
    case 'INTERVAL':
      return `bq_interval_text(${value})`;
    case 'GEOGRAPHY':
      return `bq_wkt(${value})`;
    case 'RANGE':
      return `'[' || ${bound(value, 'start', type.element, form)} || ', ' || ${bound(value, 'end', type.element, form)} || ')'`;
    default:
      return `CAST(${value} AS VARCHAR)`;
  }
}

function bound(value: string, side: 'start' | 'end', element: SqlType, form: TimestampForm): string {
  return `coalesce(${scalarText(`struct_extract(${value}, '${side}')`, element, form)}, 'UNBOUNDED')`;
}

/** Macros that rows need beyond those of the SQL room. */
export const ROW_MACROS: readonly string[] = [
  `CREATE OR REPLACE MACRO bq_float_rest(x) AS CASE WHEN isnan(x) THEN 'NaN'
    WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END ELSE CAST(x AS VARCHAR) END`,
  // Whole seconds and six digits: a double would lose microseconds.
  `CREATE OR REPLACE MACRO bq_timestamp_rest(x) AS CASE WHEN epoch_us(x) < 0 THEN '-' ELSE '' END
    || CAST(abs(epoch_us(x)) // 1000000 AS VARCHAR) || '.' || printf('%06d', CAST(abs(epoch_us(x)) % 1000000 AS INTEGER))`,
];
