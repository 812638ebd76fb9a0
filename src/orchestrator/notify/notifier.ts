import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import { makeRounds } from '../rounds.ts';
import type { Database } from '../transition/propose.ts';
import { createDelivery, type NotifyOptions } from './deliver.ts';
import { NOTIFICATION_CHANNEL, raiseOverdue } from './raise.ts';

export interface Notifier {
  stop(): Promise<void>;
}

const OVERDUE_EVERY_MS = 15_000;
/** What is to be sent again is found by looking, and what a lost notification of the store was about. */
const LOOK_EVERY_MS = 5_000;

/** Finds runs that are late or stuck, and sends what is to be told; each server does, and they share the work. */
export async function startNotifier(
  { store, ...parts }: { readonly store: Store; readonly db: Database; readonly clock: Clock; readonly log: Log },
  options: NotifyOptions,
  overdueEveryMs: number = OVERDUE_EVERY_MS,
): Promise<Notifier> {
  const { db, clock, log } = parts;
  const deliver = createDelivery(parts, options);
  const look = makeRounds({ name: 'looking for late and stuck runs', everyMs: overdueEveryMs, log }, async () => {
    await raiseOverdue(db, clock.now());
    return overdueEveryMs;
  });
  const lookEveryMs = Math.min(LOOK_EVERY_MS, overdueEveryMs);
  const send = makeRounds({ name: 'sending notifications', everyMs: lookEveryMs, log }, async () =>
    (await deliver()) ? 0 : lookEveryMs,
  );
  const silence = await store.listen(NOTIFICATION_CHANNEL, () => send.now());
  return {
    async stop() {
      await Promise.all([look.stop(), send.stop(), silence()]);
    },
  };
}
