import { ArcosError } from '../../base/errors.ts';
import type { CsvOptions, Partitioning, TablePath } from '../../sql/catalog.ts';
import type { Job } from '../job.ts';
import type { ExternalTableDefinition, TableInfo } from '../port.ts';
import type { ExternalDefinition } from '../tables.ts';
import { columnSql, type FieldSchema, fromFields, toFields } from './schema.ts';

/** A table as clients send it (BigQuery REST reference, Table). */
export interface TableBody {
  readonly tableReference?: { readonly tableId?: string };
  readonly schema?: { readonly fields?: readonly FieldSchema[] };
  readonly description?: string | null;
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly timePartitioning?: {
    readonly type?: string;
    readonly field?: string;
    readonly expirationMs?: string | number | null;
  } | null;
  /** Milliseconds since 1970. */
  readonly expirationTime?: string | number | null;
  readonly requirePartitionFilter?: boolean;
  readonly rangePartitioning?: {
    readonly field?: string;
    readonly range?: { readonly start?: string; readonly end?: string; readonly interval?: string };
  };
  readonly clustering?: { readonly fields?: readonly string[] };
  readonly view?: { readonly query?: string; readonly useLegacySql?: boolean };
  readonly externalDataConfiguration?: ExternalBody;
}

interface ExternalBody {
  /** One alone where a client leaves the list out, as Google's JSON allows for repeated fields. */
  readonly sourceUris?: readonly string[] | string;
  readonly sourceFormat?: string;
  readonly schema?: { readonly fields?: readonly FieldSchema[] };
  readonly hivePartitioningOptions?: {
    readonly mode?: string;
    readonly sourceUriPrefix?: string;
    readonly fields?: readonly string[];
  };
  readonly csvOptions?: {
    readonly fieldDelimiter?: string;
    readonly quote?: string;
    readonly skipLeadingRows?: string | number;
    readonly encoding?: string;
    readonly allowQuotedNewlines?: boolean;
    readonly allowJaggedRows?: boolean;
    readonly nullMarker?: string;
  };
}

const KINDS: Readonly<Record<TableInfo['kind'], string>> = { native: 'TABLE', external: 'EXTERNAL', view: 'VIEW' };

/** A table as the REST API shows it. */
export function tableResource(info: TableInfo, definition?: ExternalDefinition, query?: string) {
  const { path, partitioning, clustering } = info;
  return {
    ...tableSummary(info),
    etag: info.modifiedAt.getTime().toString(36),
    schema: { fields: toFields(info.columns) },
    ...(info.description === undefined ? {} : { description: info.description }),
    ...(info.rows === undefined
      ? {}
      : { numRows: String(info.rows), numBytes: String(info.bytes), numLongTermBytes: '0' }),
    lastModifiedTime: String(info.modifiedAt.getTime()),
    location: 'US',
    ...(partitioning === undefined ? {} : partitioningResource(partitioning)),
    ...lifetimeResource(info),
    ...(clustering === undefined ? {} : { clustering: { fields: clustering } }),
    ...(query === undefined ? {} : { view: { query, useLegacySql: false } }),
    ...(definition === undefined ? {} : { externalDataConfiguration: externalResource(definition, info) }),
    selfLink: `/bigquery/v2/projects/${path.project}/datasets/${path.dataset}/tables/${path.table}`,
  };
}

const DAY_MS = 24 * 3_600_000;

function lifetimeResource({ partitioning, lifetime = {} }: TableInfo) {
  const { expiresAt, partitionExpirationMs: lasts, requirePartitionFilter } = lifetime;
  const { timePartitioning = undefined } =
    partitioning === undefined || partitioning.kind === 'range' ? {} : partitioningResource(partitioning);
  return {
    ...(timePartitioning === undefined || lasts === undefined
      ? {}
      : { timePartitioning: { ...timePartitioning, expirationMs: String(lasts) } }),
    ...(expiresAt === undefined ? {} : { expirationTime: String(expiresAt) }),
    ...(requirePartitionFilter === true ? { requirePartitionFilter } : {}),
  };
}

/** The table that a query's rows are in while nobody says where they go. */
export function resultResource(path: TablePath, { columns = [], totalRows = 0, createdAt, endedAt = createdAt }: Job) {
  const info = { path, kind: 'native' as const, columns, labels: {}, rows: totalRows, bytes: 0 };
  const expirationTime = String(createdAt.getTime() + DAY_MS);
  return { ...tableResource({ ...info, createdAt, modifiedAt: endedAt }), expirationTime };
}

