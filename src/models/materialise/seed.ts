import { parse } from 'csv-parse/sync';
import { ArcosError } from '../../base/errors.ts';
import type { SeedNode } from '../node.ts';
import type { Session } from '../session.ts';
import { mapOf, textOf } from '../yaml.ts';
import { columnName, stringLiteral } from './layout.ts';
import { type AdapterResponse, responseOf } from './response.ts';
import { createTable } from './statements.ts';

/** What the values of a column may all be, the narrowest first (agate's order, which dbt follows). */
const TYPES: readonly (readonly [type: string, pattern: RegExp])[] = [
  ['INT64', /^[+-]?\d{1,18}$/],
  ['FLOAT64', /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/],
  ['DATE', /^\d{4}-\d\d-\d\d$/],
  ['DATETIME', /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?$/],
  ['BOOL', /^(?:true|false)$/i],
];

/** Fills the seed's table from its CSV, in one statement. Throws INVALID for CSV that cannot be read. */
export async function buildSeed(node: SeedNode, session: Session): Promise<AdapterResponse> {
  const result = await session.query(createTable(node, seedQuery(node)));
  const response = responseOf(result, (await session.table(node.relation))?.rows ?? 0);
  return { ...response, _message: `INSERT ${response.rows_affected}`, code: 'INSERT' };
}

export function seedQuery(node: SeedNode): string {
  const [header, ...records] = readCsv(node);
  if (header === undefined || header.length === 0) {
    throw new ArcosError('INVALID', `${node.file} is empty`, { hint: 'Its first line must name the columns.' });
  }
  const declared = mapOf(node.config['column_types']);
  const types = header.map(
    (name, index) => textOf(declared[name]) ?? typeOf(records.map((record) => record[index] ?? '')),
  );
  const columns = header.map((name, index) => {
    const type = types[index] ?? 'STRING';
    return type === 'STRING' ? columnName(name) : `CAST(${columnName(name)} AS ${type}) AS ${columnName(name)}`;
  });
  const fields = header.map((name) => `${columnName(name)} STRING`).join(', ');
  const rows = records.map(
    (record) => `STRUCT(${header.map((_, index) => literalOf(record[index] ?? '')).join(', ')})`,
  );
  return `SELECT ${columns.join(', ')}\nFROM UNNEST(ARRAY<STRUCT<${fields}>>[\n  ${rows.join(',\n  ')}\n])`;
}

function readCsv(node: SeedNode): string[][] {
  try {
    return parse(node.content, {
      bom: true,
      skip_empty_lines: true,
      delimiter: textOf(node.config['delimiter']) ?? ',',
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ArcosError('INVALID', `${node.file} is not valid CSV: ${message}`, { cause });
  }
}

function typeOf(values: readonly string[]): string {
  const known = values.filter((value) => value !== '');
  if (known.length === 0) return 'STRING';
  return TYPES.find(([, pattern]) => known.every((value) => pattern.test(value)))?.[0] ?? 'STRING';
}

function literalOf(value: string): string {
  return value === '' ? 'CAST(NULL AS STRING)' : stringLiteral(value);
}
