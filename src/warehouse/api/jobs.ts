import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Principal } from '../../access/principal.ts';
import { ArcosError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { FIRST_PAGE } from '../execute.ts';
import type { Job } from '../job.ts';
import type { QueryJobRequest } from '../queries.ts';
import type { QueryDestination } from '../querydestination.ts';
import { tableOf } from '../transfer/configuration.ts';
import { DEFAULT_WAIT_MS, errorOf, type JobBody, jobBeginner, type QueryBody } from './begin.ts';
import { flag } from './flag.ts';
import { jobResource, queryAnswer } from './job.ts';
import type { PageQuery } from './paging.ts';
import { fromParameters } from './parameter.ts';
import type { ProjectRoute, WarehouseApi } from './routes.ts';
import { toFields } from './schema.ts';
import { partitioningOf } from './table.ts';

interface JobRoute {
  Params: { project: string; job: string };
}

interface ResultsQuery {
  maxResults?: string;
  startIndex?: string;
  pageToken?: string;
  timeoutMs?: string;
  'formatOptions.useInt64Timestamp'?: string;
}

export function jobRoutes(app: FastifyInstance, { warehouse, may }: WarehouseApi): void {
  const { newJobId, settle, begin } = jobBeginner(warehouse);

  app.post<ProjectRoute & { Body: QueryBody }>(
    '/projects/:project/queries',
    { config: may('job.create') },
    async ({ params, body, principal }, reply) => {
      const { project } = params;
      if (body.dryRun === true) return dryRunAnswer(principal, toRequest(project, body));
      const jobId = body.requestId === undefined ? undefined : `request_${body.requestId.replace(/[^\w-]/g, '_')}`;
      const id = { jobId: jobId ?? `job_${newId().replaceAll('-', '')}`, newJob: jobId === undefined };
      const request = { ...toRequest(project, body), ...id };
      const run = () => warehouse.run(principal, request);
      const finished = await settle(principal, request, run, body.timeoutMs ?? DEFAULT_WAIT_MS);
      const micros = body.formatOptions?.useInt64Timestamp === true;
      const limit = body.maxResults ?? FIRST_PAGE;
      const { job } = finished;
      if (job.error !== undefined) throw errorOf(job);
      const page =
        finished.page !== undefined && limit >= finished.page.rows
          ? finished.page
          : await pageOf(principal, job, 0, limit);
      return answer(reply, queryAnswer('queryResponse', job, page, { offset: 0, micros }));
    },
  );

  app.get<JobRoute & { Querystring: ResultsQuery }>(
    '/projects/:project/queries/:job',
    { config: may('job.read') },
    async ({ params, query, principal }, reply) => {
      const job = await warehouse.wait(
        principal,
        params.project,
        params.job,
        Number(query.timeoutMs ?? DEFAULT_WAIT_MS),
      );
      if (job.error !== undefined) throw errorOf(job);
      const offset = Number(query.pageToken ?? query.startIndex ?? 0);
      const limit = Math.min(Number(query.maxResults ?? FIRST_PAGE), FIRST_PAGE);
      const page = limit === 0 ? undefined : await pageOf(principal, job, offset, limit);
      const micros = flag(query['formatOptions.useInt64Timestamp']);
      return answer(reply, queryAnswer('getQueryResultsResponse', job, page, { offset, micros }));
    },
  );

  app.post<ProjectRoute & { Body: JobBody }>(
    '/projects/:project/jobs',
    { config: may('job.create') },
    async ({ params, body, principal }) => {
      const { project } = params;
      const { configuration = {} } = body;
      if (configuration.query === undefined) return begin(principal, project, body);
      const { labels } = configuration;
      const request = toRequest(project, { ...configuration.query, ...(labels === undefined ? {} : { labels }) });
      if (configuration.dryRun === true) {
        const dry = await dryRunAnswer(principal, request);
        return {
          kind: 'bigquery#job',
          configuration,
          status: { state: 'DONE' },
          statistics: {
            totalBytesProcessed: dry.totalBytesProcessed,
            query: { ...dry, statementType: dry.statementType },
          },
          jobReference: { projectId: project, location: 'US' },
        };
      }
      const jobId = await newJobId(project, body);
      const run = () => warehouse.run(principal, { ...request, jobId });
      const { job } = await settle(principal, { project, jobId }, run, DEFAULT_WAIT_MS);
      return jobResource(job);
    },
  );

  app.get<ProjectRoute & { Querystring: PageQuery & { stateFilter?: string; parentJobId?: string } }>(
    '/projects/:project/jobs',
    { config: may('job.read') },
    async ({ params, query, principal }) => {
      const state = query.stateFilter?.toUpperCase();
      const limit = Math.min(Number(query.maxResults ?? 50) || 50, 1000);
      const jobs = await warehouse.jobs.list(params.project, {
        limit,
        principal: principal.id,
        ...(query.pageToken === undefined ? {} : { before: new Date(Number(query.pageToken) || 0) }),
        ...(query.parentJobId === undefined ? {} : { parent: query.parentJobId }),
        ...(state === 'RUNNING' || state === 'DONE' ? { state } : {}),
      });
      // The next page has those that were made before the last of this one.
      const last = jobs.length < limit ? undefined : jobs.at(-1)?.createdAt.getTime();
      const next = last === undefined ? {} : { nextPageToken: String(last) };
      return {
        kind: 'bigquery#jobList',
        jobs: jobs.map((job) => ({ ...jobResource(job), state: job.state })),
        ...next,
      };
    },
  );

  app.get<JobRoute>('/projects/:project/jobs/:job', { config: may('job.read') }, async ({ params, principal }) =>
    jobResource(await warehouse.job(principal, params.project, params.job)),
  );

  app.post<JobRoute>(
    '/projects/:project/jobs/:job/cancel',
    { config: may('job.read') },
    async ({ params, principal }) => {
      await warehouse.cancel(principal, params.project, params.job);
      return {
        kind: 'bigquery#jobCancelResponse',
        job: jobResource(await warehouse.job(principal, params.project, params.job)),
      };
    },
  );

  async function pageOf(principal: Principal, job: Job, offset: number, limit: number) {
    if (job.state !== 'DONE' || job.columns === undefined) return undefined;
    return (await warehouse.page(principal, job.project, job.id, offset, limit)).page;
  }

  async function dryRunAnswer(principal: Principal, request: QueryJobRequest) {
    const { bytesProcessed, columns, statementType } = await warehouse.dryRun(principal, request);
    return {
      kind: 'bigquery#queryResponse',
      jobComplete: true,
      cacheHit: false,
      statementType,
      totalBytesProcessed: String(bytesProcessed),
      jobReference: { projectId: request.project, location: 'US' },
      ...(columns === undefined ? {} : { schema: { fields: toFields(columns) } }),
    };
  }
}

function toRequest(project: string, body: QueryBody): QueryJobRequest {
  if (body.query === undefined)
    throw new ArcosError('INVALID', 'Required parameter is missing: query', { data: { reason: 'required' } });
  if (body.useLegacySql === true)
    throw new ArcosError('UNSUPPORTED', 'Legacy SQL is not supported', { hint: 'Send useLegacySql: false.' });
  const { datasetId } = body.defaultDataset ?? {};
  return {
    sql: body.query,
    project,
    ...(datasetId === undefined ? {} : { dataset: datasetId }),
    ...(body.labels === undefined ? {} : { labels: body.labels }),
    ...(body.queryParameters === undefined || body.queryParameters.length === 0
      ? {}
      : { parameters: fromParameters(body.queryParameters, body.parameterMode) }),
    ...(body.destinationTable === undefined ? {} : { destination: destinationOf(project, body) }),
    ...(body.priority?.toUpperCase() === 'BATCH' ? { priority: 'BATCH' as const } : {}),
    ...connectionOf(body),
    ...(body.maximumBytesBilled === undefined ? {} : { maximumBytesBilled: Number(body.maximumBytesBilled) }),
    ...(body.useQueryCache === undefined ? {} : { useQueryCache: body.useQueryCache }),
  };
}

/** What connection properties there are (BigQuery REST reference, ConnectionProperty). Throws INVALID for another. */
function connectionOf({ createSession, connectionProperties = [] }: QueryBody) {
  const known = ['session_id', 'time_zone', 'query_label', 'dataset_project_id'];
  for (const { key = '' } of connectionProperties) {
    if (!known.includes(key))
      throw new ArcosError('INVALID', `There is no connection property ${key}`, {
        hint: `Use one of ${known.join(', ')}.`,
        data: { reason: 'invalid' },
      });
  }
  const value = (key: string) => connectionProperties.find((property) => property.key === key)?.value;
  const [id, timeZone = 'UTC'] = [value('session_id'), value('time_zone')];
  if (timeZone !== 'UTC') throw new ArcosError('UNSUPPORTED', 'A time zone other than UTC is not supported');
  return {
    ...(createSession === true ? { session: { create: true as const } } : {}),
    ...(id === undefined ? {} : { session: { id } }),
  };
}

function destinationOf(project: string, body: QueryBody): QueryDestination {
  const { writeDisposition, createDisposition, clustering, schemaUpdateOptions } = body;
  const partitioning = partitioningOf(body);
  return {
    table: tableOf(body.destinationTable, 'query.destinationTable', project),
    ...(writeDisposition === undefined ? {} : { writeDisposition }),
    ...(createDisposition === undefined ? {} : { createDisposition }),
    ...(partitioning === undefined ? {} : { partitioning }),
    ...(schemaUpdateOptions === undefined ? {} : { schemaUpdateOptions }),
    ...(clustering?.fields === undefined ? {} : { clustering: clustering.fields }),
  };
}

function answer(reply: FastifyReply, json: string): FastifyReply {
  return reply.type('application/json').send(json);
}
