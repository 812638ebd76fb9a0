import type { Json } from '../../../src/base/json.ts';
import type { LiteralValue } from '../../../src/sql/bound.ts';
import type { ColumnInfo } from '../../../src/sql/catalog.ts';
import type { SqlType } from '../../../src/sql/type.ts';
import type { Expected, ExpectedField } from './cases.ts';

export interface Answer {
  readonly columns: readonly ColumnInfo[];
  readonly rows: readonly (readonly LiteralValue[])[];
  readonly ordered: boolean;
}

/** What differs between an answer and the recorded one; undefined when nothing does. */
export function difference(answer: Answer, expected: Expected): string | undefined {
  const [ours, theirs] = [schemaOf(answer.columns), expectedSchema(expected.schema ?? [])];
  if (ours !== theirs) return `schema ${ours}, recorded ${theirs}`;
  const mine = answer.rows.map(
    (row) => `(${answer.columns.map(({ type }, at) => canonical(row[at] ?? null, type)).join(', ')})`,
  );
  const recorded = (expected.rows ?? []).map(
    (row) => `(${answer.columns.map(({ name, type }) => canonicalJson(row[name] ?? null, type)).join(', ')})`,
  );
  if (!answer.ordered) {
    mine.sort();
    recorded.sort();
  }
  const at = mine.findIndex((row, index) => row !== recorded[index]);
  if (mine.length !== recorded.length) return `${mine.length} rows, recorded ${recorded.length}`;
  return at < 0 ? undefined : `row ${at} ${mine[at]}, recorded ${recorded[at]}`;
}

/** Names of types in the REST API. */
const REST_NAMES: Readonly<Record<string, string>> = {
  INT64: 'INTEGER',
  FLOAT64: 'FLOAT',
  BOOL: 'BOOLEAN',
  STRUCT: 'RECORD',
};

function schemaOf(
  columns: readonly { readonly name: string; readonly type: SqlType; readonly nullable?: boolean }[],
): string {
  return columns
    .map(({ name, type: whole, nullable }) => {
      const type = whole.kind === 'ARRAY' ? whole.element : whole;
      const mode = whole.kind === 'ARRAY' ? ' REPEATED' : nullable === false ? ' REQUIRED' : '';
      const fields =
        type.kind === 'STRUCT'
          ? `<${schemaOf(type.fields.map((field, at) => ({ name: field.name ?? `_field_${at + 1}`, type: field.type })))}>`
          : '';
      return `${name} ${REST_NAMES[type.kind] ?? type.kind}${fields}${mode}`;
    })
    .join(', ');
}

function expectedSchema(fields: readonly ExpectedField[]): string {
  return fields
    .map(({ name, type, mode, fields: members }) => {
      const inside = members === undefined || members.length === 0 ? '' : `<${expectedSchema(members)}>`;
      return `${name} ${type}${inside}${mode === 'NULLABLE' ? '' : ` ${mode}`}`;
    })
    .join(', ');
}

/** A value of ours as one text per value. */
function canonical(value: LiteralValue, type: SqlType): string {
  if (value === null) return type.kind === 'ARRAY' ? '[]' : 'null';
  switch (type.kind) {
    case 'ARRAY':
      return `[${members(value)
        .map((element) => canonical(element, type.element))
        .join(', ')}]`;
    case 'STRUCT':
      return `{${type.fields.map((field, at) => canonical(members(value)[at] ?? null, field.type)).join(', ')}}`;
    case 'RANGE':
      return `[${members(value)
        .map((bound) => canonical(bound, type.element))
        .join(', ')})`;
    case 'BYTES':
      return Buffer.from(String(value), 'latin1').toString('base64');
    default:
      return scalarText(String(value), type);
  }
}

/** A value as BigQuery's client library recorded it, written the same way. */
function canonicalJson(value: Json, type: SqlType): string {
  if (value === null) return type.kind === 'ARRAY' ? '[]' : 'null';
  switch (type.kind) {
    case 'ARRAY':
      return `[${(Array.isArray(value) ? value : []).map((element: Json) => canonicalJson(element, type.element)).join(', ')}]`;
    case 'STRUCT': {
      const object = value as Readonly<Record<string, Json>>;
      const values = type.fields.map((field, at) =>
        canonicalJson(object[field.name ?? `_field_${at + 1}`] ?? null, field.type),
      );
      return `{${values.join(', ')}}`;
    }
    case 'RANGE': {
      const { start = null, end = null } = value as { start?: Json; end?: Json };
      return `[${canonicalJson(start, type.element)}, ${canonicalJson(end, type.element)})`;
    }
    case 'BYTES':
      return String(value);
    case 'JSON':
      return typeof value === 'string' ? jsonText(value) : JSON.stringify(value);
    case 'INTERVAL':
      return intervalOf(String(value));
    default:
      return scalarText(String(value), type);
  }
}

function members(value: LiteralValue): readonly LiteralValue[] {
  return Array.isArray(value) ? (value as readonly LiteralValue[]) : [];
}

function scalarText(text: string, type: SqlType): string {
  switch (type.kind) {
    case 'INT64':
      // The recording went through doubles.
      return String(Number(text));
    case 'FLOAT64':
      return Number.isFinite(Number(text)) ? Number(Number(text).toPrecision(10)).toString() : text;
    case 'NUMERIC':
    case 'BIGNUMERIC':
      return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
    case 'TIMESTAMP':
    case 'DATETIME':
      return text
        .replace('T', ' ')
        .replace(/(\+00:00|\+00|Z)$/, '')
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '');
    case 'JSON':
      return jsonText(text);
    default:
      return text;
  }
}

/** JSON is recorded as its text or as the value itself. */
function jsonText(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return JSON.stringify(text);
  }
}

const UNITS = ['years', 'months', 'days', 'hours', 'minutes', 'seconds', 'microseconds'] as const;

/** `relativedelta(years=+1, months=+2)` as months, days and microseconds. */
function intervalOf(text: string): string {
  const counts = UNITS.map((unit) => Number(new RegExp(`\\b${unit}=([+-]?\\d+)`).exec(text)?.[1] ?? 0));
  const [years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0, micros = 0] = counts;
  return `${years * 12 + months} ${days} ${(hours * 3600 + minutes * 60 + seconds) * 1e6 + micros}`;
}
