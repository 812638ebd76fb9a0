import { setTimeout as sleep } from 'node:timers/promises';
import { ArcosError } from '../base/errors.ts';
import { type HttpClientOptions, httpClient } from '../base/http.ts';
import { newId } from '../base/ids.ts';
import { canonicalJson } from '../base/json.ts';
import type { ColumnInfo, CsvOptions, Partitioning, TablePath } from '../sql/catalog.ts';
import { toParameters } from './api/parameter.ts';
import { type FieldSchema, fromFields, toFields } from './api/schema.ts';
import { decodeRows, type RestRow } from './decode.ts';
import type { ExternalTableDefinition, QueryResult, TableInfo, WarehouseClient } from './port.ts';

const CANCEL_EVERY_MS = 250;

/** The warehouse over BigQuery's REST API, for runs, models servers and commands. */
export function warehouseClient(options: HttpClientOptions): WarehouseClient {
  const http = httpClient({ ...options, baseUrl: `${options.baseUrl}/bigquery/v2` });
  /** Jobs are asked for by id alone: each one's project is remembered. */
  const projects = new Map<string, string>();

  const datasets = (project: string) => `/projects/${encodeURIComponent(project)}/datasets`;
  const tables = (project: string, dataset: string) => `${datasets(project)}/${encodeURIComponent(dataset)}/tables`;
  const tablePath = ({ project, dataset, table }: TablePath) =>
    `${tables(project, dataset)}/${encodeURIComponent(table)}`;

  async function results(
    project: string,
    jobId: string,
    query: { startIndex?: number; maxResults?: number },
    signal?: AbortSignal,
  ): Promise<ResultsAnswer> {
    const path = `/projects/${encodeURIComponent(project)}/queries/${encodeURIComponent(jobId)}`;
    for (;;) {
      const answer = await http.json<ResultsAnswer>(path, {
        query: { ...query, 'formatOptions.useInt64Timestamp': true },
        signal,
      });
      if (answer.jobComplete) return answer;
    }
  }

  return {
    async query({
      sql,
      project,
      dataset,
      jobId = `job_${newId().replaceAll('-', '')}`,
      labels,
      parameters,
      maxRows,
      signal,
    }) {
      const jobs = `/projects/${encodeURIComponent(project)}/jobs`;
      if (signal?.aborted === true) throw new ArcosError('CANCELLED', 'Cancelled before it began');
      let over = false;
      // A job that has not begun yet cannot be cancelled, so it is asked until it has ended.
      const cancel = async () => {
        for (; !over; await sleep(CANCEL_EVERY_MS)) {
          await http.send(`${jobs}/${jobId}/cancel`, { method: 'POST' }).catch(() => undefined);
        }
      };
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        const configuration = {
          ...(labels === undefined ? {} : { labels }),
          query: {
            query: sql,
            useLegacySql: false,
            ...(dataset === undefined ? {} : { defaultDataset: { projectId: project, datasetId: dataset } }),
            ...(parameters === undefined ? {} : { queryParameters: toParameters(parameters) }),
          },
        };
        const body = { jobReference: { projectId: project, jobId }, configuration };
        const begun = await http.json<JobAnswer>(jobs, { method: 'POST', json: body }).catch(async (error: unknown) => {
          if (!(error instanceof ArcosError) || error.code !== 'CONFLICT') throw error;
          const before = await http.json<JobAnswer>(`${jobs}/${jobId}`);
          const { query, queryParameters = [] } = before.configuration.query;
          const same = canonicalJson(queryParameters) === canonicalJson(toParameters(parameters ?? []));
          if (query !== sql || !same) throw error;
          return before;
        });
        projects.set(jobId, project);
        const answer = await results(project, jobId, maxRows === undefined ? {} : { maxResults: maxRows });
        return toResult(jobId, begun.statistics.query?.statementType ?? '', answer);
      } finally {
        over = true;
        signal?.removeEventListener('abort', cancel);
      }
    },

    async rows(jobId, offset, limit) {
      const project = projects.get(jobId);
      if (project === undefined) throw new ArcosError('NOT_FOUND', `Not found: Job ${jobId}`);
      const answer = await results(project, jobId, { startIndex: offset, maxResults: limit });
      return decodeRows(fromFields(answer.schema?.fields ?? []), answer.rows ?? []);
    },

    async ensureDataset(project, dataset) {
      const json = { datasetReference: { projectId: project, datasetId: dataset } };
      await http.json(datasets(project), { method: 'POST', json }).catch((error: unknown) => {
        if (!(error instanceof ArcosError) || error.code !== 'CONFLICT') throw error;
      });
    },

    async table(path) {
      const resource = await http.json<TableAnswer>(tablePath(path)).catch((error: unknown) => {
        if (error instanceof ArcosError && error.code === 'NOT_FOUND') return undefined;
        throw error;
      });
      return resource === undefined ? undefined : toInfo(resource);
    },

    async tables(project, dataset) {
      const list = await http.json<{ tables: TableAnswer[] }>(tables(project, dataset));
      return Promise.all(
        list.tables.map(async ({ tableReference }) =>
          toInfo(await http.json<TableAnswer>(tablePath({ project, dataset, table: tableReference.tableId }))),
        ),
      );
    },

    async putExternalTable(definition) {
      const { path } = definition;
      const json = externalBody(definition);
      await http.json(tables(path.project, path.dataset), { method: 'POST', json }).catch(async (error: unknown) => {
        if (!(error instanceof ArcosError) || error.code !== 'CONFLICT') throw error;
        await http.json(tablePath(path), { method: 'PUT', json });
      });
    },

    async deleteTable(path) {
      await http.send(tablePath(path), { method: 'DELETE' });
    },
  };
}

