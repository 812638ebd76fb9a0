import type { Building } from './building.ts';
import { underContract } from './contract.ts';
import { type AdapterResponse, responseOf } from './response.ts';
import { createView } from './statements.ts';
import { describedColumns } from './table.ts';

export async function buildView({ node, compiled, session }: Building): Promise<AdapterResponse> {
  const { sql, columns = await describedColumns(node, compiled.sql, session) } = await underContract(
    node,
    compiled.sql,
    session,
  );
  const statement = createView(node, sql, columns);
  try {
    return responseOf(await session.query(statement));
  } catch (error) {
    // Neither BigQuery nor dbt replaces a table by a view in one statement. What is there is asked only now: mostly a view.
    const existing = await session.table(node.relation);
    if (existing === undefined || existing.kind === 'view') throw error;
    await session.drop(node.relation);
    return responseOf(await session.query(statement));
  }
}
