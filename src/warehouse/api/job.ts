import { ERROR_CODES, type ErrorCode } from '../../base/errors.ts';
import { anonymousTable } from '../anonymous.ts';
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
      totalSlotMs: String(statistics.slotMs ?? 0),
      ...(job.parent === undefined ? {} : { parentJobId: job.parent }),
      ...sessionInfo(job),
      ...(statistics.children === undefined ? {} : { numChildJobs: String(statistics.children) }),
      ...(statistics.script === undefined ? {} : { scriptStatistics: scriptResource(statistics.script) }),
      ...(job.kind === 'QUERY' ? { query: queryStatistics(job) } : transferStatistics(job)),
    },
    status: statusOf(job),
  };
}

function queryConfiguration(job: Job) {
  const { sql, project, configuration } = job;
  const { dataset, parameters, destination, maximumBytesBilled, useQueryCache } = configuration;
  const written = destination ?? writtenTable(job);
  return {
    query: sql,
    useLegacySql: false,
    priority: configuration.priority ?? 'INTERACTIVE',
    ...(maximumBytesBilled === undefined ? {} : { maximumBytesBilled: String(maximumBytesBilled) }),
    ...(useQueryCache === undefined ? {} : { useQueryCache }),
    ...(written === undefined ? {} : destinationResource(written)),
    ...(dataset === undefined ? {} : { defaultDataset: { projectId: project, datasetId: dataset } }),
    ...(parameters === undefined
      ? {}
      : {
          parameterMode: parameters[0]?.name === undefined ? 'POSITIONAL' : 'NAMED',
          queryParameters: toParameters(parameters),
        }),
  };
}

/** Where a statement's rows are: in the table that it wrote, or in one that nobody named. */
function writtenTable({ project, id, columns, statementType, statistics: { target } }: Job) {
  if (columns !== undefined) return { table: anonymousTable(project, id) };
  const written = target !== undefined && (isDml(statementType) || statementType === 'CREATE_TABLE_AS_SELECT');
  return written ? { table: target } : undefined;
}

const isDml = (statementType: string): boolean => ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(statementType);

/** Of a statement that makes, changes or drops a table (BigQuery REST reference, JobStatistics2). */
function ddlStatistics({ statementType, statistics: { target }, sql }: Job) {
  const [, verb] = /^(CREATE|DROP|ALTER)_/.exec(statementType) ?? [];
  if (verb === undefined || target === undefined) return {};
  const { project: projectId, dataset: datasetId, table: tableId } = target;
  const replaces = verb === 'CREATE' && /\bOR\s+REPLACE\b/i.test(sql);
  return {
    ddlTargetTable: { projectId, datasetId, tableId },
    ddlOperationPerformed: replaces ? 'REPLACE' : verb,
  };
}

function destinationResource({ table, writeDisposition, createDisposition }: QueryDestination) {
  return {
    destinationTable: { projectId: table.project, datasetId: table.dataset, tableId: table.table },
    ...(writeDisposition === undefined ? {} : { writeDisposition }),
    ...(createDisposition === undefined ? {} : { createDisposition }),
  };
}

function sessionInfo({ configuration: { session } }: Job) {
  return session === undefined ? {} : { sessionInfo: { sessionId: session } };
}

function queryStatistics(job: Job) {
  return {
    statementType: job.statementType,
    totalBytesProcessed: String(job.bytesProcessed),
    totalBytesBilled: String(job.bytesProcessed),
    totalSlotMs: String(job.statistics.slotMs ?? 0),
    cacheHit: job.statistics.cacheHit === true,
    ...(job.columns === undefined ? {} : { schema: { fields: toFields(job.columns) } }),
    ...ddlStatistics(job),
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
    ...(job.state === 'DONE'
      ? { totalBytesProcessed: String(job.bytesProcessed), cacheHit: job.statistics.cacheHit === true }
      : {}),
    ...(job.columns === undefined
      ? {}
      : { schema: { fields: toFields(job.columns) }, totalRows: String(job.totalRows ?? 0) }),
    ...(job.columns === undefined && job.state === 'DONE' ? { schema: { fields: [] }, totalRows: '0' } : {}),
    ...affected(job),
    ...sessionInfo(job),
  };
  if (page === undefined || job.columns === undefined || page.rows === 0) return JSON.stringify(head);
  const next = offset + page.rows;
  const token = next < (job.totalRows ?? 0) ? `,"pageToken":"${next}"` : '';
  const rows = micros ? (page.micros ?? page.seconds) : page.seconds;
  return `${JSON.stringify(head).slice(0, -1)}${token},"rows":[${rows}]}`;
}
