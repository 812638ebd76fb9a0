import { arrayOf, BOOL, INT64, type SqlType, STRING, TIMESTAMP } from '../../sql/type.ts';
import type { Job } from '../job.ts';
import type { SchemaView, Scope } from './view.ts';

const struct = (fields: Readonly<Record<string, SqlType>>): SqlType => ({
  kind: 'STRUCT',
  fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
});

const COLUMNS = {
  creation_time: TIMESTAMP,
  project_id: STRING,
  user_email: STRING,
  job_id: STRING,
  job_type: STRING,
  statement_type: STRING,
  priority: STRING,
  start_time: TIMESTAMP,
  end_time: TIMESTAMP,
  query: STRING,
  state: STRING,
  reservation_id: STRING,
  total_bytes_processed: INT64,
  total_bytes_billed: INT64,
  total_slot_ms: INT64,
  error_result: struct({ reason: STRING, location: STRING, debug_info: STRING, message: STRING }),
  cache_hit: BOOL,
  labels: arrayOf(struct({ key: STRING, value: STRING })),
  parent_job_id: STRING,
  dml_statistics: struct({ inserted_row_count: INT64, deleted_row_count: INT64, updated_row_count: INT64 }),
};

async function* rows(scope: Scope, whose: 'everybody' | 'own') {
  const { project, authoriser, principal, jobs } = scope;
  await authoriser.demandProject('job.read', project);
  // Everybody's queries are for those who manage access; others see their own.
  const all = whose === 'everybody' && (await authoriser.allows('access.read', project));
  for await (const job of jobs.history(project, all ? undefined : principal)) yield jobRow(job);
}

function jobRow(job: Job) {
  const { error, statementType, affectedRows } = job;
  const counts: Readonly<Record<string, string>> = {
    INSERT: 'inserted_row_count',
    DELETE: 'deleted_row_count',
    UPDATE: 'updated_row_count',
  };
  const counted = counts[statementType];
  return {
    creation_time: job.createdAt,
    project_id: job.project,
    user_email: job.principalName,
    job_id: job.id,
    job_type: job.kind,
    statement_type: job.kind === 'QUERY' ? statementType : undefined,
    priority: 'INTERACTIVE',
    start_time: job.createdAt,
    end_time: job.endedAt,
    query: job.kind === 'QUERY' ? job.sql : undefined,
    state: job.state,
    total_bytes_processed: job.bytesProcessed,
    total_bytes_billed: job.bytesProcessed,
    total_slot_ms: job.statistics.slotMs ?? 0,
    // Whose engine it ran in.
    reservation_id: job.agency,
    error_result: error && { reason: error.reason ?? 'invalid', location: error.location, message: error.message },
    cache_hit: job.statistics.cacheHit === true,
    labels: Object.entries(job.labels).map(([key, value]) => ({ key, value })),
    parent_job_id: job.parent,
    dml_statistics: counted === undefined || affectedRows === undefined ? undefined : { [counted]: affectedRows },
  };
}

export const JOBS: SchemaView = { columns: COLUMNS, rows: (scope) => rows(scope, 'everybody') };
export const JOBS_BY_USER: SchemaView = { columns: COLUMNS, rows: (scope) => rows(scope, 'own') };
