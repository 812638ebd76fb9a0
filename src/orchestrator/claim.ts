import { sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import { BELOW_LIMITS, limitsOf } from './limits.ts';
import type { AgentIdentity, BundleRef } from './protocol.ts';
import { principalOf } from './runkeys.ts';
import type { RunRow } from './transition/patch.ts';
import { type Database, holdRun, propose } from './transition/propose.ts';

export interface Claimed {
  readonly run: RunRow;
  readonly flow: string;
  readonly bundle: BundleRef;
}

export interface ClaimOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly leaseMs: number;
}

/** Writes down that the agent was heard of. Returns its id. */
export async function seeAgent(db: Database, { namespace, name, labels }: AgentIdentity, now: Date): Promise<string> {
  const seen = { labels: [...labels], seen_at: now };
  const { id } = await db
    .insertInto('orchestrator.agent')
    .values({ id: newId(now.getTime()), namespace, name, ...seen })
    .onConflict((conflict) => conflict.columns(['namespace', 'name']).doUpdateSet(seen))
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/**
 * Gives the agent the run that has been due the longest of those it may have: of its namespace, with
 * labels it has (without labels: if it has none), of a deployment that has room. A transaction a run:
 * a deployment's row is the only thing two claims may have to wait for each other for, so they never
 * wait in a circle.
 */
export async function claimOne(
  { db, clock, leaseMs }: ClaimOptions,
  agent: AgentIdentity & { readonly id: string },
): Promise<Claimed | undefined> {
  for (const passedOver: string[] = []; ; ) {
    const found = await db.transaction().execute(async (transaction) => {
      const now = clock.now();
      const candidate = await findCandidate(transaction, agent, now, passedOver);
      if (candidate === undefined) return 'nothing';
      const held = await holdRun(transaction, candidate.id);
      if (held.policy.concurrency !== undefined) await holdDeployment(transaction, held.row.deployment);
      const reached = (await limitsOf(transaction, held.row, true)).find(({ active, most }) => active >= most);
      if (reached !== undefined) {
        passedOver.push(candidate.id);
        return 'another';
      }
      const leaseUntil = new Date(now.getTime() + leaseMs);
      const grant = { agent: agent.id, leaseUntil, principal: principalOf(candidate) };
      const { verdict, run } = await propose(transaction, held, { to: 'Pending', by: 'agent', at: now }, grant);
      if (verdict.answer !== 'accept') {
        passedOver.push(candidate.id);
        return 'another';
      }
      return withCode(transaction, run.row);
    });
    if (found === 'nothing') return undefined;
    if (found !== 'another') return found;
  }
}

/** When the next run of the namespace is due that is not yet; undefined when none waits. */
export async function nextDue(db: Database, namespace: string, now: Date): Promise<Date | undefined> {
  const row = await db
    .selectFrom('orchestrator.run')
    .select('due_at')
    .where('namespace', '=', namespace)
    .where('state', '=', 'Scheduled')
    .where('due_at', '>', now)
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst();
  return row?.due_at;
}

/**
 * Served by the index run_claimable; a full deployment's backlog is passed over without locking it.
 * 100,000 due runs that the agent may not have, half for their labels, half for their deployment,
 * before one that it may: 55 ms.
 */
async function findCandidate(db: Database, agent: AgentIdentity, now: Date, passedOver: readonly string[]) {
  const { rows } = await sql<{ id: string }>`
    SELECT r.id
    FROM orchestrator.run r JOIN orchestrator.deployment d ON d.id = r.deployment
    WHERE r.namespace = ${agent.namespace} AND r.state = 'Scheduled' AND r.due_at <= ${now}
      AND r.labels <@ ${[...agent.labels]}::text[]
      AND (cardinality(r.labels) > 0 OR ${agent.labels.length} = 0)
      AND r.id <> ALL (${[...passedOver]}::uuid[])
      AND (d.concurrency IS NULL OR d.concurrency > (
        SELECT count(*) FROM orchestrator.run o
        WHERE o.deployment = d.id AND o.state IN ('Pending', 'Running', 'Cancelling')))
      AND ${BELOW_LIMITS}
    ORDER BY r.due_at, r.id
    LIMIT 1
    FOR UPDATE OF r SKIP LOCKED`.execute(db);
  return rows[0];
}

/** So that the active runs are counted by one claim after the other. New runs may refer to the row meanwhile. */
async function holdDeployment(db: Database, id: string): Promise<void> {
  await db.selectFrom('orchestrator.deployment').select('id').where('id', '=', id).forNoKeyUpdate().execute();
}

async function withCode(db: Database, run: RunRow): Promise<Claimed> {
  const { flow, ...bundle } = await db
    .selectFrom('orchestrator.flow_version as v')
    .innerJoin('orchestrator.flow as f', 'f.id', 'v.flow')
    .select(['f.name as flow', 'v.bucket', 'v.object as name', 'v.sha256'])
    .where('v.id', '=', run.version)
    .executeTakeFirstOrThrow();
  return { run, flow, bundle };
}
