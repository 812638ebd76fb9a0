import { type Access, createAccess } from '../access/access.ts';
import { silentLog } from '../base/log.ts';
import type { RunEvent } from '../flow/events.ts';
import type { Store } from '../store/store.ts';
import { openTestStore } from '../store/testing.ts';
import { createOrchestrator } from './orchestrator.ts';
import type { Orchestrator, OrchestratorOptions } from './port.ts';
import type { AgentIdentity, Assignment, Registration } from './protocol.ts';

export interface TestOrchestrator {
  readonly store: Store;
  readonly access: Access;
  readonly orchestrator: Orchestrator;
  /** Another one on the same store. */
  another(options?: Partial<OrchestratorOptions>): Promise<Orchestrator>;
  close(): Promise<void>;
}

/** An orchestrator on a store of its own, with agency `rio`, project `rio` and namespaces `rj-a` and `rj-b`. */
export async function openTestOrchestrator(options: Partial<OrchestratorOptions> = {}): Promise<TestOrchestrator> {
  const store = await openTestStore();
  const access = createAccess(store);
  await access.putAgency({ id: 'rio', name: 'Rio' });
  await access.putProject({ id: 'rio', agency: 'rio' });
  for (const id of ['rj-a', 'rj-b']) await access.putNamespace({ id, agency: 'rio', project: 'rio' });
  const all: Orchestrator[] = [];
  const another = async (more: Partial<OrchestratorOptions> = {}) => {
    const made = createOrchestrator({ store, access, log: silentLog, ...options, ...more });
    await made.start();
    all.push(made);
    return made;
  };
  return {
    store,
    access,
    orchestrator: await another(),
    another,
    async close() {
      for (const orchestrator of all) await orchestrator.stop();
      await store.close();
    },
  };
}

/** What registers the flow `name` of namespace `rj-a`; `flow` and `hash` for what is to be otherwise. */
export function registrationOf(
  name: string,
  flow: Partial<Registration['flow']> = {},
  { hash = 'a', crashRetries = 3 }: { hash?: string; crashRetries?: number } = {},
): Registration {
  return {
    namespace: 'rj-a',
    flow: {
      name,
      parameters: { type: 'object', properties: { day: { type: 'string' } }, additionalProperties: false },
      labels: [],
      schedules: [],
      retries: 0,
      retryDelayMs: 0,
      backoff: 1,
      ...flow,
    },
    bundle: { bucket: 'code', name: `flows/${hash}.mjs`, sha256: hash.repeat(64).slice(0, 64) },
    deployment: { name: 'default', parameters: {}, crashRetries },
  };
}

export const AGENT: AgentIdentity = { namespace: 'rj-a', name: 'agent', labels: [] };

/** The run that the agent gets; undefined when there is none for it within `waitMs`. */
export async function claimNow(
  orchestrator: Orchestrator,
  agent: AgentIdentity = AGENT,
  waitMs = 0,
): Promise<Assignment | undefined> {
  const { runs } = await orchestrator.claim({ ...agent, slots: 1, waitMs }, new AbortController().signal);
  return runs[0];
}

/** An event of a run, now. */
export const told = {
  state: (state: 'Running' | 'Completed' | 'Failed' | 'Crashed', message?: string): RunEvent => ({
    kind: 'state',
    state,
    at: new Date().toISOString(),
    ...(message === undefined ? {} : { message }),
  }),
  log: (message: string): RunEvent => ({ kind: 'log', level: 'info', message, at: new Date().toISOString() }),
  task: (key: string, state: 'Running' | 'Completed', result?: string): RunEvent => ({
    kind: 'task',
    key,
    state,
    tries: 1,
    upstream: [],
    tags: [],
    inputHash: 'same',
    at: new Date().toISOString(),
    ...(result === undefined ? {} : { result }),
  }),
};
