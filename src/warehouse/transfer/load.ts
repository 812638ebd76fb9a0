import { stat } from 'node:fs/promises';
import { ArcosError } from '../../base/errors.ts';
import type { ColumnInfo, ExternalRelation, Relation } from '../../sql/catalog.ts';
import { DATE, INT64, type SqlType, STRING } from '../../sql/type.ts';
import { fromFields } from '../api/schema.ts';
import { quoted } from '../api/table.ts';
import { type LakeFile, lakeFiles } from '../catalog/external.ts';
import { decorated } from '../decorator.ts';
import { describeFiles } from '../engines/duckdb/describe.ts';
import { demandObjects } from '../files.ts';
import type { Job, JobOutcome } from '../job.ts';
import type { ExternalTableDefinition } from '../port.ts';
import type { ExternalDefinition } from '../tables.ts';
import { badCondition, cast, countBad, firstBad, located, SOURCE, tooManyErrors } from './badrecords.ts';
import { type LoadBody, missing, tableOf, writeDisposition } from './configuration.ts';
import { writeSql } from './destination.ts';
import { countMalformed, demandKnown, lenient, tooShort } from './lenient.ts';
import { schemaUpdates } from './schemaupdate.ts';
import type { Transfer } from './transfer.ts';

const FORMATS: Readonly<Record<string, ExternalTableDefinition['format']>> = {
  CSV: 'CSV',
  NEWLINE_DELIMITED_JSON: 'NEWLINE_DELIMITED_JSON',
  PARQUET: 'PARQUET',
};

