import type { Building } from './building.ts';
import { type AdapterResponse, responseOf } from './response.ts';
import { createView } from './statements.ts';
import { describedColumns } from './table.ts';

export async function buildView({ node, compiled, session }: Building): Promise<AdapterResponse> {
  const existing = await session.table(node.relation);
  // Neither BigQuery nor dbt replaces a table by a view in one statement.
  if (existing !== undefined && existing.kind !== 'view') await session.drop(node.relation);
  const columns = await describedColumns(node, compiled.sql, session);
  return responseOf(await session.query(createView(node, compiled.sql, columns)));
}
