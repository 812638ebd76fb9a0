import { ArcosError } from '../../base/errors.ts';
import { quoteRelation, type RunnableNode } from '../node.ts';
import type { Session } from '../session.ts';
import { listOf, mapOf, textOf } from '../yaml.ts';
import { stringLiteral } from './layout.ts';

/** Gives the roles of the config `grants` on the table that was made: `{'roles/bigquery.dataViewer': ['user:ana@rio.br']}`. */
export async function applyGrants(node: RunnableNode, session: Session): Promise<void> {
  const grants = Object.entries(mapOf(node.config['grants']));
  if (grants.length === 0) return;
  const what = (await session.table(node.relation))?.kind === 'view' ? 'VIEW' : 'TABLE';
  for (const [role, written] of grants) {
    const grantees = listOf(written)
      .map(textOf)
      .filter((grantee) => grantee !== undefined);
    if (grantees.length === 0) continue;
    if (/`/.test(role))
      throw new ArcosError('INVALID', `"${role}" is no role`, { hint: 'Write roles/bigquery.dataViewer.' });
    await session.query(
      `GRANT \`${role}\` ON ${what} ${quoteRelation(node.relation)} TO ${grantees.map(stringLiteral).join(', ')}`,
      0,
    );
  }
}
