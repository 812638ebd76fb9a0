import { ArcosError } from '../../base/errors.ts';
import { failureOf } from '../failure.ts';
import { quoteRelation } from '../node.ts';
import { select } from '../select/select.ts';
import { Session } from '../session.ts';
import { previousRelation } from '../state.ts';
import type { ProjectCommand } from './command.ts';
import { EXIT } from './opened.ts';

/** Makes the selected tables of those that `--state` has: a copy that shares its files until one changes; views of views. */
export async function clone(command: ProjectCommand): Promise<number> {
  const { manifest, invocation } = command;
  const state = await command.state();
  if (state === undefined)
    throw new ArcosError('INVALID', 'clone needs --state, the folder of an earlier manifest.json');
  const { warehouse, log, signal } = await command.tools();
  const chosen = select(manifest.graph, manifest.project, await command.selection());
  let failed = 0;
  for (const id of chosen) {
    const node = manifest.nodes.get(id);
    if (node === undefined || !['model', 'seed', 'snapshot'].includes(node.resourceType)) continue;
    if (node.resourceType === 'source' || node.config.materialized === 'ephemeral') continue;
    const from = previousRelation(state, id);
    const { database, schema, identifier } = node.relation;
    const name = `${schema}.${identifier}`;
    if (from === undefined || quoteRelation(from) === quoteRelation(node.relation)) {
      log.info(`No relation found in state manifest for ${id}`);
      continue;
    }
    const session = new Session({ warehouse, invocation, nodeId: id, log, signal });
    try {
      if (!invocation.fullRefresh && (await session.table(node.relation)) !== undefined) {
        log.info(`Relation ${name} already exists`);
        continue;
      }
      const there = await session.table(from);
      if (there === undefined) throw new ArcosError('NOT_FOUND', `${quoteRelation(from)} is not there`);
      await session.ensureDataset(database, schema);
      const target = quoteRelation(node.relation);
      await session.query(
        there.kind === 'native'
          ? `CREATE OR REPLACE TABLE ${target} CLONE ${quoteRelation(from)}`
          : `CREATE OR REPLACE VIEW ${target} AS SELECT * FROM ${quoteRelation(from)}`,
      );
      log.info(`OK cloned ${name}`);
    } catch (error) {
      if (signal.aborted) throw error;
      failed++;
      log.error(failureOf(error, node, session.refused(error)).message);
    }
  }
  return failed > 0 ? EXIT.failed : EXIT.done;
}
