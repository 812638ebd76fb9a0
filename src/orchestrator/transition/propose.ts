import { type Kysely, sql } from 'kysely';
import { ArcosError } from '../../base/errors.ts';
import { raiseEmission } from '../emit/raise.ts';
import { raiseEnd } from '../notify/raise.ts';
import type { OrchestratorTables } from '../tables.ts';
import { type Grant, patchFor, patchForRetry, type RunRow } from './patch.ts';
import { ACTIVE, isEnd, judge, type Proposal, type RunFacts, type Verdict } from './rules.ts';

export type Database = Kysely<OrchestratorTables>;

type Policy = Pick<RunFacts, 'retries' | 'retryDelayMs' | 'backoff' | 'crashRetries' | 'concurrency'>;

/** A run's row, held against others until the transaction ends, with the policy that judges it. */
export interface HeldRun {
  readonly row: RunRow;
  readonly policy: Policy;
}

export interface Proposed {
  readonly verdict: Verdict;
  /** As it is afterwards. */
  readonly run: HeldRun;
}

/** Notified with the id of a run when anything happened to it. */
export const RUN_CHANNEL = 'orchestrator_run';
/** Notified with a namespace when a run of it can be claimed. */
export const DUE_CHANNEL = 'orchestrator_due';

/** Throws NOT_FOUND. To be called in a transaction. */
export async function holdRun(db: Database, id: string): Promise<HeldRun> {
  const row = await db.selectFrom('orchestrator.run').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (row === undefined) throw new ArcosError('NOT_FOUND', `There is no run ${id}`);
  const deployment = await db
    .selectFrom('orchestrator.deployment')
    .selectAll()
    .where('id', '=', row.deployment)
    .executeTakeFirstOrThrow();
  const policy: Policy = {
    retries: deployment.retries,
    retryDelayMs: deployment.retry_delay_ms,
    backoff: deployment.backoff,
    crashRetries: deployment.crash_retries,
    concurrency: deployment.concurrency ?? undefined,
  };
  return { row, policy };
}

/**
 * Puts a change of state before the rules and carries it out if they accept it: the row, its history,
 * the tasks that cannot go on, and the word to those who watch. The write is a compare-and-set on the
 * run's revision, so a decision made on anything but the present state changes nothing.
 */
export async function propose(db: Database, run: HeldRun, proposal: Proposal, grant?: Grant): Promise<Proposed> {
  const active =
    proposal.to === 'Pending' && run.policy.concurrency !== undefined ? await countActive(db, run.row.deployment) : 0;
  const verdict = judge(factsOf(run, active), proposal);
  if (verdict.answer !== 'accept') return { verdict, run };

  let row = await enter(db, run.row, patchFor(run.row, verdict.to, proposal, grant), proposal.at);
  await raiseEmission(db, row, proposal.at);
  const over = isEnd(verdict.to) || (verdict.to === 'Scheduled' && !isEnd(run.row.state));
  if (over) await endTasks(db, run.row.attempt, row, proposal.at);
  if (verdict.retryInMs !== undefined) {
    row = await enter(db, row, patchForRetry(row, new Date(proposal.at.getTime() + verdict.retryInMs)), proposal.at);
  }
  if (isEnd(row.state)) await raiseEnd(db, row, proposal.at);
  await sql`SELECT pg_notify(${RUN_CHANNEL}, ${row.id})`.execute(db);
  // An end makes room where the number of runs is limited.
  const opened = row.state === 'Scheduled' || (run.policy.concurrency !== undefined && isEnd(row.state));
  if (opened) await sql`SELECT pg_notify(${DUE_CHANNEL}, ${row.namespace})`.execute(db);
  // Or over all namespaces; nothing is looked for where there is no limit.
  if (isEnd(row.state)) {
    await sql`SELECT pg_notify(${DUE_CHANNEL}, namespace) FROM (
      SELECT DISTINCT namespace FROM orchestrator.run
      WHERE state = 'Scheduled' AND due_at <= ${proposal.at} AND EXISTS (SELECT FROM orchestrator.run_limit)) waiting`.execute(
      db,
    );
  }
  return { verdict, run: { ...run, row } };
}

/** Throws what a refused transition means to its proposer: GONE to stop, CONFLICT otherwise. */
export function demandAccepted(run: HeldRun, { to }: Proposal, verdict: Verdict): void {
  if (verdict.answer === 'accept' || verdict.answer === 'keep') return;
  const code = verdict.answer === 'abort' ? 'GONE' : 'CONFLICT';
  throw new ArcosError(code, `Run ${run.row.name} does not become ${to}: ${verdict.reason}`, {
    data: { answer: verdict.answer, state: run.row.state },
  });
}

async function enter(db: Database, before: RunRow, patch: ReturnType<typeof patchFor>, at: Date): Promise<RunRow> {
  const row = await db
    .updateTable('orchestrator.run')
    .set(patch)
    .where('id', '=', before.id)
    .where('revision', '=', before.revision)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw new ArcosError('CONFLICT', `Run ${before.name} changed in the meantime`);
  await db
    .insertInto('orchestrator.state')
    .values({ run: row.id, event: row.events, state: row.state, message: row.message, attempt: row.attempt, at })
    .execute();
  if (row.fence !== before.fence && before.agent !== null) await markVoid(db, before);
  return row;
}

/** What its agent may still bring of it is told by this from what had arrived. */
async function markVoid(db: Database, { id: run, fence, attempt, run_seq, agent_seq }: RunRow): Promise<void> {
  await db.insertInto('orchestrator.void_claim').values({ run, fence, attempt, run_seq, agent_seq }).execute();
}

/** Tasks of an attempt that is over do not go on, whatever its process was about to say of them. */
async function endTasks(db: Database, attempt: number, row: RunRow, at: Date): Promise<void> {
  const state = row.state === 'Failed' || row.state === 'Crashed' ? 'Failed' : 'Cancelled';
  await db
    .updateTable('orchestrator.task_run')
    .set({ state, message: row.message, ended_at: at, event: row.events })
    .where('run', '=', row.id)
    .where('attempt', '=', attempt)
    .where('state', 'in', ['Pending', 'Running', 'Retrying'])
    .execute();
}

async function countActive(db: Database, deployment: string): Promise<number> {
  const { count } = await db
    .selectFrom('orchestrator.run')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('deployment', '=', deployment)
    .where('state', 'in', ACTIVE)
    .executeTakeFirstOrThrow();
  return count;
}

function factsOf({ row, policy }: HeldRun, active: number): RunFacts {
  const { state, fence, attempt, failures, crashes } = row;
  return { ...policy, state, fence, attempt, dueAt: row.due_at, failures, crashes, active };
}