/** How a table is called, with what its name says of its rows. */
export function named({ project, dataset, table }: TablePath) {
  return {
    id: `${project}:${dataset}.${table}`,
    tableReference: { projectId: project, datasetId: dataset, tableId: table },
  };
}

/** A table as it is in a list of tables. */
export function tableSummary(info: TableInfo) {
  return {
    kind: 'bigquery#table',
    ...named(info.path),
    type: info.snapshot === true ? 'SNAPSHOT' : KINDS[info.kind],
    labels: info.labels,
    creationTime: String(info.createdAt.getTime()),
    ...(info.partitioning === undefined ? {} : partitioningResource(info.partitioning)),
    ...(info.clustering === undefined ? {} : { clustering: { fields: info.clustering } }),
  };
}

/** Throws INVALID for a unit that there is not. */
export function partitioningOf({
  timePartitioning,
  rangePartitioning,
}: Pick<TableBody, 'timePartitioning' | 'rangePartitioning'>): Partitioning | undefined {
  if (timePartitioning != null) {
    const { type = 'DAY', field } = timePartitioning;
    const unit = (['HOUR', 'DAY', 'MONTH', 'YEAR'] as const).find((known) => known === type.toUpperCase());
    if (unit === undefined) throw new ArcosError('INVALID', `Invalid timePartitioning.type ${type}`);
    return field === undefined ? { kind: 'ingestion', unit } : { kind: 'time', unit, column: field };
  }
  if (rangePartitioning?.field === undefined) return undefined;
  const { start = '0', end = '0', interval = '1' } = rangePartitioning.range ?? {};
  const { field: column } = rangePartitioning;
  return { kind: 'range', column, start: Number(start), end: Number(end), interval: Number(interval) };
}

export function partitioningResource(partitioning: Partitioning) {
  if (partitioning.kind === 'range') {
    const { column, start, end, interval } = partitioning;
    return {
      rangePartitioning: {
        field: column,
        range: { start: String(start), end: String(end), interval: String(interval) },
      },
    };
  }
  const field = partitioning.kind === 'time' ? { field: partitioning.column } : {};
  return { timePartitioning: { type: partitioning.unit, ...field } };
}

function externalResource(definition: ExternalDefinition, info: TableInfo) {
  const { csv, hivePrefix } = definition;
  return {
    sourceUris: definition.sourceUris,
    sourceFormat: definition.format,
    schema: { fields: toFields(info.columns) },
    ...(hivePrefix === undefined ? {} : { hivePartitioningOptions: { mode: 'STRINGS', sourceUriPrefix: hivePrefix } }),
    ...(csv === undefined
      ? {}
      : {
          csvOptions: {
            fieldDelimiter: csv.delimiter ?? ',',
            quote: csv.quote ?? '"',
            skipLeadingRows: String(csv.skipLeadingRows ?? 0),
            encoding: csv.encoding ?? 'UTF-8',
            allowQuotedNewlines: csv.allowQuotedNewlines ?? false,
            allowJaggedRows: csv.allowJaggedRows ?? false,
            ...(csv.nullMarker === undefined ? {} : { nullMarker: csv.nullMarker }),
          },
        }),
  };
}

const FORMATS: Readonly<Record<string, ExternalTableDefinition['format']>> = {
  CSV: 'CSV',
  NEWLINE_DELIMITED_JSON: 'NEWLINE_DELIMITED_JSON',
  PARQUET: 'PARQUET',
};

/** An external table from what a client sends. Throws INVALID. */
export function externalDefinition(path: TablePath, body: TableBody): ExternalTableDefinition {
  const external = body.externalDataConfiguration ?? {};
  const format = FORMATS[external.sourceFormat ?? ''];
  if (format === undefined)
    throw new ArcosError('INVALID', `Unsupported sourceFormat ${external.sourceFormat ?? '(none)'}`);
  const fields = body.schema?.fields ?? external.schema?.fields;
  if (fields === undefined) {
    throw new ArcosError(
      'UNSUPPORTED',
      'External tables whose schema is to be found from the files are not supported yet',
    );
  }
  const hivePrefix = external.hivePartitioningOptions?.sourceUriPrefix;
  return {
    path,
    columns: fromFields(fields),
    format,
    sourceUris: [external.sourceUris ?? []].flat(),
    ...(hivePrefix === undefined ? {} : { hivePrefix }),
    ...(external.csvOptions === undefined ? {} : { csv: csvOptions(external.csvOptions) }),
    ...(body.description == null ? {} : { description: body.description }),
  };
}