/** Loads files into a table in one transaction (BigQuery REST reference, JobConfigurationLoad). */
export async function load(transfer: Transfer, body: LoadBody, upload: string | undefined): Promise<Job> {
  const { known, lake, reader, job, execute } = transfer;
  const target = tableOf(body.destinationTable, 'load.destinationTable', job.project);
  const uris = body.sourceUris ?? [];
  if (uris.length === 0 && upload === undefined) throw missing('load.sourceUris');
  await demandObjects(lake, reader, 'object.read', uris);
  const { path: table } = decorated(target);
  await reader.authoriser.demandTable('table.write', table);
  const definition = definitionOf(body, uris);
  const files = await filesOf(transfer, definition, upload);
  if (files.length === 0) throw new ArcosError('NOT_FOUND', `Not found: URI ${uris.join(', ')}`);
  const columns = withPartitions(
    await columnsOf(transfer, body, definition, files).catch((error: unknown) => Promise.reject(located(error, files))),
    body,
    files,
  );
  const nested = columns.find(({ type }) => type.kind === 'ARRAY' || type.kind === 'STRUCT');
  if (definition.format === 'CSV' && nested !== undefined) {
    throw new ArcosError('INVALID', `Cannot load CSV data with a nested schema. Field: ${nested.name}`, {
      data: { reason: 'invalid' },
    });
  }
  if (definition.format === 'NEWLINE_DELIMITED_JSON' && body.ignoreUnknownValues !== true)
    await demandKnown(transfer, definition, files, columns).catch((error: unknown) =>
      Promise.reject(located(error, files)),
    );
  const relation = lenient(relationOf(definition, files, columns), body);
  const given = new Map<string, Relation>([[SOURCE, relation]]);
  const bad = badCondition(relation, columns);
  const allowed = body.maxBadRecords ?? 0;
  const countAll = async () =>
    (await countMalformed(transfer, SOURCE, relation)) + (bad === undefined ? 0 : await countBad(transfer, given, bad));
  const badRecords = allowed > 0 ? await countAll() : 0;
  if (badRecords > allowed) throw tooManyErrors(badRecords, allowed);
  const short = tooShort(relation, columns);
  if (allowed === 0 && short !== undefined && (await countBad(transfer, given, short)) > 0)
    throw (await firstBad(transfer, given, relation, files, columns, short)) ?? tooManyErrors(1, 0);
  const rows = `SELECT ${columns.map((column) => written(relation, column)).join(', ')} FROM \`_SESSION.${SOURCE}\``;
  const { timePartitioning, rangePartitioning, clustering, destinationTableProperties = {} } = body;
  const right = badRecords === 0 || bad === undefined ? rows : `${rows} WHERE NOT (${bad})`;
  // If the rows are refused the table has a column more, and no row more.
  const updates = schemaUpdates(body, await known.catalog.table(table), columns);
  if (updates.length > 0) await transfer.beforehand(`ALTER TABLE ${quoted(table)} ${updates.join(', ')}`);
  const sql = await writeSql(known.catalog, target, right, {
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
    const count = affectedRows ?? (await known.catalog.native(table))?.rows ?? 0;
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
  const hive = hivePrefixOf(body, uris);
  return {
    format,
    sourceUris: uris,
    ...(hive === undefined ? {} : { hivePrefix: hive }),
    ...(format === 'CSV' ? { csv } : {}),
  };
}

/** Where folders of partitions begin: the prefix that was sent, else where the first URI has its first `key=` or `*`. */
function hivePrefixOf({ hivePartitioningOptions }: LoadBody, [uri = '']: readonly string[]): string | undefined {
  if (hivePartitioningOptions === undefined) return undefined;
  return hivePartitioningOptions.sourceUriPrefix ?? uri.replace(/[^/]*(?:=|\*).*$/s, '');
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
  const target = decorated(tableOf(body.destinationTable, 'load.destinationTable', job.project));
  const table = await known.catalog.table(target.path);
  // A partition has its table's columns.
  const truncates = target.partition === undefined && writeDisposition(body, 'WRITE_APPEND') === 'WRITE_TRUNCATE';
  const describes = definition.format === 'PARQUET' || body.autodetect === true;
  if (table !== undefined && !(truncates && describes)) {
    if (definition.format !== 'PARQUET') return table.columns;
    // A file may have fewer columns than the table.
    const described = (await describeFiles(work, definition, files)).map(({ name }) => name);
    const found = new Set([...described, ...Object.keys(files[0]?.partition ?? {})].map((name) => name.toLowerCase()));
    return table.columns.filter(({ name }) => found.has(name.toLowerCase()));
  }
  if (describes) return describeFiles(work, definition, files);
  throw new ArcosError('INVALID', 'No schema specified on job or table.', {
    hint: 'Send a schema, or autodetect: true.',
    data: { reason: 'invalid' },
  });
}

/** The columns with those of the partitions behind them: typed as they were sent, else by what their values look like. */
function withPartitions(columns: readonly ColumnInfo[], body: LoadBody, files: Files): readonly ColumnInfo[] {
  const { fields = [], mode } = body.hivePartitioningOptions ?? {};
  const sent = fromFields(fields);
  const more = Object.keys(files[0]?.partition ?? {}).flatMap((key): ColumnInfo[] => {
    if (columns.some(({ name }) => name === key)) return [];
    const values = files.map(({ partition }) => partition[key] ?? '');
    const type = mode?.toUpperCase() === 'STRINGS' ? STRING : typeOf(values);
    return [sent.find(({ name }) => name === key) ?? { name: key, type, nullable: true }];
  });
  return [...columns, ...more];
}

function typeOf(values: readonly string[]): SqlType {
  if (values.every((value) => /^-?\d{1,18}$/.test(value))) return INT64;
  return values.every((value) => /^\d{4}-\d{2}-\d{2}$/.test(value)) ? DATE : STRING;
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
    partitionKeys: Object.keys(files[0]?.partition ?? {}).filter((key) => columns.some(({ name }) => name === key)),
    ...(format === 'CSV' ? { csv } : {}),
  };
}

function written(relation: ExternalRelation, column: ColumnInfo): string {
  if (!readAsText(relation.format, column) || column.type.kind === 'STRING') return `\`${column.name}\``;
  return `${cast(column, 'CAST')} AS \`${column.name}\``;
}
