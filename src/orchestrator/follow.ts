import type { Bell } from './bell.ts';
import type { Database } from './transition/propose.ts';
import { readLogs } from './view/log.ts';
import { readRun, selectTasks, toTaskView } from './view/run.ts';
import type { RunStreamEvent } from './views.ts';

export interface NumberedEvent {
  /** Position among the run's events: what comes later is greater. */
  readonly id: number;
  readonly event: RunStreamEvent;
}

const MOST_LOGS = 1000;
/** A notification can get lost with a connection of the store: then it is found by looking. */
const LOOK_MS = 5_000;

/**
 * What has happened in a run after `after`, and then what happens, until the signal. Log lines come
 * each once; of a state or a task the latest, once it has changed. An empty list: still there.
 */
export async function* followRun(
  db: Database,
  bell: Bell,
  run: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<readonly NumberedEvent[]> {
  const listener = bell.listen(run);
  const stop = () => listener.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (let position = after; !signal.aborted; ) {
      const { events, until } = await readEvents(db, run, position);
      yield events;
      if (until === position) await listener.wait(LOOK_MS);
      position = until;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

async function readEvents(
  db: Database,
  run: string,
  after: number,
): Promise<{ events: readonly NumberedEvent[]; until: number }> {
  // First how far it goes: what is added while we read comes the next time.
  const row = await db
    .selectFrom('orchestrator.run')
    .select(['events', 'state_event'])
    .where('id', '=', run)
    .executeTakeFirst();
  if (row === undefined || row.events <= after) return { events: [], until: after };
  const logs = await readLogs(db, run, { after, limit: MOST_LOGS });
  const until = logs.length < MOST_LOGS ? row.events : (logs.at(-1)?.id ?? row.events);
  const tasks = await selectTasks(db, run).where('event', '>', after).where('event', '<=', until).execute();
  const events: NumberedEvent[] = [
    ...logs.filter(({ id }) => id <= until).map((log) => ({ id: log.id, event: { kind: 'log', log } as const })),
    ...tasks.map((task) => ({ id: task.event, event: { kind: 'task', task: toTaskView(task) } as const })),
  ];
  if (row.state_event > after && row.state_event <= until) {
    events.push({ id: row.state_event, event: { kind: 'state', run: await readRun(db, run) } });
  }
  return { events: events.sort((a, b) => a.id - b.id), until };
}
