import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** By then what a start needs has been done; on a slow machine by the second time. */
const SETTLED_MS = [5_000, 20_000];

/**
 * Has Node give back what the start of a program that then waits for days has left behind: by itself it does
 * so only when it needs room, which may be never.
 */
export function giveBackMemory(): void {
  for (const ms of SETTLED_MS) setTimeout(collect, ms).unref();
}

function collect(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: { readonly type: string; readonly flavor: string }) => void;
  gc({ type: 'major', flavor: 'last-resort' });
}
