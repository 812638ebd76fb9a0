import { ArcosError } from '../../base/errors.ts';
import type { ColumnInfo, ExternalRelation, Relation } from '../../sql/catalog.ts';
import { type SqlType, typeName } from '../../sql/type.ts';
import type { LakeFile } from '../catalog/external.ts';
import { tooShort } from './lenient.ts';
import type { Transfer } from './transfer.ts';

/** The files, by the name that the load's statement has for them. */
export const SOURCE = '_load';

type Files = readonly LakeFile[];

/** An error of the reader names the object and not the file that holds it. */
export function located(thrown: unknown, files: Files): unknown {
  if (!(thrown instanceof ArcosError)) return thrown;
  const { code, data } = thrown;
  const file = files.find(({ uri }) => uri === data['file'] || thrown.message.includes(uri));
  if (file === undefined) return thrown;
  const said = files.reduce((message, { uri, object }) => message.replaceAll(uri, object), thrown.message);
  const named = said.includes(file.object) ? said : `${said} of ${file.object}`;
  return new ArcosError(code, `Error while reading data, error message: ${named}`, {
    ...(/Expected Number of Columns/.test(said) ? { hint: 'Look at fieldDelimiter, such as ";", and at quotes.' } : {}),
    data: { reason: 'invalid', location: file.object },
    cause: thrown,
  });
}

/** An empty field is NULL unless the column is text (BigQuery, Loading CSV data). */
const field = ({ name, type }: ColumnInfo): string =>
  type.kind === 'STRING' ? `\`${name}\`` : `NULLIF(\`${name}\`, '')`;

export function cast(column: ColumnInfo, word: 'CAST' | 'SAFE_CAST'): string {
  const safe = word === 'SAFE_CAST' ? 'SAFE.' : '';
  switch (column.type.kind) {
    case 'GEOGRAPHY':
      return `${safe}ST_GEOGFROMTEXT(${field(column)})`;
    case 'JSON':
      return `${safe}PARSE_JSON(${field(column)})`;
    case 'BYTES':
      return `${safe}FROM_BASE64(${field(column)})`;
    default:
      return `${word}(${field(column)} AS ${typeName(base(column.type))})`;
  }
}

/** Limits of length and precision are checked where the value is stored. */
function base(type: SqlType): SqlType {
  return type.kind === 'NUMERIC' || type.kind === 'BIGNUMERIC' ? type : ({ kind: type.kind } as SqlType);
}

/** GoogleSQL that holds for a row with a field that is wrong; undefined when every row is right. */
export function badCondition(relation: ExternalRelation, columns: readonly ColumnInfo[]): string | undefined {
  if (relation.format !== 'CSV') return undefined;
  const checked = columns.flatMap((column, index) => wrong(relation, columns, column, index) ?? []);
  return checked.length === 0 ? undefined : checked.map((condition) => `(${condition})`).join(' OR ');
}

/** GoogleSQL that holds where a field cannot be converted, or is missing. */
function wrong(
  relation: ExternalRelation,
  columns: readonly ColumnInfo[],
  column: ColumnInfo,
  index: number,
): string | undefined {
  const short = index === columns.length - 1 ? tooShort(relation, columns) : undefined;
  const conditions = [
    ...(column.type.kind === 'STRING' ? [] : [`${field(column)} IS NOT NULL AND ${cast(column, 'SAFE_CAST')} IS NULL`]),
    ...(column.nullable ? [] : [`${field(column)} IS NULL`]),
    ...(short === undefined ? [] : [short]),
  ];
  return conditions.length === 0 ? undefined : conditions.join(' OR ');
}

export async function countBad(transfer: Transfer, given: ReadonlyMap<string, Relation>, bad: string): Promise<number> {
  const [row] = await transfer.ask(`SELECT COUNTIF(${bad}) FROM \`_SESSION.${SOURCE}\``, given);
  return Number(row?.[0] ?? 0);
}

/** The first value that cannot be converted, as an error; undefined when it is something else that went wrong. */
export async function firstBad(
  transfer: Transfer,
  given: ReadonlyMap<string, Relation>,
  relation: ExternalRelation,
  files: Files,
  columns: readonly ColumnInfo[],
  bad: string,
): Promise<ArcosError | undefined> {
  const [row] = await transfer
    .ask(
      `SELECT file, line, TO_JSON_STRING([${columns.map(({ name }) => `\`${name}\``).join(', ')}]),
        [${columns.map((column, index) => wrong(relation, columns, column, index) ?? 'FALSE').join(', ')}]
      FROM (SELECT *, place - MIN(place) OVER (PARTITION BY file) + 1 AS line
        FROM (SELECT *, _FILE_NAME AS file, ROW_NUMBER() OVER () AS place FROM \`_SESSION.${SOURCE}\`))
      WHERE ${bad} ORDER BY file, line LIMIT 1`,
      given,
    )
    .catch(() => []);
  if (row === undefined) return undefined;
  const [file, number, values, faulty] = row;
  const index = Array.isArray(faulty) ? faulty.indexOf(true) : -1;
  const column = columns[index];
  if (column === undefined) return undefined;
  const value = (JSON.parse(String(values)) as unknown[])[index];
  const line = Number(number) + (relation.csv?.skipLeadingRows ?? 0);
  const name = files.find(({ uri }) => uri === file)?.object ?? 'the file';
  const place = `field ${column.name} (position ${index}) in row ${line} of ${name}`;
  const missing = value === null || value === '';
  const said = missing
    ? `Missing required ${place}`
    : `Could not parse '${String(value)}' as ${typeName(column.type)} for ${place}`;
  const comma = /^-?\d+(\.\d{3})*,\d+$/.test(String(value));
  return new ArcosError('INVALID', `Error while reading data, error message: ${said}`, {
    ...(comma ? { hint: 'It has a decimal comma: load the column as STRING and convert it with REPLACE.' } : {}),
    data: { reason: 'invalid', location: name },
  });
}

export function tooManyErrors(found: number, allowed: number): ArcosError {
  const message = `Error while reading data, error message: too many errors encountered: ${found} bad records, ${allowed} are allowed`;
  return new ArcosError('INVALID', message, { data: { reason: 'invalid' } });
}
