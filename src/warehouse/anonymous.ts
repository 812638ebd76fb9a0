import type { TablePath } from '../sql/catalog.ts';

/**
 * The table that a query's rows are in while nobody says where they go (BigQuery, Writing query results). It is its
 * job's: nobody else may read it, and it is gone when the job's rows are.
 */
const DATASET = '_anonymous';
const PREFIX = 'anon_';

export function anonymousTable(project: string, jobId: string): TablePath {
  return { project, dataset: DATASET, table: `${PREFIX}${jobId}` };
}

/** The job whose rows a table has; undefined for a table of a dataset. */
export function anonymousJob({ dataset, table }: TablePath): string | undefined {
  return dataset === DATASET && table.startsWith(PREFIX) ? table.slice(PREFIX.length) : undefined;
}
