import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { RunEvent } from './events.ts';

/**
 * What waits to be sent, in a file as well: written before anything else happens to it, so that a process
 * that is killed leaves it to whoever looks after it. The operating system has it from then on.
 */
export interface Journal {
  append(event: RunEvent): void;
  /** Everything so far has arrived; the next to be appended has this number. */
  drained(next: number): void;
}

/** What a process has left in its journal: events it had not seen arrive, the first of them numbered `first`. */
export interface LeftEvents {
  readonly first: number;
  readonly events: readonly RunEvent[];
}

/** A disk that is full costs the journal, never the run: its events are in memory still. */
export function openJournal(file: string): Journal {
  let handle: number | undefined = attempt(() => openSync(file, 'a', 0o600));
  const write = (line: string) => {
    if (handle === undefined) return;
    const written = attempt(() => writeSync(handle ?? -1, line));
    if (written !== undefined) return;
    attempt(() => closeSync(handle ?? -1));
    handle = undefined;
  };
  write(headerOf(1));
  return {
    append: (event) => write(`${JSON.stringify(event)}\n`),
    drained(next) {
      if (handle !== undefined) attempt(() => ftruncateSync(handle ?? -1, 0));
      write(headerOf(next));
    },
  };
}

/** Undefined where there is none. A last line that was cut off is one that was never written. */
export function readJournal(file: string): LeftEvents | undefined {
  const text = attempt(() => readFileSync(file, 'utf8'));
  if (text === undefined) return undefined;
  const [header = '', ...lines] = text.split('\n').slice(0, -1);
  const first = attempt(() => (JSON.parse(header) as { readonly first?: number }).first);
  if (first === undefined) return { first: 1, events: [] };
  const events: RunEvent[] = [];
  for (const line of lines) {
    const event = attempt(() => JSON.parse(line) as RunEvent);
    if (event === undefined) break;
    events.push(event);
  }
  return { first, events };
}

function headerOf(first: number): string {
  return `${JSON.stringify({ first })}\n`;
}

function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
