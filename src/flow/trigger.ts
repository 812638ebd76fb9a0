import type { TaskStateName } from './events.ts';

/** When a task runs that waits for others: what must be true of how those ended. */
export type Trigger = 'all_success' | 'all_done' | 'any_failed' | 'not_all_skipped';

const FAILED: ReadonlySet<TaskStateName> = new Set(['Failed', 'TriggerFailed', 'Cancelled']);

const RULES: Readonly<Record<Trigger, (ends: readonly TaskStateName[]) => string | undefined>> = {
  all_success: (ends) => (ends.some(failed) ? 'a task it waited for failed' : undefined),
  all_done: () => undefined,
  any_failed: (ends) => (ends.some(failed) ? undefined : 'no task it waited for failed'),
  not_all_skipped: (ends) => {
    if (ends.some(failed)) return 'a task it waited for failed';
    return ends.every((state) => state === 'Skipped') ? 'every task it waited for was skipped' : undefined;
  },
};

function failed(state: TaskStateName): boolean {
  return FAILED.has(state);
}

/** Why the task does not run after tasks that ended so; undefined when it runs. Skipped counts as success. */
export function triggerRefusal(trigger: Trigger, ends: readonly TaskStateName[]): string | undefined {
  return ends.length === 0 ? undefined : RULES[trigger](ends);
}
