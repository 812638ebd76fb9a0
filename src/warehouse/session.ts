import type { Principal } from '../access/principal.ts';
import type { Session, TypedValue } from '../sql/bind.ts';
import type { LiteralValue } from '../sql/bound.ts';
import { INT64, type SqlType, STRING, TIMESTAMP } from '../sql/type.ts';
import type { QueryRequest } from './port.ts';

/** What the texts of a job are bound in: names, parameters and system variables (GoogleSQL, System variables). */
export function sessionOf(
  request: QueryRequest & { readonly sessionId?: string | undefined },
  principal: Principal,
  jobId: string,
  now: Date,
): Session {
  const { project, dataset, parameters = [], sessionId = null } = request;
  const named = parameters.flatMap(({ name, type, value }): [string, TypedValue][] =>
    name === undefined ? [] : [[name.toLowerCase(), { type, value }]],
  );
  return {
    defaults: { project, ...(dataset === undefined ? {} : { dataset }) },
    user: principal.name,
    parameters: new Map(named),
    positionalParameters: parameters.filter(({ name }) => name === undefined),
    systemVariables: new Map<string, TypedValue>([
      text('project_id', project),
      text('dataset_id', dataset ?? null),
      text('dataset_project_id', dataset === undefined ? null : project),
      text('time_zone', 'UTC'),
      text('session_id', sessionId),
      text('location', 'US'),
      text('query_label', null),
      text('current_job_id', jobId),
      text('last_job_id', null),
      text('error.message', null),
      text('error.statement_text', null),
      text('error.formatted_stack_trace', null),
      text('script.job_id', jobId),
      ['script.creation_time', { type: TIMESTAMP, value: instant(now) }],
      ...scriptVariables({ children: 0, bytes: 0 }),
      count('row_count', null),
    ]),
  };
}

/** The variables that tell how far a script is. */
export function scriptVariables({ children, bytes }: { children: number; bytes: number }): [string, TypedValue][] {
  return [
    count('script.num_child_jobs', children),
    count('script.bytes_processed', bytes),
    count('script.bytes_billed', bytes),
    count('script.slot_ms', 0),
  ];
}

export const text = (name: string, value: string | null): [string, TypedValue] => [name, typed(STRING, value)];
export const count = (name: string, value: number | null): [string, TypedValue] => [
  name,
  typed(INT64, value === null ? null : String(value)),
];

const typed = (type: SqlType, value: LiteralValue): TypedValue => ({ type, value });

function instant(date: Date): string {
  return `${date.toISOString().slice(0, -1).replace('T', ' ')}+00`;
}
