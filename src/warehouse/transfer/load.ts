import { stat } from 'node:fs/promises';
import { ArcosError } from '../../base/errors.ts';
import type { ColumnInfo, ExternalRelation, Relation } from '../../sql/catalog.ts';
import { type SqlType, STRING, typeName } from '../../sql/type.ts';
import { fromFields } from '../api/schema.ts';
import { type LakeFile, lakeFiles } from '../catalog/external.ts';
import { describeFiles } from '../engines/duckdb/describe.ts';
import { demandObjects } from '../files.ts';
import type { Job, JobOutcome } from '../job.ts';
import type { ExternalTableDefinition } from '../port.ts';
import type { ExternalDefinition } from '../tables.ts';
import { type LoadBody, missing, tableOf, writeDisposition } from './configuration.ts';
import { writeSql } from './destination.ts';
import type { Transfer } from './transfers.ts';

const FORMATS: Readonly<Record<string, ExternalTableDefinition['format']>> = {
  CSV: 'CSV',
  NEWLINE_DELIMITED_JSON: 'NEWLINE_DELIMITED_JSON',
  PARQUET: 'PARQUET',
};

/** The files, by the name that the load's statement has for them. */
const SOURCE = '_load';

/** Loads files into a table in one transaction (BigQuery REST reference, JobConfigurationLoad). */
export async function load(transfer: Transfer, body: LoadBody, upload: string | undefined): Promise<Job> {
  const { known, lake, reader, job, execute } = transfer;
  const target = tableOf(body.destinationTable, 'load.destinationTable', job.project);
  const uris = body.sourceUris ?? [];
  if (uris.length === 0 && upload === undefined) throw missing('load.sourceUris');
  await demandObjects(lake, reader, 'object.read', uris);
  await reader.authoriser.demandTable('table.write', target);
  const definition = definitionOf(body, uris);
  const files = await filesOf(transfer, definition, upload);
  if (files.length === 0) throw new ArcosError('NOT_FOUND', `Not found: URI ${uris.join(', ')}`);
  const columns = await columnsOf(transfer, body, definition, files);
  const nested = columns.find(({ type }) => type.kind === 'ARRAY' || type.kind === 'STRUCT');
  if (definition.format === 'CSV' && nested !== undefined) {
    throw new ArcosError('INVALID', `Cannot load CSV data with a nested schema. Field: ${nested.name}`, {
      data: { reason: 'invalid' },
    });
  }
  const relation = relationOf(definition, files, columns);
  const given = new Map<string, Relation>([[SOURCE, relation]]);
  const bad = badCondition(relation, columns);
  const allowed = body.maxBadRecords ?? 0;
  const badRecords = allowed > 0 && bad !== undefined ? await countBad(transfer, given, bad) : 0;
  if (badRecords > allowed) throw tooManyErrors(badRecords, allowed);
  const rows = `SELECT ${columns.map((column) => written(relation, column)).join(', ')} FROM \`_SESSION.${SOURCE}\``;
  const { timePartitioning, rangePartitioning, clustering, destinationTableProperties = {} } = body;
  const sql = await writeSql(known.catalog, target, badRecords === 0 ? rows : `${rows} WHERE NOT (${bad})`, {
    disposition: writeDisposition(body, 'WRITE_APPEND'),
    destination: body,
    columns,
    layout: {
      ...destinationTableProperties,
      ...(timePartitioning === undefined ? {} : { timePartitioning }),
      ...(rangePartitioning === undefined ? {} : { rangePartitioning }),
      ...(clustering === undefined ? {} : { clustering }),
    },
  });
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  const statistics = async ({ affectedRows }: JobOutcome) => {
    const count = affectedRows ?? (await known.catalog.native(target))?.rows ?? 0;
    return { load: { files: files.length, bytes, rows: count, badRecords } };
  };
  return execute(sql, { given, statistics }).catch(async (thrown: unknown) => {
    const error = located(thrown, files);
    throw bad === undefined ? error : ((await firstBad(transfer, given, relation, files, columns, bad)) ?? error);
  });
}

