import { sql } from 'kysely';
import type { Secrets } from '../../access/secrets.ts';
import type { Clock } from '../../base/clock.ts';
import { ArcosError, asArcosError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Database } from '../transition/propose.ts';
import type { DeliveryView, NotificationEvent } from '../views.ts';
import { type MailOptions, sendMail } from './mail.ts';
import { httpMessage, mailMessage, type News, type ToldRun } from './message.ts';
import { createOutward } from './outward.ts';
import { channelOf } from './rules.ts';

export interface NotifyOptions {
  readonly secrets: Secrets;
  /** Private addresses and networks that messages may be sent to. */
  readonly allowed?: readonly string[];
  readonly mail?: MailOptions;
  /** Where people reach Arcos, for links. */
  readonly origin?: string;
  /** Origin of Telegram's API. */
  readonly telegram?: string;
}

/** A server that is killed while it sends leaves it to others after that. */
const SENDING_MS = 60_000;
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** Some ten hours. */
const MOST_TRIES = 16;
/** Runs told of in one message, the others counted. */
const MOST_AT_ONCE = 1_000;

interface Batch {
  readonly ids: readonly string[];
  readonly namespace: string;
  readonly rule: string;
  readonly event: News['event'];
  readonly tries: number;
}

/**
 * Sends what waits: for each rule and kind of event one message, however many runs it is about. Each is taken for a
 * while before it is sent and marked after, so it is sent at least once, and again only if a server is killed in
 * between. Returns whether there was any.
 */
export function createDelivery(
  { db, clock, log }: { readonly db: Database; readonly clock: Clock; readonly log: Log },
  options: NotifyOptions,
): () => Promise<boolean> {
  const outward = createOutward(options.allowed ?? []);

  async function send(batch: Batch): Promise<void> {
    const { namespace, rule, event, ids } = batch;
    const channel = await channelOf(options.secrets, { namespace, name: rule });
    const runs = await toldRuns(db, ids);
    const news: News = { id: ids[0] ?? '', namespace, rule, event, runs, origin: options.origin };
    if (channel.kind !== 'email') return outward.post(httpMessage(channel, news, options.telegram));
    if (options.mail === undefined) {
      throw new ArcosError('CONFIG', 'No mail server is set', { hint: 'Set smtp-url and smtp-from.' });
    }
    return sendMail(options.mail, mailMessage(channel.to, news));
  }

  return async () => {
    const batch = await take(db, clock.now());
    if (batch === undefined) return false;
    try {
      await send(batch);
      const done = { state: 'delivered', error: null, delivered_at: clock.now() } as const;
      await db.updateTable('orchestrator.notification').set(done).where('id', 'in', batch.ids).execute();
    } catch (thrown) {
      const error = asArcosError(thrown);
      const { namespace, rule, event, ids, tries } = batch;
      log.warn('a notification could not be sent', { namespace, rule, event, runs: ids.length, error: error.message });
      const failed = !error.retryable || tries >= MOST_TRIES;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
      const next = new Date(clock.now().getTime() + pause);
      await db
        .updateTable('orchestrator.notification')
        .set({ state: failed ? 'failed' : 'waiting', error: error.message, next_at: next })
        .where('id', 'in', ids)
        .execute();
    }
    return true;
  };
}

/** The oldest that waits, with all others of its rule and event. */
async function take(db: Database, now: Date): Promise<Batch | undefined> {
  const { rows } = await sql<{
    id: string;
    namespace: string;
    rule: string;
    event: NotificationEvent | 'test';
    tries: number;
    created_at: Date;
  }>`
    WITH oldest AS (
      SELECT namespace, rule, event FROM orchestrator.notification
      WHERE state = 'waiting' AND next_at <= ${now} ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED),
    taken AS (
      SELECT n.id FROM orchestrator.notification n JOIN oldest o USING (namespace, rule, event)
      WHERE n.state = 'waiting' AND n.next_at <= ${now}
      ORDER BY n.created_at, n.id LIMIT ${MOST_AT_ONCE} FOR UPDATE OF n SKIP LOCKED)
    UPDATE orchestrator.notification n
    SET tries = tries + 1, next_at = ${new Date(now.getTime() + SENDING_MS)}
    FROM taken WHERE n.id = taken.id
    RETURNING n.id, n.namespace, n.rule, n.event, n.tries, n.created_at`.execute(db);
  // The oldest first: a message that is sent again, with more in it by then, has the same id.
  rows.sort((a, b) => a.created_at.getTime() - b.created_at.getTime() || (a.id < b.id ? -1 : 1));
  const [first] = rows;
  if (first === undefined) return undefined;
  const { namespace, rule, event } = first;
  return { ids: rows.map(({ id }) => id), namespace, rule, event, tries: Math.max(...rows.map((row) => row.tries)) };
}

async function toldRuns(db: Database, ids: readonly string[]): Promise<ToldRun[]> {
  const rows = await db
    .selectFrom('orchestrator.notification as n')
    .innerJoin('orchestrator.run as r', 'r.id', 'n.run')
    .innerJoin('orchestrator.flow as f', 'f.id', 'r.flow')
    .innerJoin('orchestrator.deployment as d', 'd.id', 'r.deployment')
    .select(['r.id', 'r.name', 'f.name as flow', 'r.state', 'r.message', 'r.attempt', 'r.scheduled_for', 'd.owners'])
    .where('n.id', 'in', ids)
    .orderBy('r.id')
    .execute();
  return rows.map(({ message, scheduled_for: due, ...run }) => ({
    ...run,
    ...(message === null ? {} : { message }),
    scheduledFor: due.toISOString(),
  }));
}

/** The newest first. */
export async function listDeliveries(
  db: Database,
  namespaces: readonly string[],
  limit: number,
): Promise<DeliveryView[]> {
  if (namespaces.length === 0) return [];
  const rows = await db
    .selectFrom('orchestrator.notification')
    .selectAll()
    .where('namespace', 'in', namespaces)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id, namespace, rule, event, run, state, tries, error, created_at, delivered_at }) => ({
    id,
    namespace,
    rule,
    event,
    state,
    tries,
    createdAt: created_at.toISOString(),
    ...(run === null ? {} : { run }),
    ...(error === null ? {} : { error }),
    ...(delivered_at === null ? {} : { deliveredAt: delivered_at.toISOString() }),
  }));
}
