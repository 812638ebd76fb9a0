import { duckdbType, fieldName, quoteName, quoteText } from '../../../sql/duckdb.ts';
import type { SqlType } from '../../../sql/type.ts';

/**
 * What `rowJson` made, as rows again: a query over the JSON of kept rows, whose instants are in microseconds where
 * they have any.
 */
export function restRows(columns: readonly { readonly name: string; readonly type: SqlType }[], rows: string): string {
  const values = columns.map(
    ({ name, type }, index) => `${value(`json_extract(_r, '$.f[${index}].v')`, type)} AS ${quoteName(name)}`,
  );
  return `SELECT ${values.join(', ')} FROM (SELECT unnest(CAST(${quoteText(`[${rows}]`)} AS JSON[])) AS _r)`;
}

/** The value that a cell's JSON stands for. */
function value(cell: string, type: SqlType): string {
  switch (type.kind) {
    case 'ARRAY': {
      const element = value(`json_extract(_e, '$.v')`, type.element);
      return `list_transform(CAST(${cell} AS JSON[]), lambda _e: ${element})`;
    }
    case 'STRUCT': {
      const fields = type.fields.map(
        (field, index) =>
          `${quoteName(fieldName(type, index))} := ${value(`json_extract(${cell}, '$.f[${index}].v')`, field.type)}`,
      );
      return `CASE WHEN json_type(${cell}) = 'OBJECT' THEN struct_pack(${fields.join(', ')}) END`;
    }
    default:
      return scalar(`json_extract_string(${cell}, '$')`, type);
  }
}

function scalar(text: string, type: SqlType): string {
  switch (type.kind) {
    case 'TIMESTAMP':
      return `make_timestamptz(CAST(${text} AS BIGINT))`;
    case 'BYTES':
      return `from_base64(${text})`;
    case 'INTERVAL':
      return `bq_interval_of(${text})`;
    case 'GEOGRAPHY':
      return `ST_GeomFromText(${text})`;
    case 'RANGE': {
      const bound = (group: number): string => {
        const found = `regexp_extract(${text}, '^\\[(.*), (.*)\\)$', ${group})`;
        return scalar(`nullif(${found}, 'UNBOUNDED')`, type.element);
      };
      return `CASE WHEN ${text} IS NOT NULL THEN struct_pack("start" := ${bound(1)}, "end" := ${bound(2)}) END`;
    }
    default:
      return `CAST(${text} AS ${duckdbType(type)})`;
  }
}