function definitionOf(body: LoadBody, uris: readonly string[]): ExternalDefinition {
  const format = FORMATS[(body.sourceFormat ?? 'CSV').toUpperCase()];
  if (format === undefined) {
    throw new ArcosError('UNSUPPORTED', `Files of the format ${body.sourceFormat} cannot be loaded`, {
      hint: 'Use CSV, NEWLINE_DELIMITED_JSON or PARQUET.',
    });
  }
  const { fieldDelimiter: delimiter, quote, nullMarker } = body;
  const csv = {
    ...(delimiter === undefined ? {} : { delimiter: delimiter === '\\t' ? '\t' : delimiter }),
    ...(quote === undefined ? {} : { quote }),
    ...(nullMarker === undefined ? {} : { nullMarker }),
    ...(body.encoding?.toUpperCase() === 'ISO-8859-1' ? { encoding: 'ISO-8859-1' as const } : {}),
    skipLeadingRows: Number(body.skipLeadingRows ?? (body.autodetect === true ? 1 : 0)),
    allowQuotedNewlines: body.allowQuotedNewlines === true,
    allowJaggedRows: body.allowJaggedRows === true,
  };
  return { format, sourceUris: uris, ...(format === 'CSV' ? { csv } : {}) };
}

type Files = readonly LakeFile[];

async function filesOf(
  { lake }: Transfer,
  definition: ExternalDefinition,
  upload: string | undefined,
): Promise<readonly LakeFile[]> {
  if (upload === undefined) return lakeFiles(lake, definition);
  const { size } = await stat(upload);
  return [{ uri: upload, partition: {}, object: 'the upload', size }];
}

/** The schema that was sent, the table's, or what the files look like. */
async function columnsOf(
  { known, work, job }: Transfer,
  body: LoadBody,
  definition: ExternalDefinition,
  files: Files,
): Promise<readonly ColumnInfo[]> {
  const fields = body.schema?.fields;
  if (fields !== undefined && fields.length > 0) return fromFields(fields);
  const table = await known.catalog.table(tableOf(body.destinationTable, 'load.destinationTable', job.project));
  const truncates = writeDisposition(body, 'WRITE_APPEND') === 'WRITE_TRUNCATE';
  const describes = definition.format === 'PARQUET' || body.autodetect === true;
  if (table !== undefined && !(truncates && describes)) {
    if (definition.format !== 'PARQUET') return table.columns;
    // A file may have fewer columns than the table.
    const found = new Set((await describeFiles(work, definition, files)).map(({ name }) => name.toLowerCase()));
    return table.columns.filter(({ name }) => found.has(name.toLowerCase()));
  }
  if (describes) return describeFiles(work, definition, files);
  throw new ArcosError('INVALID', 'No schema specified on job or table.', {
    hint: 'Send a schema, or autodetect: true.',
    data: { reason: 'invalid' },
  });
}

/** An error of the reader names the object and not the file that holds it. */
function located(thrown: unknown, files: Files): unknown {
  if (!(thrown instanceof ArcosError) || typeof thrown.data['file'] !== 'string') return thrown;
  const { code, message, data } = thrown;
  const name = files.find(({ uri }) => uri === data['file'])?.object ?? 'the file';
  return new ArcosError(code, `Error while reading data, error message: ${message} of ${name}`, {
    data: { reason: 'invalid', location: name },
    cause: thrown,
  });
}

/** Text that GoogleSQL's rules convert, so that what is wrong can be told; and JSON's texts for what it has no type for. */
function readAsText(format: ExternalRelation['format'], { type }: ColumnInfo): boolean {
  return (
    format === 'CSV' || (format === 'NEWLINE_DELIMITED_JSON' && (type.kind === 'BYTES' || type.kind === 'GEOGRAPHY'))
  );
}

