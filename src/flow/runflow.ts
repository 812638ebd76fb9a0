import { ArcosError, asArcosError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import { patiently } from '../base/patience.ts';
import type { TaskContext } from './call.ts';
import { pause } from './deadline.ts';
import type { LogLevel } from './events.ts';
import type { Flow } from './flow.ts';
import { ownServer } from './ownserver.ts';
import { type CallOptions, task } from './task.ts';

export interface RunFlowOptions extends CallOptions {
  /** False: it is started, and nobody waits for its end. */
  readonly wait?: boolean;
}

export interface StartedRun {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

/** What the server tells of a run that this one started. */
interface Child {
  readonly run: StartedRun & { readonly message?: string };
  readonly logs: readonly { readonly id: number; readonly level: LogLevel; readonly message: string }[];
}

const POLL_MS = 500;
const ENDS = new Set(['Completed', 'Failed', 'Crashed', 'Cancelled']);

/**
 * Starts a run of another flow of the namespace, by its name, and waits for its end; what it logs is
 * logged here too. A task of this run: tried again after a failure it finds the run it had started, and
 * if that has failed, has it go on from its failed task. When this run is cancelled, so is that one.
 * It needs a place at an agent of its own: while this run waits it keeps its place.
 * Given the flow itself it can be run by hand too: without a server it is run as part of this run.
 * Throws what the flow failed with.
 */
export function runFlow(
  flow: string | Flow,
  parameters: JsonObject = {},
  { wait = true, ...options }: RunFlowOptions = {},
): Promise<StartedRun> {
  const name = typeof flow === 'string' ? flow : flow.options.name;
  const call = task<JsonObject, StartedRun>({ name: `run ${name}` }, async (given, context) => {
    if (ownServer() !== undefined) return startAndFollow(name, given, wait, context);
    if (typeof flow === 'string') {
      throw new ArcosError('CONFIG', `The flow "${flow}" is on a server, and this is no deployed run`, {
        hint: 'Give runFlow the flow itself to run it here.',
      });
    }
    await flow(given);
    return { id: context.run.id, name, state: 'Completed' };
  });
  return call(parameters, options);
}

async function startAndFollow(
  flow: string,
  parameters: JsonObject,
  wait: boolean,
  { key, log, signal }: TaskContext,
): Promise<StartedRun> {
  const server = ownServer();
  if (server === undefined) throw new ArcosError('CONFIG', 'The run was not told its server and key');
  const { http, path } = server;
  const json = { flow, parameters, key };
  const started = await patiently(() => http.json<StartedRun>(`${path}/children`, { method: 'POST', json, signal }));
  const { id, name } = started;
  log.info(`${flow} runs as ${name}`);
  if (!wait) return { id, name, state: started.state };
  const cancel = () => {
    // This run ends soon, whatever is answered.
    http.json(`${path}/children/${id}/cancel`, { method: 'POST' }).catch((error: unknown) => {
      log.warn(`${name} could not be cancelled: ${asArcosError(error).message}`);
    });
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for (let after = 0; ; ) {
      const { run, logs } = await patiently(() =>
        http.json<Child>(`${path}/children/${id}`, { query: { after }, signal }),
      );
      for (const line of logs) log[line.level](`${name}: ${line.message}`);
      after = logs.at(-1)?.id ?? after;
      if (logs.length === 0 && ENDS.has(run.state)) {
        if (run.state === 'Completed') return { id, name, state: run.state };
        const why = run.message === undefined ? '' : `: ${run.message}`;
        throw new ArcosError('INTERNAL', `${flow} (${name}) is ${run.state}${why}`, { data: { run: id } });
      }
      if (logs.length === 0) await pause(POLL_MS, signal);
    }
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
