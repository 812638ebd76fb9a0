import { ERROR_CODES, type ErrorCode } from '../../base/errors.ts';
import type { Page } from '../execute.ts';
import type { Job, ScriptStatistics } from '../job.ts';
import type { QueryDestination } from '../querydestination.ts';
import { toParameters } from './parameter.ts';
import { toFields } from './schema.ts';

/** A job as the REST API shows it (BigQuery REST reference, Job). */
export function jobResource(job: Job) {
  const { project, id, statistics } = job;
  const { transfer } = job.configuration;
  const time = (date: Date) => String(date.getTime());
  const ended = job.endedAt ?? (job.state === 'DONE' ? job.createdAt : undefined);
  return {
    kind: 'bigquery#job',
    id: `${project}:US.${id}`,
    etag: `${job.state}${ended?.getTime() ?? ''}`,
    selfLink: `/bigquery/v2/projects/${project}/jobs/${id}`,
    user_email: job.principalName,
    principal_subject: `user:${job.principalName}`,
    jobReference: { projectId: project, jobId: id, location: 'US' },
    configuration: {
      jobType: job.kind === 'INSERT_ALL' ? 'UNKNOWN' : job.kind,
      ...(Object.keys(job.labels).length === 0 ? {} : { labels: job.labels }),
      ...(job.kind === 'QUERY' ? { query: queryConfiguration(job) } : { [job.kind.toLowerCase()]: transfer }),
    },
    statistics: {
      creationTime: time(job.createdAt),
      startTime: time(job.createdAt),
      ...(ended === undefined ? {} : { endTime: time(ended) }),
      totalBytesProcessed: String(job.bytesProcessed),
      ...(job.parent === undefined ? {} : { parentJobId: job.parent }),
      ...(statistics.children === undefined ? {} : { numChildJobs: String(statistics.children) }),
      ...(statistics.script === undefined ? {} : { scriptStatistics: scriptResource(statistics.script) }),
      ...(job.kind === 'QUERY' ? { query: queryStatistics(job) } : transferStatistics(job)),
    },
    status: statusOf(job),
  };
}

function queryConfiguration({ sql, project, configuration: { dataset, parameters, destination } }: Job) {
  return {
    query: sql,
    useLegacySql: false,
    priority: 'INTERACTIVE',
    ...(destination === undefined ? {} : destinationResource(destination)),
    ...(dataset === undefined ? {} : { defaultDataset: { projectId: project, datasetId: dataset } }),
    ...(parameters === undefined
      ? {}
      : {
          parameterMode: parameters[0]?.name === undefined ? 'POSITIONAL' : 'NAMED',
          queryParameters: toParameters(parameters),
        }),
  };
}

function destinationResource({ table, writeDisposition, createDisposition }: QueryDestination) {
  return {
    destinationTable: { projectId: table.project, datasetId: table.dataset, tableId: table.table },
    ...(writeDisposition === undefined ? {} : { writeDisposition }),
    ...(createDisposition === undefined ? {} : { createDisposition }),
  };
}

function queryStatistics(job: Job) {
  return {
    statementType: job.statementType,
    totalBytesProcessed: String(job.bytesProcessed),
    totalBytesBilled: String(job.bytesProcessed),
    cacheHit: false,
    ...(job.columns === undefined ? {} : { schema: { fields: toFields(job.columns) } }),
    ...affected(job),
  };
}

function transferStatistics({ statistics: { load, extract, copy } }: Job) {
  if (load !== undefined) {
    const { files, bytes, rows, badRecords } = load;
    return {
      load: {
        inputFiles: String(files),
        inputFileBytes: String(bytes),
        outputRows: String(rows),
        badRecords: String(badRecords),
      },
    };
  }
  if (extract !== undefined) return { extract: { destinationUriFileCounts: extract.files.map(String) } };
  return copy === undefined ? {} : { copy: { copiedRows: String(copy.rows) } };
}

function scriptResource({ evaluationKind, ...frame }: ScriptStatistics) {
  return { evaluationKind, stackFrames: [frame] };
}

function affected({ affectedRows, statementType }: Job) {
  if (affectedRows === undefined) return {};
  const name = `${statementType.toLowerCase().replace(/e?$/, 'ed')}RowCount`;
  const stats = ['INSERT', 'UPDATE', 'DELETE'].includes(statementType)
    ? { dmlStats: { [name]: String(affectedRows) } }
    : {};
  return { numDmlAffectedRows: String(affectedRows), ...stats };
}

function statusOf({ state, error }: Job) {
  if (error === undefined) return { state };
  const { reason = 'invalid', message, location } = error;
  const proto = { reason, message, ...(location === undefined ? {} : { location }) };
  return { state, errorResult: proto, errors: [proto] };
}

/** HTTP status of the error that a job ended with. */
export function statusOfError(code: string): number {
  return code in ERROR_CODES ? ERROR_CODES[code as ErrorCode].http : 500;
}

export interface PageRequest {
  readonly offset: number;
  readonly micros: boolean;
}

/**
 * The answer of jobs.query and jobs.getQueryResults as JSON text: the rows are the engine's own text,
 * put in as it is.
 */
export function queryAnswer(
  kind: 'queryResponse' | 'getQueryResultsResponse',
  job: Job,
  page: Page | undefined,
  { offset, micros }: PageRequest,
): string {
  const { project, id } = job;
  const head = {
    kind: `bigquery#${kind}`,
    jobReference: { projectId: project, jobId: id, location: 'US' },
    jobComplete: job.state === 'DONE',
    ...(job.state === 'DONE' ? { totalBytesProcessed: String(job.bytesProcessed), cacheHit: false } : {}),
    ...(job.columns === undefined
      ? {}
      : { schema: { fields: toFields(job.columns) }, totalRows: String(job.totalRows ?? 0) }),
    ...(job.columns === undefined && job.state === 'DONE' ? { schema: { fields: [] }, totalRows: '0' } : {}),
    ...affected(job),
  };
  if (page === undefined || job.columns === undefined || page.rows === 0) return JSON.stringify(head);
  const next = offset + page.rows;
  const token = next < (job.totalRows ?? 0) ? `,"pageToken":"${next}"` : '';
  const rows = micros ? (page.micros ?? page.seconds) : page.seconds;
  return `${JSON.stringify(head).slice(0, -1)}${token},"rows":[${rows}]}`;
}
