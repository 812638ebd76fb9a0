import { sql } from 'kysely';
import { ArcosError } from '../base/errors.ts';
import type { StoredResult } from '../flow/events.ts';
import type { ReportAnswer, ReportBatch } from '../flow/spool.ts';
import { type Database, demandAccepted, type HeldRun, holdRun, propose, RUN_CHANNEL } from './transition/propose.ts';
import type { Proposal } from './transition/rules.ts';
import { type RunRecord, writeDown } from './writedown.ts';

/**
 * Writes down what an attempt tells of itself, all of it or nothing. What arrived before is passed
 * over, so a batch may be sent again.
 * Throws GONE when the attempt is over, CONFLICT when a state is not possible or events are missing.
 */
export async function takeReport(db: Database, id: string, batch: ReportBatch, now: Date): Promise<ReportAnswer> {
  return db.transaction().execute(async (transaction) => {
    const held = await holdRun(transaction, id);
    if (batch.late === true && batch.fence < held.row.fence) return takeLate(transaction, held, batch);
    const fresh = freshOf(held, batch);
    if (fresh.events.length === 0) return answerOf(held);
    const after = await takeEvents(transaction, held, fresh, now);
    await sql`SELECT pg_notify(${RUN_CHANNEL}, ${id})`.execute(transaction);
    return answerOf(after);
  });
}

/** Results of completed tasks by which a later attempt is spared executing them; of each key the newest. */
export async function resumableResults(db: Database, run: string): Promise<StoredResult[]> {
  const rows = await db
    .selectFrom('orchestrator.task_run')
    .distinctOn('key')
    .select(['key', 'input_hash', 'result'])
    .where('run', '=', run)
    .where('state', '=', 'Completed')
    .orderBy('key')
    .orderBy('attempt', 'desc')
    .execute();
  return rows.flatMap(({ key, input_hash: inputHash, result }) =>
    inputHash === null ? [] : [{ key, inputHash, ...(result === null ? {} : { result }) }],
  );
}

function freshOf({ row }: HeldRun, batch: ReportBatch): ReportBatch {
  if (batch.fence !== row.fence) {
    throw new ArcosError('GONE', `Run ${row.name} was given to somebody else or taken back: this attempt is over`);
  }
  const known = batch.source === 'run' ? row.run_seq : row.agent_seq;
  if (batch.first > known + 1) throw new ArcosError('CONFLICT', `Event ${known + 1} is missing before ${batch.first}`);
  const first = known + 1;
  return { ...batch, first, events: batch.events.slice(first - batch.first) };
}

/** Of an attempt that is over only its log lines are wanted, those that had not arrived. Throws GONE where it is not known. */
async function takeLate(db: Database, { row }: HeldRun, { fence, source, first, events }: ReportBatch) {
  const claim = await db
    .selectFrom('orchestrator.void_claim')
    .selectAll()
    .where('run', '=', row.id)
    .where('fence', '=', fence)
    .executeTakeFirst();
  if (claim === undefined) throw new ArcosError('GONE', `Nothing is known of claim ${fence} of run ${row.name}`);
  const column = source === 'run' ? 'run_seq' : 'agent_seq';
  const last = first + events.length - 1;
  const logs = events.slice(Math.max(0, claim[column] + 1 - first)).filter((event) => event.kind === 'log');
  if (logs.length > 0) {
    await writeDown(db, { ...row, attempt: claim.attempt }, logs);
    await sql`SELECT pg_notify(${RUN_CHANNEL}, ${row.id})`.execute(db);
  }
  await db
    .updateTable('orchestrator.void_claim')
    .set({ [column]: Math.max(last, claim[column]) })
    .where('run', '=', row.id)
    .where('fence', '=', fence)
    .execute();
  return { cancel: false };
}

/** In their order: a state comes after everything that was told before it. */
async function takeEvents(
  db: Database,
  held: HeldRun,
  { fence, source, first, events }: ReportBatch,
  now: Date,
): Promise<HeldRun> {
  let run = held;
  let waiting: RunRecord[] = [];
  const write = async (until: number) => {
    const seq = first + until - 1;
    const row = { ...run.row, ...(source === 'run' ? { run_seq: seq } : { agent_seq: seq }) };
    run = { ...run, row: await writeDown(db, row, waiting) };
    waiting = [];
  };
  for (const [index, event] of events.entries()) {
    if (event.kind !== 'state') {
      waiting.push(event);
      continue;
    }
    await write(index + 1);
    const { state: to, message, at } = event;
    const proposal: Proposal = {
      to,
      by: source,
      at: notAfter(now, at),
      fence,
      ...(message === undefined ? {} : { message }),
    };
    const proposed = await propose(db, run, proposal);
    demandAccepted(run, proposal, proposed.verdict);
    run = proposed.run;
    // It is to be tried again: what else this attempt may say is for nobody.
    if (run.row.fence !== fence) return run;
  }
  await write(events.length);
  return run;
}

function answerOf({ row }: HeldRun): ReportAnswer {
  return { cancel: row.state === 'Cancelling' };
}

/** The clock of another machine may be ahead of ours. */
function notAfter(now: Date, at: string): Date {
  return new Date(Math.min(now.getTime(), Date.parse(at)));
}
