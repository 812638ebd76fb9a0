import type { Json } from '../base/json.ts';
import type { ColumnInfo } from '../sql/catalog.ts';
import type { SqlType } from '../sql/type.ts';
import type { Row } from './port.ts';

/** A row of BigQuery's REST API. */
export interface RestRow {
  readonly f: readonly { readonly v: unknown }[];
}

/** Rows as `WarehouseClient` gives them; instants must be in microseconds. */
export function decodeRows(columns: readonly ColumnInfo[], rows: readonly RestRow[]): Row[] {
  return rows.map(({ f }) =>
    Object.fromEntries(columns.map(({ name, type }, index) => [name, decode(type, f[index]?.v)])),
  );
}

function decode(type: SqlType, value: unknown): Json {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'ARRAY':
      return (value as readonly { v: unknown }[]).map(({ v }) => decode(type.element, v));
    case 'STRUCT': {
      const { f } = value as RestRow;
      return Object.fromEntries(
        type.fields.map((field, index) => [field.name ?? `_field_${index + 1}`, decode(field.type, f[index]?.v)]),
      );
    }
    case 'BOOL':
      return value === 'true';
    case 'INT64': {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : String(value);
    }
    case 'FLOAT64':
      return Number.isFinite(Number(value)) ? Number(value) : String(value);
    case 'TIMESTAMP':
      return instant(BigInt(String(value)));
    case 'JSON':
      return JSON.parse(String(value)) as Json;
    default:
      return String(value);
  }
}

/** Microseconds since 1970 as ISO 8601, with three or six digits of a second where there are any. */
function instant(micros: bigint): string {
  const seconds = micros / 1_000_000n - (micros % 1_000_000n < 0n ? 1n : 0n);
  const rest = Number(micros - seconds * 1_000_000n);
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  if (rest === 0) return `${whole}Z`;
  const digits = String(rest).padStart(6, '0');
  return `${whole}.${digits.endsWith('000') ? digits.slice(0, 3) : digits}Z`;
}
