import { sql } from 'kysely';
import { ArcosError } from '../../base/errors.ts';
import { readSchedule } from '../register.ts';
import { describeSchedule, nextFirings } from '../schedule/firing.ts';
import type { Database } from '../transition/propose.ts';
import type { DeploymentView, FlowView, ScheduleView } from '../views.ts';
import { isUuid } from './run.ts';

const SHOWN_FIRINGS = 3;

export async function listFlows(db: Database, namespaces: readonly string[]): Promise<FlowView[]> {
  if (namespaces.length === 0) return [];
  const rows = await db
    .selectFrom('orchestrator.flow as f')
    .select(['f.id', 'f.name', 'f.namespace', 'f.description'])
    .select(({ selectFrom }) =>
      selectFrom('orchestrator.deployment as d')
        .select(sql<number>`count(*)`.as('count'))
        .whereRef('d.flow', '=', 'f.id')
        .as('deployments'),
    )
    .where('f.namespace', 'in', namespaces)
    .orderBy('f.name')
    .execute();
  return rows.map(({ description, deployments, ...flow }) => ({
    ...flow,
    deployments: deployments ?? 0,
    ...(description === null ? {} : { description }),
  }));
}

export async function listDeployments(
  db: Database,
  namespaces: readonly string[],
  now: Date,
): Promise<DeploymentView[]> {
  if (namespaces.length === 0) return [];
  const rows = await selectDeployments(db).where('f.namespace', 'in', namespaces).orderBy('f.name').execute();
  return withSchedules(db, rows, now);
}

/** Throws NOT_FOUND. */
export async function readDeployment(db: Database, id: string, now: Date): Promise<DeploymentView> {
  const rows = isUuid(id) ? await selectDeployments(db).where('d.id', '=', id).execute() : [];
  const [view] = await withSchedules(db, rows, now);
  if (view === undefined) throw new ArcosError('NOT_FOUND', `There is no deployment ${id}`);
  return view;
}

function selectDeployments(db: Database) {
  return db
    .selectFrom('orchestrator.deployment as d')
    .innerJoin('orchestrator.flow as f', 'f.id', 'd.flow')
    .innerJoin('orchestrator.flow_version as v', 'v.id', 'd.version')
    .select(['d.id', 'd.name', 'd.labels', 'd.parameters', 'd.flow', 'f.name as flow_name', 'f.namespace'])
    .select(['v.number', 'v.bucket', 'v.object', 'v.sha256', 'v.parameters as schema']);
}

type Row = Awaited<ReturnType<ReturnType<typeof selectDeployments>['execute']>>[number];

async function withSchedules(db: Database, rows: readonly Row[], now: Date): Promise<DeploymentView[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const schedules = await db
    .selectFrom('orchestrator.schedule')
    .selectAll()
    .where('deployment', 'in', ids)
    // The next to fire first; those that will not, last.
    .orderBy('next_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    flow: { id: row.flow, name: row.flow_name },
    namespace: row.namespace,
    labels: row.labels,
    version: {
      number: row.number,
      bundle: { bucket: row.bucket, name: row.object, sha256: row.sha256 },
      parameters: row.schema,
    },
    schedules: schedules.filter(({ deployment }) => deployment === row.id).map((schedule) => toView(schedule, now)),
    parameters: row.parameters,
  }));
}

function toView(
  { id, definition, active }: { id: string; definition: string; active: boolean },
  now: Date,
): ScheduleView {
  const schedule = readSchedule(definition);
  const next = active ? nextFirings(schedule, now, SHOWN_FIRINGS).map((at) => at.toISOString()) : [];
  return { id, description: describeSchedule(schedule), active, next };
}
