import { ArcosError } from '../../base/errors.ts';
import type { TablePath } from '../../sql/catalog.ts';
import type { TableBody } from '../api/table.ts';

/** Where a load or copy job writes, and how (BigQuery REST reference, JobConfigurationLoad and -TableCopy). */
export interface Destination {
  readonly destinationTable?: TableReference;
  readonly writeDisposition?: string;
  readonly createDisposition?: string;
}

export interface TableReference {
  readonly projectId?: string;
  readonly datasetId?: string;
  readonly tableId?: string;
}

export interface LoadBody extends Destination, Pick<TableBody, 'schema' | 'timePartitioning' | 'rangePartitioning'> {
  readonly clustering?: TableBody['clustering'];
  readonly sourceUris?: readonly string[];
  readonly sourceFormat?: string;
  readonly autodetect?: boolean;
  readonly schemaUpdateOptions?: readonly string[];
  readonly maxBadRecords?: number;
  readonly skipLeadingRows?: number | string;
  readonly fieldDelimiter?: string;
  readonly quote?: string;
  readonly encoding?: string;
  readonly nullMarker?: string;
  readonly allowQuotedNewlines?: boolean;
  readonly allowJaggedRows?: boolean;
  readonly ignoreUnknownValues?: boolean;
  readonly hivePartitioningOptions?: {
    readonly mode?: string;
    readonly sourceUriPrefix?: string;
    readonly fields?: NonNullable<TableBody['schema']>['fields'];
  };
  readonly destinationTableProperties?: Pick<TableBody, 'description' | 'labels'>;
}

export interface ExtractBody {
  readonly sourceTable?: TableReference;
  readonly destinationUri?: string;
  readonly destinationUris?: readonly string[];
  readonly destinationFormat?: string;
  readonly compression?: string;
  readonly fieldDelimiter?: string;
  readonly printHeader?: boolean;
}

export interface CopyBody extends Destination {
  readonly sourceTable?: TableReference;
  readonly sourceTables?: readonly TableReference[];
}

/** Throws INVALID when a part of the name is missing. */
export function tableOf(reference: TableReference | undefined, what: string, project: string): TablePath {
  const { projectId = project, datasetId, tableId } = reference ?? {};
  if (datasetId === undefined || tableId === undefined) throw missing(what);
  return { project: projectId, dataset: datasetId, table: tableId };
}

export type WriteDisposition = 'WRITE_APPEND' | 'WRITE_TRUNCATE' | 'WRITE_EMPTY';

const DISPOSITIONS = ['WRITE_APPEND', 'WRITE_TRUNCATE', 'WRITE_EMPTY'] as const;

/** Throws INVALID for a word that there is not. */
export function writeDisposition(
  { writeDisposition: said }: Destination,
  otherwise: WriteDisposition,
): WriteDisposition {
  if (said === undefined) return otherwise;
  const found = DISPOSITIONS.find((known) => known === said.toUpperCase());
  if (found !== undefined) return found;
  throw new ArcosError('INVALID', `Invalid value for writeDisposition: ${said} is not a valid value`, {
    hint: `Use one of ${DISPOSITIONS.join(', ')}.`,
    data: { reason: 'invalid' },
  });
}

export function missing(what: string): ArcosError {
  return new ArcosError('INVALID', `Required parameter is missing: ${what}`, { data: { reason: 'required' } });
}
