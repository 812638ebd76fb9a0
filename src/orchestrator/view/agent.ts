import { sql } from 'kysely';
import type { Database } from '../transition/propose.ts';
import { ACTIVE } from '../transition/rules.ts';
import type { AgentView } from '../views.ts';

/** `onlineSince`: one that was heard of after that is online. */
export async function listAgents(db: Database, namespaces: readonly string[], onlineSince: Date): Promise<AgentView[]> {
  if (namespaces.length === 0) return [];
  const rows = await db
    .selectFrom('orchestrator.agent as a')
    .selectAll()
    .select(({ selectFrom }) =>
      selectFrom('orchestrator.run as r')
        .select(sql<number>`count(*)`.as('count'))
        .whereRef('r.agent', '=', 'a.id')
        .where('r.state', 'in', ACTIVE)
        .as('runs'),
    )
    .where('a.namespace', 'in', namespaces)
    .orderBy('a.name')
    .execute();
  return rows.map(({ id, name, namespace, labels, seen_at: seen, runs }) => ({
    id,
    name,
    namespace,
    labels,
    seenAt: seen.toISOString(),
    online: seen > onlineSince,
    runs: runs ?? 0,
  }));
}