function relationOf(definition: ExternalDefinition, files: Files, columns: readonly ColumnInfo[]): ExternalRelation {
  const { format } = definition;
  const csv = {
    delimiter: ',',
    quote: '"',
    skipLeadingRows: 0,
    encoding: 'UTF-8' as const,
    allowQuotedNewlines: false,
    allowJaggedRows: false,
    ...definition.csv,
  };
  return {
    kind: 'external',
    path: { project: '', dataset: '_temp', table: SOURCE },
    columns: columns.map((column) =>
      readAsText(format, column) ? { ...column, type: STRING, nullable: true } : column,
    ),
    format,
    files,
    partitionKeys: [],
    ...(format === 'CSV' ? { csv } : {}),
  };
}

/** An empty field is NULL unless the column is text (BigQuery, Loading CSV data). */
const field = ({ name, type }: ColumnInfo): string =>
  type.kind === 'STRING' ? `\`${name}\`` : `NULLIF(\`${name}\`, '')`;

function cast(column: ColumnInfo, word: 'CAST' | 'SAFE_CAST'): string {
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

function written(relation: ExternalRelation, column: ColumnInfo): string {
  if (!readAsText(relation.format, column) || column.type.kind === 'STRING') return `\`${column.name}\``;
  return `${cast(column, 'CAST')} AS \`${column.name}\``;
}

/** GoogleSQL that holds for a row with a field that cannot be converted; undefined when every row is right. */
function badCondition(relation: ExternalRelation, columns: readonly ColumnInfo[]): string | undefined {
  if (relation.format !== 'CSV') return undefined;
  const checked = columns.filter(({ type }) => type.kind !== 'STRING');
  if (checked.length === 0) return undefined;
  return checked
    .map((column) => `(${field(column)} IS NOT NULL AND ${cast(column, 'SAFE_CAST')} IS NULL)`)
    .join(' OR ');
}

async function countBad(transfer: Transfer, given: ReadonlyMap<string, Relation>, bad: string): Promise<number> {
  const [row] = await transfer.ask(`SELECT COUNTIF(${bad}) FROM \`_SESSION.${SOURCE}\``, given);
  return Number(row?.[0] ?? 0);
}

/** The first value that cannot be converted, as an error; undefined when it is something else that went wrong. */
async function firstBad(
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
        [${columns.map((column) => (column.type.kind === 'STRING' ? 'FALSE' : `${field(column)} IS NOT NULL AND ${cast(column, 'SAFE_CAST')} IS NULL`)).join(', ')}]
      FROM (SELECT *, place - MIN(place) OVER (PARTITION BY file) + 1 AS line
        FROM (SELECT *, _FILE_NAME AS file, ROW_NUMBER() OVER () AS place FROM \`_SESSION.${SOURCE}\`))
      WHERE ${bad} ORDER BY file, line LIMIT 1`,
      given,
    )
    .catch(() => []);
  if (row === undefined) return undefined;
  const [file, number, values, wrong] = row;
  const index = Array.isArray(wrong) ? wrong.indexOf(true) : -1;
  const column = columns[index];
  if (column === undefined) return undefined;
  const value = (JSON.parse(String(values)) as unknown[])[index];
  const line = Number(number) + (relation.csv?.skipLeadingRows ?? 0);
  const name = files.find(({ uri }) => uri === file)?.object ?? 'the file';
  const message = `Error while reading data, error message: Could not parse '${String(value)}' as ${typeName(column.type)} for field ${column.name} (position ${index}) in row ${line} of ${name}`;
  return new ArcosError('INVALID', message, { data: { reason: 'invalid', location: name } });
}

function tooManyErrors(found: number, allowed: number): ArcosError {
  const message = `Error while reading data, error message: too many errors encountered: ${found} bad records, ${allowed} are allowed`;
  return new ArcosError('INVALID', message, { data: { reason: 'invalid' } });
}
