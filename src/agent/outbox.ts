import type { RunEvent } from '../flow/events.ts';
import { createSpool, type Spool, type SpoolOptions } from '../flow/spool.ts';

export interface Outbox extends Spool {
  /** Resolves when there is room for more; undefined when there is. */
  full(): Promise<void> | undefined;
}

/** Of log lines that wait, in UTF-16 code units. */
const MOST = 16 * 1024 * 1024;

/**
 * A spool that says when too much waits in it. A process that prints without end must not fill the
 * memory of the agent, which has other runs to look after: it has to wait until its lines are away.
 */
export function createOutbox(options: SpoolOptions, most: number = MOST): Outbox {
  let waiting = 0;
  let room: PromiseWithResolvers<void> | undefined;
  const release = () => {
    room?.resolve();
    room = undefined;
  };
  const spool = createSpool({
    ...options,
    async send(batch) {
      const answer = await options.send(batch);
      waiting -= batch.events.reduce((sum, event) => sum + sizeOf(event), 0);
      if (waiting < most) release();
      return answer;
    },
    onRefused(error) {
      // Nothing waits any more, and nothing more is kept.
      waiting = Number.NEGATIVE_INFINITY;
      release();
      options.onRefused?.(error);
    },
  });
  return {
    ...spool,
    add(event) {
      waiting += sizeOf(event);
      spool.add(event);
    },
    full() {
      if (waiting < most) return undefined;
      room ??= Promise.withResolvers<void>();
      return room.promise;
    },
  };
}

function sizeOf(event: RunEvent): number {
  return event.kind === 'log' ? event.message.length : 0;
}
