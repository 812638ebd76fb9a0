import { type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import { ArcosError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { OrchestratorTables } from '../tables.ts';
import type { Database } from '../transition/propose.ts';
import type { RunDetail, RunPage, RunView, StateName, TaskRunView } from '../views.ts';

export interface RunQuery {
  /** Only runs of these; all unless told. */
  readonly namespaces?: readonly string[] | undefined;
  readonly states?: readonly StateName[] | undefined;
  /** Name or id. */
  readonly flow?: string | undefined;
  /** `next` of the page before. */
  readonly before?: string | undefined;
  /** 50 unless told. */
  readonly limit?: number | undefined;
}

const PAGE = 50;

/**
 * Newest first. The flow's id is found first: joined by name, PostgreSQL cannot know how rare its runs
 * are and walks through everybody's (of 1,000,000 runs, the page of a rare flow: 480 ms; so 2 ms).
 */
export async function listRuns(db: Database, query: RunQuery): Promise<RunPage> {
  const limit = query.limit ?? PAGE;
  let select = selectRuns(db)
    .orderBy('r.id', 'desc')
    .limit(limit + 1);
  if (query.namespaces !== undefined) select = select.where('r.namespace', 'in', nonEmpty(query.namespaces));
  if (query.states !== undefined) select = select.where('r.state', 'in', nonEmpty(query.states));
  if (query.before !== undefined) select = select.where('r.id', '<', query.before);
  if (query.flow !== undefined) select = select.where('r.flow', 'in', nonEmpty(await flowsCalled(db, query.flow)));
  const rows = await select.execute();
  const runs = rows.slice(0, limit).map(toRunView);
  const last = rows.length > limit ? runs.at(-1) : undefined;
  return last === undefined ? { runs } : { runs, next: last.id };
}

/** Several namespaces may each have a flow of the name. */
async function flowsCalled(db: Database, nameOrId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('orchestrator.flow')
    .select('id')
    .where(isUuid(nameOrId) ? 'id' : 'name', '=', nameOrId)
    .execute();
  return rows.map(({ id }) => id);
}

/** Throws NOT_FOUND. */
export async function readRun(db: Database, id: string): Promise<RunView> {
  const row = isUuid(id) ? await selectRuns(db).where('r.id', '=', id).executeTakeFirst() : undefined;
  if (row === undefined) throw new ArcosError('NOT_FOUND', `There is no run ${id}`);
  return toRunView(row);
}

/** Throws NOT_FOUND. */
export async function readRunDetail(db: Database, id: string): Promise<RunDetail> {
  const run = await readRun(db, id);
  const [history, tasks, artifacts] = await Promise.all([
    db.selectFrom('orchestrator.state').selectAll().where('run', '=', id).orderBy('event').execute(),
    selectTasks(db, id).orderBy('started_at').orderBy('event').execute(),
    db.selectFrom('orchestrator.artifact').selectAll().where('run', '=', id).orderBy('at').execute(),
  ]);
  return {
    ...run,
    history: history.map(({ state, message, attempt, at }) => ({
      state,
      attempt,
      at: at.toISOString(),
      ...(message === null ? {} : { message }),
    })),
    tasks: tasks.map(toTaskView),
    artifacts: artifacts.map(({ id: artifact, key, kind, task, data, at }) => ({
      id: artifact,
      key,
      kind,
      data: JSON.parse(data) as Json,
      at: at.toISOString(),
      ...(task === '' ? {} : { task }),
    })),
  };
}

/** Without results: those can be large, and are the run's own business. */
export function selectTasks(db: Database, run: string) {
  return db
    .selectFrom('orchestrator.task_run')
    .select(['id', 'key', 'attempt', 'event', 'state', 'message', 'tries', 'upstream', 'started_at', 'ended_at'])
    .where('run', '=', run);
}

type TaskRow = Pick<
  Selectable<OrchestratorTables['orchestrator.task_run']>,
  'id' | 'key' | 'attempt' | 'state' | 'message' | 'tries' | 'upstream' | 'started_at' | 'ended_at'
>;

export function toTaskView(row: TaskRow): TaskRunView {
  const { id, key, state, attempt, tries, upstream } = row;
  return {
    id,
    key,
    state,
    attempt,
    tries,
    upstream,
    ...(row.message === null ? {} : { message: row.message }),
    ...(row.started_at === null ? {} : { startedAt: row.started_at.toISOString() }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
  };
}

function selectRuns(db: Database) {
  return db
    .selectFrom('orchestrator.run as r')
    .innerJoin('orchestrator.flow as f', 'f.id', 'r.flow')
    .innerJoin('orchestrator.deployment as d', 'd.id', 'r.deployment')
    .leftJoin('orchestrator.agent as a', 'a.id', 'r.agent')
    .selectAll('r')
    .select(['f.name as flow_name', 'd.name as deployment_name', 'a.name as agent_name']);
}

type Row =
  ReturnType<typeof selectRuns> extends SelectQueryBuilder<infer _DB, infer _TB, infer Output> ? Output : never;

function toRunView(row: Row): RunView {
  return {
    id: row.id,
    name: row.name,
    flow: { id: row.flow, name: row.flow_name },
    deployment: { id: row.deployment, name: row.deployment_name },
    namespace: row.namespace,
    agency: row.agency,
    state: row.state,
    origin: row.origin,
    attempt: row.attempt,
    parameters: row.parameters,
    scheduledFor: row.scheduled_for.toISOString(),
    createdAt: row.created_at.toISOString(),
    ...(row.message === null ? {} : { message: row.message }),
    ...(row.started_at === null ? {} : { startedAt: row.started_at.toISOString() }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
    ...(row.agent_name === null ? {} : { agent: row.agent_name }),
  };
}

/** `IN ()` is no SQL; NULL is in no list. */
function nonEmpty<Value>(values: readonly Value[]) {
  return values.length === 0 ? sql<Value>`(NULL)` : values;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}
