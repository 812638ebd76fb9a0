import type { Access } from '../access/access.ts';
import type { Bell } from './bell.ts';
import { type Claimed, type ClaimOptions, claimOne, nextDue, seeAgent } from './claim.ts';
import { takeBack } from './lease.ts';
import type { Assignment, ClaimRequest } from './protocol.ts';
import { issueRunKey } from './runkeys.ts';

export interface GiveOptions extends ClaimOptions {
  readonly access: Access;
  /** Rings with a namespace when there may be something to claim in it. */
  readonly bell: Bell;
}

/** A notification can get lost with a connection of the store: then a run is found by looking. */
const LOOK_MS = 5_000;

/**
 * Runs for the agent, as many as there are now and it has room for; when there is none, the first that
 * comes within its time. None when the signal is aborted: what nobody receives goes to somebody else.
 */
export async function giveRuns(
  options: GiveOptions,
  request: ClaimRequest,
  signal: AbortSignal,
): Promise<readonly Assignment[]> {
  const { db, clock, access, bell } = options;
  const { namespace, name, labels, slots, waitMs } = request;
  const begun = clock.now();
  await access.namespace(namespace);
  const agent = { id: await seeAgent(db, request, begun), namespace, name, labels };
  const deadline = begun.getTime() + waitMs;
  const listener = bell.listen(namespace);
  const stop = () => listener.close();
  signal.addEventListener('abort', stop, { once: true });
  const given: Assignment[] = [];
  try {
    while (!signal.aborted) {
      while (given.length < slots && !signal.aborted) {
        const claimed = await claimOne(options, agent);
        if (claimed === undefined) break;
        given.push(await assign(access, claimed));
      }
      const now = clock.now();
      if (given.length > 0 || now.getTime() >= deadline) break;
      const due = await nextDue(db, namespace, now);
      const dueMs = due === undefined ? LOOK_MS : Math.max(1, due.getTime() - now.getTime());
      await listener.wait(Math.min(dueMs, LOOK_MS, deadline - now.getTime()));
    }
    if (!signal.aborted) return given;
    await takeBack(db, given, clock.now(), 'its agent was gone before it got the run');
    return [];
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

async function assign(access: Access, { run, flow, bundle }: Claimed): Promise<Assignment> {
  const { key, project } = await issueRunKey(access, run);
  const { id, name, attempt, fence, parameters, namespace } = run;
  const scheduledFor = run.scheduled_for.toISOString();
  return { run: id, name, flow, attempt, fence, parameters, scheduledFor, bundle, namespace, project, key };
}