interface JobAnswer {
  readonly configuration: { readonly query: { readonly query: string; readonly queryParameters?: unknown } };
  readonly statistics: { readonly query?: { readonly statementType?: string } };
}

interface ResultsAnswer {
  readonly jobComplete: boolean;
  readonly schema?: { readonly fields?: readonly FieldSchema[] };
  readonly totalRows?: string;
  readonly rows?: readonly RestRow[];
  readonly numDmlAffectedRows?: string;
  readonly totalBytesProcessed?: string;
}

interface TableAnswer {
  readonly tableReference: { readonly projectId: string; readonly datasetId: string; readonly tableId: string };
  readonly type: 'TABLE' | 'EXTERNAL' | 'VIEW';
  readonly schema: { readonly fields?: readonly FieldSchema[] };
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly numRows?: string;
  readonly numBytes?: string;
  readonly timePartitioning?: { readonly type: 'HOUR' | 'DAY' | 'MONTH' | 'YEAR'; readonly field?: string };
  readonly rangePartitioning?: {
    readonly field: string;
    readonly range: { readonly start: string; readonly end: string; readonly interval: string };
  };
  readonly clustering?: { readonly fields: readonly string[] };
  readonly creationTime: string;
  readonly lastModifiedTime: string;
}

function toResult(jobId: string, statementType: string, answer: ResultsAnswer): QueryResult {
  const columns: readonly ColumnInfo[] = fromFields(answer.schema?.fields ?? []);
  return {
    jobId,
    statementType,
    columns,
    rows: decodeRows(columns, answer.rows ?? []),
    totalRows: Number(answer.totalRows ?? 0),
    ...(answer.numDmlAffectedRows === undefined ? {} : { affectedRows: Number(answer.numDmlAffectedRows) }),
    bytesProcessed: Number(answer.totalBytesProcessed ?? 0),
  };
}

const KINDS = { TABLE: 'native', EXTERNAL: 'external', VIEW: 'view' } as const;

function toInfo(answer: TableAnswer): TableInfo {
  const { projectId, datasetId, tableId } = answer.tableReference;
  const partitioning = partitioningOf(answer);
  return {
    path: { project: projectId, dataset: datasetId, table: tableId },
    kind: KINDS[answer.type],
    columns: fromFields(answer.schema.fields ?? []),
    ...(partitioning === undefined ? {} : { partitioning }),
    ...(answer.clustering === undefined ? {} : { clustering: answer.clustering.fields }),
    ...(answer.description === undefined ? {} : { description: answer.description }),
    labels: answer.labels ?? {},
    ...(answer.numRows === undefined ? {} : { rows: Number(answer.numRows), bytes: Number(answer.numBytes) }),
    createdAt: new Date(Number(answer.creationTime)),
    modifiedAt: new Date(Number(answer.lastModifiedTime)),
  };
}

function partitioningOf({ timePartitioning, rangePartitioning }: TableAnswer): Partitioning | undefined {
  if (timePartitioning !== undefined) {
    const { type: unit, field } = timePartitioning;
    return field === undefined ? { kind: 'ingestion', unit } : { kind: 'time', unit, column: field };
  }
  if (rangePartitioning === undefined) return undefined;
  const { field, range } = rangePartitioning;
  return {
    kind: 'range',
    column: field,
    start: Number(range.start),
    end: Number(range.end),
    interval: Number(range.interval),
  };
}

function externalBody({ path, columns, format, sourceUris, hivePrefix, csv, description }: ExternalTableDefinition) {
  const { project, dataset, table } = path;
  return {
    tableReference: { projectId: project, datasetId: dataset, tableId: table },
    ...(description === undefined ? {} : { description }),
    schema: { fields: toFields(columns) },
    externalDataConfiguration: {
      sourceFormat: format,
      sourceUris,
      ...(hivePrefix === undefined ? {} : { hivePartitioningOptions: { mode: 'CUSTOM', sourceUriPrefix: hivePrefix } }),
      ...(csv === undefined ? {} : { csvOptions: csvBody(csv) }),
    },
  };
}

function csvBody({ delimiter, skipLeadingRows, ...rest }: Partial<CsvOptions>) {
  return {
    ...rest,
    ...(delimiter === undefined ? {} : { fieldDelimiter: delimiter }),
    ...(skipLeadingRows === undefined ? {} : { skipLeadingRows: String(skipLeadingRows) }),
  };
}
