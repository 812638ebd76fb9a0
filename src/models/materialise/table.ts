import type { ModelNode } from '../node.ts';
import type { Session } from '../session.ts';
import type { Building } from './building.ts';
import { underContract } from './contract.ts';
import { persists } from './layout.ts';
import { type AdapterResponse, responseOf } from './response.ts';
import { createTable } from './statements.ts';

export async function buildTable({ node, compiled, session }: Building): Promise<AdapterResponse> {
  const existing = await session.table(node.relation);
  if (existing !== undefined && existing.kind !== 'native') await session.drop(node.relation);
  const { sql, columns = await describedColumns(node, compiled.sql, session) } = await underContract(
    node,
    compiled.sql,
    session,
  );
  const result = await session.query(createTable(node, sql, columns));
  return responseOf(result, (await session.table(node.relation))?.rows ?? 0);
}

/** The query's columns, where their descriptions are to be kept; a statement that names columns has to name them all. */
export async function describedColumns(node: ModelNode, sql: string, session: Session) {
  if (!persists(node.config, 'columns') || node.columns.every(({ description }) => description === ''))
    return undefined;
  return columnsOf(sql, session);
}

/** Columns of a query, which is not executed. */
export async function columnsOf(sql: string, session: Session) {
  return (await session.query(`SELECT *\nFROM (\n${sql}\n)\nLIMIT 0`, 0)).columns;
}
