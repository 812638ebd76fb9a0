import { ApiError, api, path } from '../api.ts';
import type { QueryAnswer } from '../bigquery.ts';
import type { Finished } from './Results.tsx';

export interface DryRun {
  readonly bytes: number;
}

/** What a statement would read, or the fault that it has. Throws ApiError. */
export async function dryRun(project: string, query: string): Promise<DryRun> {
  const json = { query, useLegacySql: false, dryRun: true };
  const answer = await api<QueryAnswer>(path`/bigquery/v2/projects/${project}/queries`, { method: 'POST', json });
  return { bytes: Number(answer.totalBytesProcessed ?? 0) };
}

/** Runs a statement to its end, unless it reads more than it may. `id` is of the caller's making, so that the job can be cancelled before it answers. */
export async function run(project: string, query: string, id: string, mostBytes?: number): Promise<Finished> {
  const began = performance.now();
  const cap = mostBytes === undefined ? {} : { maximumBytesBilled: String(mostBytes) };
  const json = { query, useLegacySql: false, requestId: id, maxResults: 0, timeoutMs: 10_000, ...cap };
  let answer = await api<QueryAnswer>(path`/bigquery/v2/projects/${project}/queries`, { method: 'POST', json });
  const job = answer.jobReference.jobId ?? jobOf(id);
  while (!answer.jobComplete) {
    answer = await api<QueryAnswer>(
      `${path`/bigquery/v2/projects/${project}/queries/${job}`}?maxResults=0&timeoutMs=10000`,
    );
  }
  return {
    project,
    job,
    fields: answer.schema?.fields ?? [],
    rows: Number(answer.totalRows ?? 0),
    bytes: Number(answer.totalBytesProcessed ?? 0),
    milliseconds: performance.now() - began,
    ...(answer.numDmlAffectedRows === undefined ? {} : { affected: Number(answer.numDmlAffectedRows) }),
  };
}

/** Asks the server to stop it; one that has not begun or has ended already stays as it is. */
export async function cancel(project: string, id: string): Promise<void> {
  await api(path`/bigquery/v2/projects/${project}/jobs/${jobOf(id)}/cancel`, { method: 'POST', json: {} }).catch(
    (error: unknown) => {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    },
  );
}

/** The warehouse's name for a job with a request id. */
function jobOf(id: string): string {
  return `request_${id}`;
}
