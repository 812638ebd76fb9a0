import { ArcosError } from '../../base/errors.ts';
import type { CsvOptions, Partitioning, TablePath } from '../../sql/catalog.ts';
import { typeName } from '../../sql/type.ts';
import type { ExternalTableDefinition, TableInfo } from '../port.ts';
import type { ExternalDefinition } from '../tables.ts';
import { type FieldSchema, fromFields, toFields } from './schema.ts';

/** A table as clients send it (BigQuery REST reference, Table). */
export interface TableBody {
  readonly tableReference?: { readonly tableId?: string };
  readonly schema?: { readonly fields?: readonly FieldSchema[] };
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly timePartitioning?: { readonly type?: string; readonly field?: string };
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
    ...(clustering === undefined ? {} : { clustering: { fields: clustering } }),
    ...(query === undefined ? {} : { view: { query, useLegacySql: false } }),
    ...(definition === undefined ? {} : { externalDataConfiguration: externalResource(definition, info) }),
    selfLink: `/bigquery/v2/projects/${path.project}/datasets/${path.dataset}/tables/${path.table}`,
  };
}

/** A table as it is in a list of tables. */
export function tableSummary(info: TableInfo) {
  const { project, dataset, table } = info.path;
  return {
    kind: 'bigquery#table',
    id: `${project}:${dataset}.${table}`,
    tableReference: { projectId: project, datasetId: dataset, tableId: table },
    type: KINDS[info.kind],
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
  if (timePartitioning !== undefined) {
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
    ...(body.description === undefined ? {} : { description: body.description }),
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
  const columns = fromFields(body.schema?.fields ?? []).map(({ name, type, nullable, description }) => {
    const options = description === undefined ? '' : ` OPTIONS(description = ${JSON.stringify(description)})`;
    return `\`${name}\` ${typeName(type)}${nullable || type.kind === 'ARRAY' ? '' : ' NOT NULL'}${options}`;
  });
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
export function optionList({ description, labels }: Pick<TableBody, 'description' | 'labels'>): string[] {
  const pairs = Object.entries(labels ?? {}).map(
    ([key, value]) => `(${JSON.stringify(key)}, ${JSON.stringify(value)})`,
  );
  return [
    ...(description === undefined ? [] : [`description = ${JSON.stringify(description)}`]),
    ...(labels === undefined ? [] : [`labels = [${pairs.join(', ')}]`]),
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
  if (timePartitioning === undefined) return '';
  const { type = 'DAY', field } = timePartitioning;
  if (field === undefined)
    return type === 'DAY' ? 'PARTITION BY _PARTITIONDATE' : `PARTITION BY TIMESTAMP_TRUNC(_PARTITIONTIME, ${type})`;
  const kind = fromFields(schema?.fields ?? []).find((column) => column.name.toLowerCase() === field.toLowerCase())
    ?.type.kind;
  if (kind === 'DATE')
    return type === 'DAY' ? `PARTITION BY \`${field}\`` : `PARTITION BY DATE_TRUNC(\`${field}\`, ${type})`;
  return `PARTITION BY ${kind === 'DATETIME' ? 'DATETIME' : 'TIMESTAMP'}_TRUNC(\`${field}\`, ${type})`;
}
