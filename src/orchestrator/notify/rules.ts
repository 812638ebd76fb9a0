import type { Secrets } from '../../access/secrets.ts';
import { ArcosError, asArcosError } from '../../base/errors.ts';
import type { Database } from '../transition/propose.ts';
import type { NotificationEvent, NotificationRuleView } from '../views.ts';

/** What a message is sent with. Kept among the namespace's secrets, as JSON. */
export type Channel =
  | { readonly kind: 'webhook' | 'discord' | 'slack'; readonly url: string }
  | { readonly kind: 'telegram'; readonly token: string; readonly chat: string }
  /** `owners` among them stands for those of the flow. */
  | { readonly kind: 'email'; readonly to: readonly string[] };

export interface NotificationRule {
  readonly events: readonly NotificationEvent[];
  /** Name; all of the namespace unless told. */
  readonly flow?: string | undefined;
  /** How long after it was due a run that has not begun is late; 10 unless told. */
  readonly lateMinutes?: number | undefined;
  /** After how long a run that has not ended is stuck; 60 unless told. */
  readonly stuckMinutes?: number | undefined;
  readonly channel: Channel;
}

interface Place {
  readonly namespace: string;
  readonly name: string;
}

const LATE_MINUTES = 10;
const STUCK_MINUTES = 60;

const secretOf = ({ namespace, name }: Place) => ({ namespace, name: `notification-${name}` });

/** Makes the rule, or puts it in the place of the one of that name. */
export async function putRule(
  db: Database,
  secrets: Secrets,
  place: Place,
  rule: NotificationRule,
  by: string,
): Promise<void> {
  const { events, flow, lateMinutes = LATE_MINUTES, stuckMinutes = STUCK_MINUTES, channel } = rule;
  await secrets.set(secretOf(place), JSON.stringify(channel), by);
  const row = {
    events: [...new Set(events)],
    flow: flow ?? null,
    late_minutes: lateMinutes,
    stuck_minutes: stuckMinutes,
    channel: channel.kind,
    target: targetOf(channel),
  };
  await db
    .insertInto('orchestrator.notification_rule')
    .values({ ...place, ...row })
    .onConflict((conflict) => conflict.columns(['namespace', 'name']).doUpdateSet(row))
    .execute();
}

/** Throws NOT_FOUND. What was still to be told is not. */
export async function removeRule(db: Database, secrets: Secrets, place: Place): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom('orchestrator.notification_rule')
    .where((rule) => rule.and({ ...place }))
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw noRule(place);
  await secrets.remove(secretOf(place)).catch((error: unknown) => {
    if (asArcosError(error).code !== 'NOT_FOUND') throw error;
  });
}

export async function listRules(db: Database, namespaces: readonly string[]): Promise<NotificationRuleView[]> {
  if (namespaces.length === 0) return [];
  const rows = await db
    .selectFrom('orchestrator.notification_rule')
    .selectAll()
    .where('namespace', 'in', namespaces)
    .orderBy('namespace')
    .orderBy('name')
    .execute();
  return rows.map(({ namespace, name, events, flow, late_minutes, stuck_minutes, channel, target }) => ({
    namespace,
    name,
    events,
    ...(flow === null ? {} : { flow }),
    lateMinutes: late_minutes,
    stuckMinutes: stuck_minutes,
    channel: { kind: channel, target },
  }));
}

export async function channelOf(secrets: Secrets, place: Place): Promise<Channel> {
  return JSON.parse(await secrets.read(secretOf(place))) as Channel;
}

export function noRule({ namespace, name }: Place): ArcosError {
  return new ArcosError('NOT_FOUND', `The namespace "${namespace}" has no notification rule "${name}"`);
}

function targetOf(channel: Channel): string {
  switch (channel.kind) {
    case 'email':
      return channel.to.join(', ');
    case 'telegram':
      return channel.chat;
    default:
      return new URL(channel.url).host;
  }
}
