import type { Insertable } from 'kysely';
import { newId } from '../base/ids.ts';
import type { RunEvent } from '../flow/events.ts';
import type { OrchestratorTables } from './tables.ts';
import type { RunRow } from './transition/patch.ts';
import type { Database } from './transition/propose.ts';
import { isEnd } from './transition/rules.ts';

/** What is only kept, and decides nothing. */
export type RunRecord = Exclude<RunEvent, { kind: 'state' }>;

type TaskRow = Insertable<OrchestratorTables['orchestrator.task_run']>;
type LogRow = Insertable<OrchestratorTables['orchestrator.log']>;
type ArtifactRow = Insertable<OrchestratorTables['orchestrator.artifact']>;

/**
 * Keeps records of the run, each with the next number of the run's events, and the sequence numbers
 * in `row`. An ended run takes only log lines: its tasks have been ended with it.
 * Returns the row as it is then. One statement a table, however many records.
 */
export async function writeDown(db: Database, row: RunRow, records: readonly RunRecord[]): Promise<RunRow> {
  const ended = isEnd(row.state);
  const logs: LogRow[] = [];
  const tasks = new Map<string, TaskRow>();
  const artifacts = new Map<string, ArtifactRow>();
  let { events } = row;
  for (const record of records) {
    events++;
    if (record.kind === 'log') logs.push(logRow(row, events, record));
    else if (ended) continue;
    else if (record.kind === 'task') tasks.set(record.key, taskRow(row, events, record));
    else artifacts.set(JSON.stringify([record.task, record.key]), artifactRow(row, record));
  }
  if (logs.length > 0) await db.insertInto('orchestrator.log').values(logs).execute();
  if (tasks.size > 0) await putTasks(db, [...tasks.values()]);
  if (artifacts.size > 0) await putArtifacts(db, [...artifacts.values()]);
  const { run_seq, agent_seq } = row;
  await db.updateTable('orchestrator.run').set({ events, run_seq, agent_seq }).where('id', '=', row.id).execute();
  return { ...row, events };
}

async function putTasks(db: Database, rows: readonly TaskRow[]): Promise<void> {
  await db
    .insertInto('orchestrator.task_run')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['run', 'key', 'attempt']).doUpdateSet(({ ref }) => ({
        event: ref('excluded.event'),
        state: ref('excluded.state'),
        message: ref('excluded.message'),
        tries: ref('excluded.tries'),
        upstream: ref('excluded.upstream'),
        tags: ref('excluded.tags'),
        input_hash: ref('excluded.input_hash'),
        result: ref('excluded.result'),
        started_at: ref('excluded.started_at'),
        ended_at: ref('excluded.ended_at'),
      })),
    )
    .execute();
}

async function putArtifacts(db: Database, rows: readonly ArtifactRow[]): Promise<void> {
  await db
    .insertInto('orchestrator.artifact')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['run', 'task', 'key']).doUpdateSet(({ ref }) => ({
        kind: ref('excluded.kind'),
        data: ref('excluded.data'),
        at: ref('excluded.at'),
      })),
    )
    .execute();
}

function logRow({ id: run, attempt }: RunRow, id: number, log: Extract<RunRecord, { kind: 'log' }>): LogRow {
  const { at, level, message, task } = log;
  return { run, id, attempt, at: new Date(at), level, message: storable(message), task: task ?? null };
}

function taskRow({ id: run, attempt }: RunRow, event: number, task: Extract<RunRecord, { kind: 'task' }>): TaskRow {
  const { key, state, message, tries, upstream, tags, startedAt, endedAt, inputHash, result } = task;
  return {
    id: newId(),
    run,
    key,
    attempt,
    event,
    state,
    message: message === undefined ? null : storable(message),
    tries,
    upstream: [...upstream],
    tags: [...tags],
    input_hash: inputHash ?? null,
    result: result ?? null,
    started_at: startedAt === undefined ? null : new Date(startedAt),
    ended_at: endedAt === undefined ? null : new Date(endedAt),
  };
}

function artifactRow({ id: run }: RunRow, artifact: Extract<RunRecord, { kind: 'artifact' }>): ArtifactRow {
  const { key, artifact: kind, task, data, at } = artifact;
  return { id: newId(), run, key, task: task ?? '', kind, data, at: new Date(at) };
}

/** PostgreSQL's text has no NUL. */
function storable(text: string): string {
  return text.replaceAll('\0', '\u2400');
}
