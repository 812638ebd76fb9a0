import { type Insertable, sql } from 'kysely';
import { z } from 'zod';
import type { Access } from '../access/access.ts';
import { ArcosError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { canonicalJson, type JsonObject } from '../base/json.ts';
import { collide } from './collision.ts';
import { newRunName } from './runname.ts';
import type { OrchestratorTables } from './tables.ts';
import { type Database, DUE_CHANNEL, RUN_CHANNEL } from './transition/propose.ts';
import { isUuid } from './view/run.ts';
import type { RunView } from './views.ts';

export interface NewRun {
  readonly deployment: string;
  readonly origin: RunView['origin'];
  /** Over the deployment's own. */
  readonly parameters: JsonObject;
  readonly scheduledFor: Date;
  readonly now: Date;
  /** Instead of the deployment's own. */
  readonly labels?: readonly string[] | undefined;
  readonly parent?: string;
  readonly backfill?: string;
  /** The same key again is the same run. */
  readonly idempotencyKey?: string;
}

type RunRow = Insertable<OrchestratorTables['orchestrator.run']>;

/**
 * The row of a run that is due at `scheduledFor`.
 * Throws NOT_FOUND; INVALID for parameters that do not fit the flow's schema.
 */
export async function planRun(db: Database, access: Access, run: NewRun): Promise<RunRow> {
  const { flow_name: name, schema, ...deployment } = await readDeployed(db, run.deployment);
  const parameters = { ...deployment.parameters, ...run.parameters };
  // Nobody is there to be told when a schedule fires: such a run fails by itself, and is seen.
  if (run.origin !== 'schedule') checkParameters(name, schema, parameters);
  const { agency } = await access.namespace(deployment.namespace);
  return {
    ...deployment,
    ...(run.labels === undefined ? {} : { labels: [...run.labels] }),
    parent: run.parent ?? null,
    backfill: run.backfill ?? null,
    id: newId(run.now.getTime()),
    name: newRunName(),
    deployment: run.deployment,
    agency,
    state: 'Scheduled',
    events: 1,
    state_event: 1,
    origin: run.origin,
    parameters,
    scheduled_for: run.scheduledFor,
    due_at: run.scheduledFor,
    created_at: run.now,
    idempotency_key: run.idempotencyKey ?? null,
  };
}

/**
 * Puts a planned run where agents find it, unless there is one with its idempotency key. Returns the
 * run's id. To be called in a transaction.
 * Throws CONFLICT for an idempotency key that was used for other parameters.
 */
export async function insertRun(db: Database, planned: RunRow): Promise<string> {
  const row = await collide(db, planned, new Date(planned.created_at));
  const made = await db
    .insertInto('orchestrator.run')
    .values(row)
    .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made === undefined) return earlierRun(db, row.idempotency_key ?? '', row.parameters);
  const { id, state, message = null, created_at: at, namespace } = row;
  await db.insertInto('orchestrator.state').values({ run: id, event: 1, state, message, attempt: 1, at }).execute();
  await sql`SELECT pg_notify(${RUN_CHANNEL}, ${id}), pg_notify(${DUE_CHANNEL}, ${namespace})`.execute(db);
  return id;
}

async function readDeployed(db: Database, id: string) {
  const row = isUuid(id)
    ? await db
        .selectFrom('orchestrator.deployment as d')
        .innerJoin('orchestrator.flow as f', 'f.id', 'd.flow')
        .innerJoin('orchestrator.flow_version as v', 'v.id', 'd.version')
        .select(['d.flow', 'd.version', 'd.labels', 'd.tags', 'd.parameters'])
        .select(['f.name as flow_name', 'f.namespace', 'v.parameters as schema'])
        .where('d.id', '=', id)
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw new ArcosError('NOT_FOUND', `There is no deployment ${id}`);
  return row;
}

async function earlierRun(db: Database, key: string, parameters: JsonObject): Promise<string> {
  const earlier = await db
    .selectFrom('orchestrator.run')
    .select(['id', 'name', 'parameters'])
    .where('idempotency_key', '=', key)
    .executeTakeFirstOrThrow();
  if (canonicalJson(earlier.parameters) === canonicalJson(parameters)) return earlier.id;
  throw new ArcosError('CONFLICT', `The idempotency key was used for run ${earlier.name}, with other parameters`, {
    hint: 'Use a new key for a new run.',
  });
}

/** The run itself checks them with the flow's own schema; this tells at once whoever asks for it. */
function checkParameters(flow: string, schema: JsonObject, parameters: JsonObject): void {
  if (JSON.stringify(parameters).includes('\\u0000')) {
    throw new ArcosError('INVALID', `The parameters of "${flow}" contain the character NUL, which cannot be stored`);
  }
  let reader: z.ZodType;
  try {
    reader = z.fromJSONSchema(schema);
  } catch {
    // Something of JSON Schema that cannot be checked here.
    return;
  }
  const parsed = reader.safeParse(parameters);
  if (parsed.success) return;
  const said = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'parameters'}: ${message}`);
  throw new ArcosError('INVALID', `The parameters of "${flow}" are not right: ${said.join('; ')}`);
}
