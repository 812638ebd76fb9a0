import { sql } from 'kysely';
import type { Access } from '../access/access.ts';
import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import { canonicalJson } from '../base/json.ts';
import type { Schedule } from '../flow/schedule.ts';
import type { Registration } from './protocol.ts';
import { nextFiring } from './schedule/firing.ts';
import type { Database } from './transition/propose.ts';

const CRASH_RETRIES = 3;

export interface RegisterOptions {
  readonly db: Database;
  readonly access: Access;
  readonly clock: Clock;
}

/**
 * Makes the flow, its version and its deployment what the registration says. A version is found by the
 * hash of its code, so what is registered again changes nothing.
 * Throws NOT_FOUND for a namespace that does not exist, INVALID for a schedule that cannot be read.
 */
export async function register(
  { db, access, clock }: RegisterOptions,
  registration: Registration,
): Promise<{ deployment: string; changed: boolean }> {
  const { namespace, flow, deployment } = registration;
  await access.namespace(namespace);
  const now = clock.now();
  const schedules = new Map(flow.schedules.map((schedule) => [canonicalJson(schedule), nextFiring(schedule, now)]));

  return db.transaction().execute(async (transaction) => {
    const flowId = await putFlow(transaction, registration);
    const version = await putVersion(transaction, flowId, registration, now);
    const wanted = {
      version,
      labels: [...new Set(flow.labels)].sort(),
      parameters: deployment.parameters,
      // Where runs collide, one at a time is what is meant unless told.
      concurrency: flow.concurrency ?? (flow.collision === undefined || flow.collision === 'enqueue' ? null : 1),
      retries: flow.retries,
      retry_delay_ms: flow.retryDelayMs,
      backoff: flow.backoff,
      collision: flow.collision ?? ('enqueue' as const),
      tags: [...new Set(flow.tags ?? [])].sort(),
      owners: [...new Set(flow.owners ?? [])],
      crash_retries: deployment.crashRetries ?? CRASH_RETRIES,
    };
    const known = await transaction
      .selectFrom('orchestrator.deployment')
      .selectAll()
      .where('flow', '=', flowId)
      .where('name', '=', deployment.name)
      .executeTakeFirst();
    const id = known?.id ?? newId(now.getTime());
    const row = { ...wanted, id, flow: flowId, name: deployment.name };
    const redeployed = canonicalJson(known) !== canonicalJson(row);
    if (redeployed) {
      await transaction
        .insertInto('orchestrator.deployment')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(wanted))
        .execute();
    }
    const rescheduled = await putSchedules(transaction, id, schedules, now);
    return { deployment: id, changed: redeployed || rescheduled };
  });
}

/** Holds the flow's row until the end of the transaction: registrations of one flow come one after the other. */
async function putFlow(db: Database, { namespace, flow }: Registration): Promise<string> {
  const { id } = await db
    .insertInto('orchestrator.flow')
    .values({ id: newId(), namespace, name: flow.name, description: flow.description ?? null })
    .onConflict((conflict) =>
      conflict.columns(['namespace', 'name']).doUpdateSet({ description: flow.description ?? null }),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

async function putVersion(
  db: Database,
  flow: string,
  { flow: { parameters }, bundle, gitCommit }: Registration,
  now: Date,
): Promise<string> {
  const known = await db
    .selectFrom('orchestrator.flow_version')
    .select('id')
    .where('flow', '=', flow)
    .where('sha256', '=', bundle.sha256)
    .executeTakeFirst();
  if (known !== undefined) return known.id;
  const id = newId(now.getTime());
  await db
    .insertInto('orchestrator.flow_version')
    .values(({ selectFrom }) => ({
      id,
      flow,
      number: selectFrom('orchestrator.flow_version')
        .select(sql<number>`coalesce(max(number), 0) + 1`.as('next'))
        .where('flow', '=', flow),
      bucket: bundle.bucket,
      object: bundle.name,
      sha256: bundle.sha256,
      parameters,
      git_commit: gitCommit ?? null,
      created_at: now,
    }))
    .execute();
  return id;
}

/** A schedule that stays keeps its next firing, and its pause. */
async function putSchedules(
  db: Database,
  deployment: string,
  schedules: ReadonlyMap<string, Date | undefined>,
  now: Date,
): Promise<boolean> {
  const known = await db
    .selectFrom('orchestrator.schedule')
    .select(['id', 'definition'])
    .where('deployment', '=', deployment)
    .execute();
  const gone = known.filter(({ definition }) => !schedules.has(definition)).map(({ id }) => id);
  if (gone.length > 0) await db.deleteFrom('orchestrator.schedule').where('id', 'in', gone).execute();
  const fresh = [...schedules].filter(([definition]) => !known.some((row) => row.definition === definition));
  if (fresh.length > 0) {
    const rows = fresh.map(([definition, next]) => {
      return { id: newId(now.getTime()), deployment, definition, next_at: next ?? null };
    });
    await db.insertInto('orchestrator.schedule').values(rows).execute();
  }
  return gone.length + fresh.length > 0;
}

/** The definition of a schedule's row. */
export function readSchedule(definition: string): Schedule {
  return JSON.parse(definition) as Schedule;
}
