import { readRunEnvironment } from '../base/environment.ts';
import { ArcosError, asArcosError } from '../base/errors.ts';
import { describeFlow, type FlowDescription } from './describe.ts';
import { execute } from './engine.ts';
import type { RunEvent, StoredResult } from './events.ts';
import { type Flow, isFlow } from './flow.ts';
import { openJournal } from './journal.ts';
import { maskEvent } from './mask.ts';
import { reportHttp } from './reporthttp.ts';
import { createSpool, type ReportAnswer, type ReportBatch } from './spool.ts';

/** What the parent of a bundle's process tells it, over the channel between them. */
export type ToBundle =
  | { readonly kind: 'describe' }
  | {
      readonly kind: 'run';
      readonly flow: string;
      readonly fence: number;
      readonly parameters: unknown;
      /** File that what has not arrived yet is kept in. */
      readonly journal: string;
    }
  | { readonly kind: 'cancel' };

/** What the process answers. */
export type FromBundle =
  | { readonly kind: 'described'; readonly flows: readonly FlowDescription[] }
  | { readonly kind: 'failed'; readonly message: string }
  /** The run's final state has arrived at the server. */
  | { readonly kind: 'done' };

/**
 * Where a deployed bundle begins: `module` is the flow's file with its exports. The process does what
 * its parent says, and ends with its parent: a run whose agent is gone must not go on alone.
 */
export function runBundle(module: Readonly<Record<string, unknown>>): void {
  const flows = [...new Set(Object.values(module).filter(isFlow))];
  if (process.send === undefined) {
    throw new ArcosError('INVALID', 'This is a deployed flow: an agent runs it. To run it by hand, use its source.');
  }
  const cancel = new AbortController();
  process.on('disconnect', () => endGroup());
  process.on('message', (message: ToBundle) => {
    if (message.kind === 'cancel') cancel.abort(new ArcosError('CANCELLED', 'Cancelled'));
    else void (message.kind === 'describe' ? describe(flows) : run(flows, message, cancel));
  });
}

async function describe(flows: readonly Flow[]): Promise<void> {
  try {
    await tell({ kind: 'described', flows: await Promise.all(flows.map(describeFlow)) });
  } catch (error) {
    await tell({ kind: 'failed', message: asArcosError(error).message });
  }
  process.exit(0);
}

async function run(
  flows: readonly Flow[],
  { flow: name, fence, parameters, journal }: Extract<ToBundle, { kind: 'run' }>,
  cancel: AbortController,
): Promise<void> {
  const environment = readRunEnvironment();
  const flow = flows.find(({ options }) => options.name === name);
  if (environment === undefined) throw new ArcosError('CONFIG', 'The run was not told its server and key');
  if (flow === undefined) throw new ArcosError('NOT_FOUND', `The bundle has no flow "${name}"`);
  const call = reportHttp(environment.server, environment.key);
  const path = `/api/runs/${environment.run}`;

  const spool = createSpool({
    fence,
    source: 'run',
    journal: openJournal(journal),
    send: (batch: ReportBatch) => call<ReportAnswer>('POST', `${path}/report`, batch),
    onCancel: () => cancel.abort(new ArcosError('CANCELLED', 'Cancelled')),
    onRefused: (error) => {
      process.stderr.write(`The server takes no more from this attempt: ${error.message}\n`);
      endGroup();
    },
  });
  const tellServer = (event: RunEvent) => spool.add(maskEvent(event));
  const failHard = (thrown: unknown) => {
    const { message, stack } = asArcosError(thrown);
    const at = new Date().toISOString();
    tellServer({ kind: 'log', level: 'error', message: stack ?? message, at });
    tellServer({ kind: 'state', state: 'Failed', message: `Outside of every task: ${message}`, at });
    void finish();
  };
  const finish = async () => {
    await spool.flush();
    await tell({ kind: 'done' });
    process.exit(0);
  };
  // An error that nobody can catch fails the run at once, like one that nobody caught.
  process.on('uncaughtException', failHard);

  const stored = environment.attempt === 1 ? [] : await resume(() => call<StoredResult[]>('GET', `${path}/resume`));
  await execute((scope) => flow.execute(parameters, scope), {
    run: {
      id: environment.run,
      flow: name,
      attempt: environment.attempt,
      ...(environment.scheduledFor === undefined ? {} : { scheduledFor: environment.scheduledFor }),
    },
    reporter: tellServer,
    onState: flow.options.onState,
    signal: cancel.signal,
    stored: new Map(stored.map((result) => [result.key, result])),
  });
  await finish();
}

/** The results of earlier attempts; waits for a server that is away. */
async function resume(ask: () => Promise<StoredResult[]>): Promise<StoredResult[]> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!asArcosError(error).retryable) throw error;
      await new Promise((done) => setTimeout(done, 500));
    }
  }
}

function tell(message: FromBundle): Promise<void> {
  return new Promise((done) => {
    process.send?.(message, undefined, undefined, () => done());
  });
}

/** With everything the flow has started: the agent made the run's process the leader of its group. */
function endGroup(): never {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    // Not the leader of a group: only this process is left to end.
  }
  process.exit(1);
}
