import { createReadStream } from 'node:fs';
import { ArcosError } from '../base/errors.ts';
import type { BoundMovement, Options, OptionValue } from '../sql/ddl.ts';
import { toFields } from './api/schema.ts';
import { partitioningResource } from './api/table.ts';
import { labelsOf } from './catalog/document.ts';
import { lakeFiles } from './catalog/external.ts';
import { externalOptions } from './catalog/options.ts';
import { describeFiles } from './engines/duckdb/describe.ts';
import { type ExportFormat, exportSteps } from './engines/duckdb/export.ts';
import { ended, type Finished, NO_ROWS, type Work } from './execute.ts';
import { demandObjects, parseUri } from './files.ts';
import type { Job } from './job.ts';
import type { CreateExternal } from './plan.ts';
import type { LoadBody } from './transfer/configuration.ts';
import { load } from './transfer/load.ts';
import { createTransfer, type Transfer, type TransferContext } from './transfer/transfer.ts';
import { planWork } from './work.ts';

type Export = Extract<BoundMovement, { kind: 'export_data' }>;
type Load = Extract<BoundMovement, { kind: 'load_data' }>;

/** Does what a plan says, and ends the job with it: rows to and from files are moved by several tasks, all else by one. */
export async function carryOut(
  place: Omit<TransferContext, 'work' | 'statementType'>,
  { plan, ...work }: Work,
): Promise<Finished> {
  if (plan.kind !== 'movement') return place.executor.execute(place.job, { plan, ...work });
  const transfer = createTransfer({ ...place, work, statementType: plan.statementType });
  const { statement } = plan;
  if (statement.kind === 'create_external_table') return createExternal(place, statement, work);
  const job =
    statement.kind === 'load_data'
      ? await load(transfer, loadBody(statement), undefined)
      : await exportData(transfer, statement, work.bytesProcessed, place.now);
  return { job, page: NO_ROWS };
}

/** Makes an external table with the columns that its files have. */
async function createExternal(
  { known, executor, job, reader, now }: Omit<TransferContext, 'work' | 'statementType'>,
  statement: CreateExternal,
  work: Omit<Work, 'plan'>,
): Promise<Finished> {
  const { path, partitionColumns = [] } = statement;
  // The first line of a CSV file has the names of the columns that are found.
  const options: Options = { skip_leading_rows: 1, ...statement.options };
  const definition = externalOptions({ kind: 'put_external', path, columns: [], partitionColumns, options });
  const files = await lakeFiles(known.lake, definition);
  if (files.length === 0) {
    throw new ArcosError('INVALID', `No file matches ${definition.sourceUris.join(', ')}`, {
      hint: 'Write the columns of the table, or its files first.',
      data: { reason: 'invalid' },
    });
  }
  const columns = (await describeFiles(work, definition, files)).map((column) => ({ ...column, options: {} }));
  const { plan } = await planWork(known.catalog, { ...statement, options, columns }, reader.temporary, now());
  return executor.execute(job, { ...work, plan });
}

const FORMATS: Readonly<Record<string, ExportFormat | 'jsonl'>> = {
  CSV: 'csv',
  JSON: 'jsonl',
  NEWLINE_DELIMITED_JSON: 'jsonl',
  PARQUET: 'parquet',
};

