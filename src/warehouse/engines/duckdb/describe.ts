import { ArcosError } from '../../../base/errors.ts';
import type { ColumnInfo } from '../../../sql/catalog.ts';
import { quoteText } from '../../../sql/duckdb.ts';
import { arrayOf, type ScalarName, type SqlType } from '../../../sql/type.ts';
import type { LakeFile } from '../../catalog/external.ts';
import type { Work } from '../../execute.ts';
import type { ExternalDefinition } from '../../tables.ts';

/** The columns that files of one table have, as DuckDB finds them. */
export async function describeFiles(
  { on, signal }: Pick<Work, 'on' | 'signal'>,
  { format, csv = {} }: ExternalDefinition,
  files: readonly LakeFile[],
): Promise<ColumnInfo[]> {
  const list = `[${files.map(({ uri }) => quoteText(uri)).join(', ')}]`;
  const readers = {
    PARQUET: `read_parquet(${list}, union_by_name = true, hive_partitioning = false)`,
    NEWLINE_DELIMITED_JSON: `read_json(${list}, format = 'newline_delimited', union_by_name = true, hive_partitioning = false)`,
    CSV: `read_csv(${list}, header = true, delim = ${quoteText(csv.delimiter ?? ',')}, hive_partitioning = false)`,
  };
  const sql = `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${readers[format]})`;
  const forms = ['CAST(json_array(column_name, column_type) AS VARCHAR)'];
  const answer = await on.run({ steps: [], result: { sql, forms, firstPage: 10_000 } }, signal);
  const rows = JSON.parse(`[${answer.pages?.[0] ?? ''}]`) as [string, string][];
  return rows.map(([name, type]) => ({ name, type: fromDuckDB(type), nullable: true }));
}

const NAMES: Readonly<Record<string, ScalarName>> = {
  TINYINT: 'INT64',
  SMALLINT: 'INT64',
  INTEGER: 'INT64',
  BIGINT: 'INT64',
  UTINYINT: 'INT64',
  USMALLINT: 'INT64',
  UINTEGER: 'INT64',
  HUGEINT: 'BIGNUMERIC',
  UBIGINT: 'BIGNUMERIC',
  FLOAT: 'FLOAT64',
  DOUBLE: 'FLOAT64',
  BOOLEAN: 'BOOL',
  VARCHAR: 'STRING',
  UUID: 'STRING',
  BLOB: 'BYTES',
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP: 'DATETIME',
  TIMESTAMP_S: 'DATETIME',
  TIMESTAMP_MS: 'DATETIME',
  TIMESTAMP_NS: 'DATETIME',
  'TIMESTAMP WITH TIME ZONE': 'TIMESTAMP',
  INTERVAL: 'INTERVAL',
  JSON: 'JSON',
  GEOMETRY: 'GEOGRAPHY',
};

/** The GoogleSQL type for DuckDB's name of one. Throws UNSUPPORTED for a type that has no like. */
export function fromDuckDB(name: string): SqlType {
  if (name.endsWith('[]')) return arrayOf(fromDuckDB(name.slice(0, -2)));
  if (name.startsWith('STRUCT(')) {
    const fields = members(name.slice('STRUCT('.length, -1)).map((member) => {
      const [, quoted, plain, type = ''] = /^(?:"((?:[^"]|"")*)"|(\S+)) (.*)$/s.exec(member) ?? [];
      return { name: quoted?.replaceAll('""', '"') ?? plain ?? '', type: fromDuckDB(type) };
    });
    return { kind: 'STRUCT', fields };
  }
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(name) ?? [];
  if (precision !== undefined) {
    const fits = Number(scale) <= 9 && Number(precision) - Number(scale) <= 29;
    return { kind: fits ? 'NUMERIC' : 'BIGNUMERIC' };
  }
  const kind = NAMES[name.replace(/^GEOMETRY\(.*\)$/s, 'GEOMETRY')];
  if (kind !== undefined) return { kind };
  throw new ArcosError('UNSUPPORTED', `Columns of the type ${name} cannot be loaded`);
}

/** The parts between the commas that are in no brackets and no quotes. */
function members(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    if (quoted) continue;
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
}
