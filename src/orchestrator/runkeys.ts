import { sql } from 'kysely';
import type { Access } from '../access/access.ts';
import type { RunRow } from './transition/patch.ts';
import { type Database, DUE_CHANNEL, holdRun } from './transition/propose.ts';
import { ACTIVE } from './transition/rules.ts';

/** What a run may do it may by a principal of its own, which is there only while an agent has the run. */
export function principalOf(run: { readonly id: string }): string {
  return `run ${run.id}`;
}

/**
 * A key for the attempt that has just been claimed; keys of earlier attempts stop working. It may report
 * for the run, use the namespace's models, and write the namespace's project and those it writes besides.
 */
export async function issueRunKey(
  access: Access,
  run: Pick<RunRow, 'id' | 'namespace' | 'attempt'>,
): Promise<{ key: string; project: string }> {
  const { agency, project, writes } = await access.namespace(run.namespace);
  const principal = await access.putPrincipal({
    kind: 'run',
    name: principalOf(run),
    agency,
    bindings: [
      { role: 'execucao', scope: { kind: 'run', id: run.id } },
      { role: 'execucao', scope: { kind: 'namespace', id: run.namespace } },
      ...[...new Set([project, ...writes])].map(
        (id) => ({ role: 'execucao', scope: { kind: 'project', id } }) as const,
      ),
    ],
  });
  await access.revokeKeys(principal);
  return { key: await access.issueKey(principal, { purpose: `attempt ${run.attempt}` }), project };
}

/** At a time; the others are next. */
const MOST = 100;

/**
 * Removes the principals of runs that nobody has any more. The run's row is held meanwhile, so that it
 * is not claimed, and given a new key, in between. To be called by one at a time: it takes a second
 * connection of the store while it has one.
 */
export async function removeRunKeys(db: Database, access: Access): Promise<void> {
  const ended = await db
    .selectFrom('orchestrator.run')
    .select('id')
    .where('principal', 'is not', null)
    .where('state', 'not in', ACTIVE)
    .limit(MOST)
    .execute();
  for (const { id } of ended) {
    await db.transaction().execute(async (transaction) => {
      const { row } = await holdRun(transaction, id);
      if (row.principal === null || ACTIVE.some((state) => state === row.state)) return;
      await access.removePrincipal(row.principal);
      await transaction.updateTable('orchestrator.run').set({ principal: null }).where('id', '=', id).execute();
      // A claim that came meanwhile has passed the row over.
      if (row.state === 'Scheduled') await sql`SELECT pg_notify(${DUE_CHANNEL}, ${row.namespace})`.execute(transaction);
    });
  }
}
