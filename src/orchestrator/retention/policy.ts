import { type Duration, milliseconds } from '../../flow/duration.ts';
import type { StateName } from '../views.ts';

/** For how long what is kept. */
export interface RetentionPolicy {
  /** Runs after their end, by the state they ended in; those of other states stay. */
  readonly runs: Readonly<Partial<Record<StateName, number>>>;
  /** Logs in the store, after which they are objects of the lake; undefined: always. */
  readonly logsMs: number | undefined;
}

const STATES = ['Completed', 'Failed', 'Crashed', 'Cancelled'] as const satisfies readonly StateName[];
const DAYS = /^[1-9]\d*d$/;

/** `Completed=90d,Failed=365d`; undefined for a text that is not such a list. */
export function readRunRetention(text: string): RetentionPolicy['runs'] | undefined {
  const runs: Partial<Record<StateName, number>> = {};
  for (const part of text.split(',').filter((word) => word.trim() !== '')) {
    const [word = '', days = ''] = part.split('=').map((side) => side.trim());
    const state = STATES.find((name) => name === word);
    if (state === undefined || !DAYS.test(days)) return undefined;
    runs[state] = milliseconds(days as Duration);
  }
  return runs;
}

/** `30d`; undefined for none. */
export function readLogRetention(text: string): number | undefined {
  return DAYS.test(text) ? milliseconds(text as Duration) : undefined;
}