function csvOptions(csv: NonNullable<ExternalBody['csvOptions']>): Partial<CsvOptions> {
  return {
    ...(csv.fieldDelimiter === undefined ? {} : { delimiter: csv.fieldDelimiter }),
    ...(csv.quote === undefined ? {} : { quote: csv.quote }),
    ...(csv.skipLeadingRows === undefined ? {} : { skipLeadingRows: Number(csv.skipLeadingRows) }),
    ...(csv.encoding === 'ISO-8859-1' ? { encoding: csv.encoding } : {}),
    ...(csv.nullMarker === undefined ? {} : { nullMarker: csv.nullMarker }),
    allowQuotedNewlines: csv.allowQuotedNewlines === true,
    allowJaggedRows: csv.allowJaggedRows === true,
  };
}

/**
 * The CREATE TABLE statement that a client's table stands for: the REST way of making a table is the SQL
 * way in other words.
 */
export function createTableSql(path: TablePath, body: TableBody): string {
  const columns = fromFields(body.schema?.fields ?? []).map(columnSql);
  const options = optionList(body);
  return [
    `CREATE TABLE ${quoted(path)} (${columns.join(', ')})`,
    partitionClause(body),
    body.clustering?.fields === undefined
      ? ''
      : `CLUSTER BY ${body.clustering.fields.map((field) => `\`${field}\``).join(', ')}`,
    options.length === 0 ? '' : `OPTIONS(${options.join(', ')})`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** What a client says of a table, as the items of OPTIONS. */
export function optionList({
  description,
  labels,
  expirationTime: expires,
  requirePartitionFilter,
  timePartitioning,
}: Pick<
  TableBody,
  'description' | 'labels' | 'expirationTime' | 'requirePartitionFilter' | 'timePartitioning'
>): string[] {
  const lasts = timePartitioning?.expirationMs;
  const until = expires == null ? 'NULL' : `TIMESTAMP '${new Date(Number(expires)).toISOString()}'`;
  const days = lasts == null ? 'NULL' : String(Number(lasts) / DAY_MS);
  const pairs = Object.entries(labels ?? {}).flatMap(([key, value]) =>
    value === null ? [] : [`(${JSON.stringify(key)}, ${JSON.stringify(value)})`],
  );
  return [
    ...(description === undefined ? [] : [`description = ${JSON.stringify(description)}`]),
    ...(labels === undefined ? [] : [`labels = [${pairs.join(', ')}]`]),
    ...(expires === undefined ? [] : [`expiration_timestamp = ${until}`]),
    ...(lasts === undefined ? [] : [`partition_expiration_days = ${days}`]),
    ...(requirePartitionFilter === undefined ? [] : [`require_partition_filter = ${requirePartitionFilter}`]),
  ];
}

/** A table's whole name in backquotes. */
export function quoted({ project, dataset, table }: TablePath): string {
  return `\`${project}.${dataset}.${table}\``;
}

function partitionClause({ timePartitioning, rangePartitioning, schema }: TableBody): string {
  if (rangePartitioning?.field !== undefined) {
    const { start = '0', end = '0', interval = '1' } = rangePartitioning.range ?? {};
    return `PARTITION BY RANGE_BUCKET(\`${rangePartitioning.field}\`, GENERATE_ARRAY(${start}, ${end}, ${interval}))`;
  }
  if (timePartitioning == null) return '';
  const { type = 'DAY', field } = timePartitioning;
  if (field === undefined)
    return type === 'DAY' ? 'PARTITION BY _PARTITIONDATE' : `PARTITION BY TIMESTAMP_TRUNC(_PARTITIONTIME, ${type})`;
  const kind = fromFields(schema?.fields ?? []).find((column) => column.name.toLowerCase() === field.toLowerCase())
    ?.type.kind;
  if (kind === 'DATE')
    return type === 'DAY' ? `PARTITION BY \`${field}\`` : `PARTITION BY DATE_TRUNC(\`${field}\`, ${type})`;
  return `PARTITION BY ${kind === 'DATETIME' ? 'DATETIME' : 'TIMESTAMP'}_TRUNC(\`${field}\`, ${type})`;
}
