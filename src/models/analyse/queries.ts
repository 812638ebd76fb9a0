import { ArcosError, asArcosError } from '../../base/errors.ts';
import { JinjaError } from '../../jinja/jinja.ts';
import type { ColumnInfo, TablePath } from '../../sql/catalog.ts';
import type { WarehouseClient } from '../../warehouse/port.ts';
import type { CommandOptions } from '../command.ts';
import { Compiler } from '../compile.ts';
import { failureOf } from '../failure.ts';
import { seedQuery } from '../materialise/seed.ts';
import { isTemplateNode } from '../node.ts';
import { Session } from '../session.ts';
import { type Analysis, analyse, type Query } from './analyse.ts';

/** The project's queries, compiled, and what they are over the tables of the warehouse as it is now. */
export async function analyseProject(options: CommandOptions): Promise<Analysis> {
  const { manifest, invocation, warehouse } = options;
  const { project, dataset } = invocation.target;
  return analyse({
    manifest,
    queries: await queriesOf(options),
    columns: (path) => columnsOf(warehouse, path),
    defaults: { project, dataset },
  });
}

/** Of every node that has one; seeds are queries of their rows. */
async function queriesOf({ manifest, invocation, warehouse, log, signal }: CommandOptions) {
  const compiler = new Compiler(manifest, invocation);
  const queries = new Map<string, Query>();
  for (const node of manifest.nodes.values()) {
    const nodeId = node.uniqueId;
    if (node.resourceType === 'seed') queries.set(nodeId, { sql: seedQuery(node) });
    if (!isTemplateNode(node)) continue;
    signal.throwIfAborted();
    const session = new Session({ warehouse, invocation, nodeId, log, signal });
    try {
      queries.set(nodeId, { sql: (await compiler.compile(node, session, log)).sql });
    } catch (error) {
      if (!(error instanceof JinjaError || error instanceof ArcosError) && !(error instanceof Error)) throw error;
      queries.set(nodeId, { fault: failureOf(error, node, session.refused(error)).message });
    }
  }
  return queries;
}

/** Undefined for a table that is not there, or that is not this caller's to see. */
async function columnsOf(warehouse: WarehouseClient, path: TablePath): Promise<readonly ColumnInfo[] | undefined> {
  try {
    return (await warehouse.table(path))?.columns;
  } catch (error) {
    if (['NOT_FOUND', 'DENIED', 'INVALID'].includes(asArcosError(error).code)) return undefined;
    throw error;
  }
}
