import { type ArcosError, asArcosError } from '../base/errors.ts';
import type { RunEvent } from './events.ts';
import type { Journal } from './journal.ts';

/** Events of one attempt, in order. */
export interface ReportBatch {
  /** Of the claim that the attempt runs under: a later claim makes every report of an earlier one void. */
  readonly fence: number;
  /** Each numbers its own events. */
  readonly source: 'run' | 'agent';
  /** Sequence number of the first event; 1 is the first of the attempt. What the server has it passes over. */
  readonly first: number;
  readonly events: readonly RunEvent[];
  /** Told by the agent for a process that has ended: of a claim that is void by now, its log lines are kept still. */
  readonly late?: boolean;
}

export interface ReportAnswer {
  /** Somebody wants the run cancelled. */
  readonly cancel: boolean;
}

export interface SpoolOptions {
  readonly fence: number;
  readonly source: ReportBatch['source'];
  readonly send: (batch: ReportBatch) => Promise<ReportAnswer>;
  readonly onCancel?: () => void;
  /** The server will take no more: the attempt is not the run's any longer, or cannot be understood. */
  readonly onRefused?: (error: ArcosError) => void;
  /** How long log lines may wait for company. States go at once. */
  readonly delayMs?: number;
  /** Where what waits is written down as well. */
  readonly journal?: Journal;
  /** Number of the first event; 1 unless told. */
  readonly first?: number;
}

export interface Spool {
  add(event: RunEvent): void;
  /** Until the server has everything added so far, however long it is away. Throws what it refused with. */
  flush(): Promise<void>;
}

const DELAY_MS = 100;
const MOST_EVENTS = 1_000;
/** Of JSON, about; a single result may be larger than this and goes alone. */
const MOST_CHARACTERS = 1024 * 1024;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Keeps events in memory until the server has them. One batch at a time is under way; it is sent again,
 * with the same numbers, until it is answered, so that an event arrives once and in order even when
 * answers are lost or the server is away for a while.
 */
export function createSpool(options: SpoolOptions): Spool {
  const { fence, source, send, onCancel, onRefused, delayMs = DELAY_MS, journal } = options;
  const events: RunEvent[] = [];
  let { first = 1 } = options;
  let refused: ArcosError | undefined;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  /** One batch. What is left, or came meanwhile, waits its turn like anything new. */
  async function deliver(): Promise<void> {
    const batch = { fence, source, first, events: nextBatch(events) };
    const { cancel } = await sendUntilAnswered(batch);
    events.splice(0, batch.events.length);
    first += batch.events.length;
    if (events.length === 0) journal?.drained(first);
    if (cancel) onCancel?.();
  }

  async function sendUntilAnswered(batch: ReportBatch): Promise<ReportAnswer> {
    for (let tries = 0; ; tries++) {
      try {
        return await send(batch);
      } catch (thrown) {
        const error = asArcosError(thrown);
        // The key dies with the run: refused now, the end must have arrived before, its answer lost.
        const ended = batch.events.some(isEnd) && tries > 0 && ['UNAUTHENTICATED', 'GONE'].includes(error.code);
        if (ended) return { cancel: false };
        if (!passes(error)) throw error;
        await new Promise((done) => setTimeout(done, Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS)));
      }
    }
  }

  function start(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    sending ??= deliver()
      .catch((error: ArcosError) => {
        refused = error;
        events.length = 0;
        onRefused?.(error);
      })
      .finally(() => {
        sending = undefined;
        if (events.length > 0) schedule(events.length < MOST_EVENTS && events.every(isLog) ? delayMs : 0);
      });
    return sending;
  }

  function schedule(ms: number): void {
    if (sending !== undefined) return;
    if (ms === 0) clearTimeout(timer);
    if (ms === 0 || timer === undefined) timer = setTimeout(start, ms);
  }

  return {
    add(event) {
      journal?.append(event);
      if (refused !== undefined) return;
      events.push(event);
      // A state goes at once, with what came before it and what the same step of the program still adds.
      schedule(isLog(event) ? delayMs : 0);
    },
    async flush() {
      while (events.length > 0) await start();
      if (refused !== undefined) throw refused;
    },
  };
}

function isLog(event: RunEvent): boolean {
  return event.kind === 'log';
}

function nextBatch(events: readonly RunEvent[]): RunEvent[] {
  let characters = 0;
  let count = 0;
  for (const event of events) {
    characters += sizeOf(event);
    if (count > 0 && (count === MOST_EVENTS || characters > MOST_CHARACTERS)) break;
    count++;
  }
  return events.slice(0, count);
}

function sizeOf(event: RunEvent): number {
  const text = 'message' in event ? (event.message?.length ?? 0) : 0;
  if (event.kind === 'task') return text + (event.result?.length ?? 0);
  return event.kind === 'artifact' ? event.data.length : text;
}

function isEnd(event: RunEvent): boolean {
  return event.kind === 'state' && event.state !== 'Running';
}

/** Whether the same report may be taken later: the server is away, overloaded or in trouble of its own. */
function passes(error: ArcosError): boolean {
  return error.retryable || error.http >= 500;
}
