import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asArcosError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { readJournal } from '../flow/journal.ts';
import { createSpool, type ReportBatch } from '../flow/spool.ts';
import type { OrchestratorClient } from '../orchestrator/client.ts';

/** Whose journal: of one claim of a run, what the run's process or its agent told. */
export interface JournalName {
  readonly run: string;
  readonly fence: number;
  readonly source: ReportBatch['source'];
}

/** What processes that were killed have left to be told. */
export interface Leftovers {
  file(name: JournalName): string;
  /**
   * Tells the server what is in the journal, however long it is away, and removes it. Returns whether the end of
   * the run was in it.
   */
  deliver(name: JournalName): Promise<boolean>;
  /** What an agent before this one left behind when it was killed; what is left when the signal is aborted, the next one finds. */
  deliverAll(signal: AbortSignal): Promise<void>;
}

const NAME = /^([0-9a-f-]{36})\.(\d+)\.(run|agent)\.jsonl$/;

export function createLeftovers(
  folder: string,
  { client, log, gone }: { readonly client: OrchestratorClient; readonly log: Log; readonly gone: AbortSignal },
): Leftovers {
  const file = ({ run, fence, source }: JournalName) => join(folder, `${run}.${fence}.${source}.jsonl`);

  async function deliver(name: JournalName, signal: AbortSignal = gone): Promise<boolean> {
    const { run, fence, source } = name;
    const { first, events } = readJournal(file(name)) ?? { first: 1, events: [] };
    if (events.length > 0) {
      const send = (batch: ReportBatch) => client.report(run, { ...batch, late: true }, signal);
      const spool = createSpool({ fence, source, first, send });
      for (const event of events) spool.add(event);
      try {
        await spool.flush();
      } catch (error) {
        // Kept for the agent after this one.
        if (signal.aborted) return false;
        log.warn('what a run left to be told was refused', { run, error: asArcosError(error).message });
      }
    }
    await rm(file(name), { force: true });
    return events.some((event) => event.kind === 'state' && event.state !== 'Running');
  }

  return {
    file,
    deliver,
    async deliverAll(signal) {
      await mkdir(folder, { recursive: true });
      const names = (await readdir(folder)).flatMap((name) => {
        const [, run, fence, source] = NAME.exec(name) ?? [];
        if (run === undefined || (source !== 'run' && source !== 'agent')) return [];
        return [{ run, fence: Number(fence), source } as const];
      });
      // Of one run first what its process told: its end may be in it.
      for (const name of names.toSorted((a, b) => (a.source < b.source ? 1 : -1))) await deliver(name, signal);
    },
  };
}
