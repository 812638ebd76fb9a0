import { setTimeout as sleep } from 'node:timers/promises';
import { patiently } from '../base/patience.ts';
import type { OrchestratorClient } from '../orchestrator/client.ts';
import type { LogView, RunDetail, TaskRunView } from '../orchestrator/views.ts';

export interface Followers {
  /** Told each log line once. */
  readonly onLog?: (log: LogView) => void;
  /** Told each task of the present attempt when it has ended. */
  readonly onTask?: (task: TaskRunView) => void;
}

const POLL_MS = 250;
const ENDED = new Set(['Completed', 'Failed', 'Crashed', 'Cancelled']);
const OPEN = new Set(['Pending', 'Running', 'Retrying']);

/** Waits for a run's end, telling what happens meanwhile; a server that is away for a while is waited for. */
export async function followRun(
  client: OrchestratorClient,
  id: string,
  { onLog, onTask }: Followers,
): Promise<RunDetail> {
  let after = 0;
  const told = new Set<string>();
  for (;;) {
    const run = await patiently(() => client.run(id));
    if (onLog !== undefined) {
      const { logs } = await patiently(() => client.logs(id, { after }));
      for (const log of logs) onLog(log);
      after = logs.at(-1)?.id ?? after;
    }
    for (const task of run.tasks) {
      const sign = `${task.key} ${task.attempt}`;
      if (task.attempt !== run.attempt || OPEN.has(task.state) || told.has(sign)) continue;
      told.add(sign);
      onTask?.(task);
    }
    if (ENDED.has(run.state)) return run;
    await sleep(POLL_MS);
  }
}
