import { ArcosError } from '../../base/errors.ts';
import type { ColumnInfo, ExternalRelation, Relation } from '../../sql/catalog.ts';
import { STRING } from '../../sql/type.ts';
import type { LakeFile } from '../catalog/external.ts';
import { describeFiles } from '../engines/duckdb/describe.ts';
import type { ExternalDefinition } from '../tables.ts';
import type { LoadBody } from './configuration.ts';
import type { Transfer } from './transfer.ts';

/** What no field of a file is: where it stands for NULL, an empty field and a missing one can be told apart. */
const NOTHING = '\u0001';
/** Fields behind the last column that ignoreUnknownValues passes over. */
const UNKNOWN_FIELDS = 20;

/** A CSV file as a load reads it that allows for bad records or unknown values (BigQuery REST reference, JobConfigurationLoad). */
export function lenient(relation: ExternalRelation, body: LoadBody): ExternalRelation {
  const { csv, columns } = relation;
  if (csv === undefined) return relation;
  const skipMalformed = (body.maxBadRecords ?? 0) > 0;
  if (body.ignoreUnknownValues !== true)
    return skipMalformed ? { ...relation, csv: { ...csv, skipMalformed } } : relation;
  const unknown = Array.from({ length: UNKNOWN_FIELDS }, (_, index) => ({
    name: `_unknown_${index}`,
    type: STRING,
    nullable: true,
  }));
  const marker = csv.allowJaggedRows || csv.nullMarker !== undefined ? {} : { nullMarker: NOTHING };
  return {
    ...relation,
    columns: [...columns, ...unknown],
    csv: { ...csv, ...marker, allowJaggedRows: true, skipMalformed },
  };
}

/** GoogleSQL that holds for a row that ends too early, where the reader does not say so itself. */
export function tooShort({ csv, columns }: ExternalRelation, { length }: readonly ColumnInfo[]): string | undefined {
  const last = columns[length - 1];
  return csv?.nullMarker === NOTHING && last !== undefined ? `\`${last.name}\` IS NULL` : undefined;
}

/** Lines that the reader left out: those of the files, less those that are rows or stand within a quoted field. */
export async function countMalformed(transfer: Transfer, source: string, relation: ExternalRelation): Promise<number> {
  const { csv } = relation;
  if (csv?.skipMalformed !== true) return 0;
  const { skipMalformed: _skip, nullMarker: _marker, ...options } = csv;
  const lines: ExternalRelation = {
    ...relation,
    columns: [{ name: 'line', type: STRING, nullable: true }],
    csv: { ...options, delimiter: '\u001f', quote: '', allowJaggedRows: true, encoding: 'ISO-8859-1' },
  };
  const given = new Map<string, Relation>([
    [source, relation],
    ['_lines', lines],
  ]);
  const within = relation.columns.map(({ name }) => `LENGTH(REGEXP_REPLACE(\`${name}\`, r'[^\\n]', ''))`);
  const [row] = await transfer.ask(
    `SELECT (SELECT COUNTIF(line != '') FROM \`_SESSION._lines\`),
      (SELECT COUNT(*) + SUM(${within.map((text) => `IFNULL(${text}, 0)`).join(' + ')}) FROM \`_SESSION.${source}\`)`,
    given,
  );
  return Math.max(0, Number(row?.[0] ?? 0) - Number(row?.[1] ?? 0));
}

/** Throws INVALID for a file of JSON with a field that the table has no column for. */
export async function demandKnown(
  { work }: Transfer,
  definition: ExternalDefinition,
  files: readonly LakeFile[],
  columns: readonly ColumnInfo[],
): Promise<void> {
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  const unknownIn = async (some: readonly LakeFile[]) =>
    (await describeFiles(work, definition, some)).find(({ name }) => !names.has(name.toLowerCase()));
  if ((await unknownIn(files)) === undefined) return;
  for (const file of files) {
    const found = await unknownIn([file]);
    if (found === undefined) continue;
    throw new ArcosError(
      'INVALID',
      `Error while reading data, error message: No such field: ${found.name} in ${file.object}`,
      {
        hint: 'Add the column, or send ignoreUnknownValues: true.',
        data: { reason: 'invalid', location: file.object },
      },
    );
  }
}