/** Writes a query's rows to an object that appears whole (GoogleSQL, EXPORT DATA statement, gcs_export_option_list). */
async function exportData(
  transfer: Transfer,
  statement: Export,
  bytesProcessed: number,
  now: () => Date,
): Promise<Job> {
  const { lake, reader, job, known, work } = transfer;
  const { options, query, columns, javascript } = statement;
  const uri = textOf(options, 'uri') ?? '';
  if (uri.split('*').length !== 2) {
    throw invalid(`Option 'uri' value must be a wildcard URI`, 'Write it as gs://bucket/path/name-*.csv.');
  }
  const format = FORMATS[(textOf(options, 'format') ?? '').toUpperCase()];
  if (format === undefined) {
    throw new ArcosError('UNSUPPORTED', `Data cannot be exported as ${JSON.stringify(options['format'] ?? null)}`, {
      hint: 'Use CSV, JSON or PARQUET.',
    });
  }
  await demandObjects(lake, reader, 'object.write', [uri]);
  if (options['overwrite'] !== true && (await lakeFiles(lake, { sourceUris: [uri] })).length > 0) {
    throw invalid(`Invalid destination URI: files that match ${uri} exist`, 'Say overwrite = true to replace them.');
  }
  const file = await reader.scratch.path('export');
  const delimiter = textOf(options, 'field_delimiter');
  const style = {
    compressed: textOf(options, 'compression')?.toUpperCase() === 'GZIP',
    header: options['header'] === true,
    ...(delimiter === undefined ? {} : { delimiter: delimiter === '\\t' ? '\t' : delimiter }),
  };
  const steps = exportSteps(
    { kind: 'query', query, columns, ordered: true, reads: [], javascript },
    format,
    file,
    style,
  );
  await work.on.run({ steps, javascript }, work.signal);
  const { bucket, name } = parseUri(uri);
  await lake.write({ bucket, name: name.replace('*', '000000000000') }, createReadStream(file));
  const outcome = { bytesProcessed, statementType: job.statementType, statistics: { extract: { files: [1] } } };
  await known.jobs.end(job.project, job.id, outcome);
  return ended(job, outcome, now());
}

/** LOAD DATA as the load job that it stands for (GoogleSQL, LOAD DATA statement). */
function loadBody({
  path,
  overwrite,
  columns,
  partitionColumns,
  partitioning,
  clustering,
  options,
  files,
}: Load): LoadBody {
  const prefix = textOf(files, 'hive_partition_uri_prefix');
  const { description, labels } = options;
  return {
    destinationTable: { projectId: path.project, datasetId: path.dataset, tableId: path.table },
    writeDisposition: overwrite ? 'WRITE_TRUNCATE' : 'WRITE_APPEND',
    sourceUris: texts(files['uris']),
    sourceFormat: sourceFormat(textOf(files, 'format') ?? ''),
    ...(columns === undefined ? { autodetect: true } : { schema: { fields: toFields(columns) } }),
    ...(partitioning === undefined ? {} : partitioningResource(partitioning)),
    ...(clustering.length === 0 ? {} : { clustering: { fields: clustering } }),
    ...(partitionColumns === undefined
      ? {}
      : {
          hivePartitioningOptions: {
            ...(prefix === undefined ? {} : { sourceUriPrefix: prefix }),
            fields: toFields(partitionColumns),
          },
        }),
    destinationTableProperties: {
      ...(typeof description === 'string' ? { description } : {}),
      ...(labels === undefined ? {} : { labels: labelsOf(labels) }),
    },
    ...defined({
      skipLeadingRows: numberOf(files, 'skip_leading_rows'),
      maxBadRecords: numberOf(files, 'max_bad_records'),
      fieldDelimiter: textOf(files, 'field_delimiter'),
      quote: textOf(files, 'quote'),
      encoding: textOf(files, 'encoding'),
      nullMarker: textOf(files, 'null_marker'),
      allowQuotedNewlines: files['allow_quoted_newlines'] === true,
      allowJaggedRows: files['allow_jagged_rows'] === true,
      ignoreUnknownValues: files['ignore_unknown_values'] === true,
    }),
  };
}

const sourceFormat = (said: string): string =>
  said.toUpperCase() === 'JSON' ? 'NEWLINE_DELIMITED_JSON' : said.toUpperCase();

function textOf(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

function numberOf(options: Options, name: string): number | undefined {
  const value = options[name];
  return typeof value === 'number' ? value : undefined;
}

function texts(value: OptionValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Without the members that are undefined. */
function defined<Members extends Record<string, unknown>>(members: Members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Members]?: Exclude<Members[Name], undefined>;
  };
}

function invalid(message: string, hint: string): ArcosError {
  return new ArcosError('INVALID', message, { hint, data: { reason: 'invalid' } });
}
