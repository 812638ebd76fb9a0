import type { Database } from '../transition/propose.ts';
import { selectTasks, toTaskView } from '../view/run.ts';
import type { TaskRunView } from '../views.ts';

/** Tables by `project.dataset.table`. */
export interface TouchedTables {
  readonly read: readonly string[];
  readonly written: readonly string[];
}

/** An attempt of a run that has begun or is over, as systems outside are told of it. */
export interface ToldAttempt {
  readonly run: {
    readonly id: string;
    readonly name: string;
    readonly flow: string;
    readonly namespace: string;
    readonly agency: string;
    readonly owners: readonly string[];
    readonly scheduledFor: string;
    readonly parent?: string;
    readonly parentFlow?: string;
  };
  readonly attempt: number;
  readonly state: string;
  readonly message?: string;
  readonly startedAt?: string;
  /** When it entered the state. */
  readonly at: string;
  readonly tasks: readonly TaskRunView[];
  readonly tables: TouchedTables;
}

interface Happened {
  readonly run: string;
  readonly attempt: number;
  readonly state: string;
  readonly message: string | null;
  readonly at: Date;
}

/** Undefined for a run that is no longer there. */
export async function readAttempt(
  db: Database,
  happened: Happened,
  tables: TouchedTables,
): Promise<ToldAttempt | undefined> {
  const { run: id, attempt, state, message, at } = happened;
  const row = await db
    .selectFrom('orchestrator.run as r')
    .innerJoin('orchestrator.flow as f', 'f.id', 'r.flow')
    .innerJoin('orchestrator.deployment as d', 'd.id', 'r.deployment')
    .leftJoin('orchestrator.run as p', 'p.id', 'r.parent')
    .leftJoin('orchestrator.flow as pf', 'pf.id', 'p.flow')
    .select(['r.id', 'r.name', 'r.namespace', 'r.agency', 'r.scheduled_for', 'r.parent'])
    .select(['f.name as flow', 'd.owners', 'pf.name as parent_flow'])
    .where('r.id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const begun = await db
    .selectFrom('orchestrator.state')
    .select('at')
    .where('run', '=', id)
    .where('attempt', '=', attempt)
    .where('state', '=', 'Running')
    .executeTakeFirst();
  const tasks = await selectTasks(db, id).where('attempt', '=', attempt).orderBy('event').execute();
  const { scheduled_for: due, parent, parent_flow: parentFlow, ...run } = row;
  return {
    run: {
      ...run,
      scheduledFor: due.toISOString(),
      ...(parent === null ? {} : { parent }),
      ...(parentFlow === null ? {} : { parentFlow }),
    },
    attempt,
    state,
    at: at.toISOString(),
    tasks: tasks.map(toTaskView),
    tables,
    ...(message === null ? {} : { message }),
    ...(begun === undefined ? {} : { startedAt: begun.at.toISOString() }),
  };
}
