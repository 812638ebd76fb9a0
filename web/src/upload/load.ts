import { ApiError, path } from '../api.ts';
import type { SniffedColumn } from './sniff.ts';

export interface Load {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
  readonly format: 'CSV' | 'NEWLINE_DELIMITED_JSON' | 'PARQUET';
  readonly delimiter: string;
  readonly header: boolean;
  readonly replace: boolean;
  /** Undefined where the file says it itself. */
  readonly columns?: readonly SniffedColumn[];
}

export interface Loaded {
  readonly rows: number;
}

/** What a load job is told (BigQuery REST reference, JobConfigurationLoad). Pure. */
export function loadConfiguration({ project, dataset, table, format, delimiter, header, replace, columns }: Load) {
  return {
    configuration: {
      load: {
        destinationTable: { projectId: project, datasetId: dataset, tableId: table },
        sourceFormat: format,
        writeDisposition: replace ? 'WRITE_TRUNCATE' : 'WRITE_APPEND',
        ...(format === 'CSV'
          ? { fieldDelimiter: delimiter, skipLeadingRows: header ? 1 : 0, allowQuotedNewlines: true }
          : {}),
        ...(columns === undefined ? { autodetect: true } : { schema: { fields: columns } }),
      },
    },
  };
}

/** Sends a file as a load job, whole, from the disk. Throws ApiError with the row and column that could not be read. */
export async function loadFile(file: Blob, load: Load): Promise<Loaded> {
  const boundary = `arcos-${crypto.randomUUID()}`;
  const head = `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(loadConfiguration(load))}\r\n--${boundary}\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const response = await fetch(`/upload${path`/bigquery/v2/projects/${load.project}/jobs`}?uploadType=multipart`, {
    method: 'POST',
    headers: { 'content-type': `multipart/related; boundary=${boundary}` },
    body: new Blob([head, file, `\r\n--${boundary}--\r\n`]),
  });
  let job = (await response.json().catch(() => ({}))) as Job;
  if (!response.ok) throw new ApiError(response.status, job.error?.message ?? response.statusText);
  while (job.status?.state !== 'DONE') {
    await new Promise((go) => setTimeout(go, 500));
    const answer = await fetch(path`/bigquery/v2/projects/${load.project}/jobs/${job.jobReference?.jobId ?? ''}`);
    job = (await answer.json()) as Job;
    if (!answer.ok) throw new ApiError(answer.status, job.error?.message ?? answer.statusText);
  }
  if (job.status.errorResult !== undefined) throw new ApiError(400, job.status.errorResult.message);
  return { rows: Number(job.statistics?.load?.outputRows ?? 0) };
}

interface Job {
  readonly error?: { readonly message: string };
  readonly jobReference?: { readonly jobId: string };
  readonly status?: { readonly state: string; readonly errorResult?: { readonly message: string } };
  readonly statistics?: { readonly load?: { readonly outputRows?: string } };
}
