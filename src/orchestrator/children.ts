import type { Access } from '../access/access.ts';
import { ArcosError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import { insertRun, planRun } from './createrun.ts';
import { type Database, holdRun, propose } from './transition/propose.ts';
import { isEnd } from './transition/rules.ts';
import { readRun } from './view/run.ts';
import type { RunView } from './views.ts';

export interface ChildRequest {
  /** Name, in the parent's namespace. */
  readonly flow: string;
  readonly parameters?: JsonObject | undefined;
  /** The same key again, from the same parent, is the same run. */
  readonly key: string;
}

/**
 * The run that a run starts with a key. When it is there already, from an earlier attempt of the parent,
 * it is that one; and if it has failed since, it is tried again. Throws NOT_FOUND for a flow that is not
 * deployed in the parent's namespace, CONFLICT for a key that was used for other parameters.
 */
export async function startChild(
  db: Database,
  access: Access,
  parent: string,
  { flow, parameters = {}, key }: ChildRequest,
  now: Date,
): Promise<RunView> {
  const deployment = await db
    .selectFrom('orchestrator.deployment as d')
    .innerJoin('orchestrator.flow as f', 'f.id', 'd.flow')
    .innerJoin('orchestrator.run as p', 'p.namespace', 'f.namespace')
    .select(['d.id', 'f.namespace'])
    .where('p.id', '=', parent)
    .where('f.name', '=', flow)
    .orderBy('d.name')
    .executeTakeFirst();
  if (deployment === undefined) {
    throw new ArcosError('NOT_FOUND', `There is no flow "${flow}" in the namespace of this run`, {
      hint: 'Deploy it there first.',
    });
  }
  const row = await planRun(db, access, {
    deployment: deployment.id,
    origin: 'flow',
    parameters,
    scheduledFor: now,
    now,
    parent,
    idempotencyKey: `flow ${parent} ${key}`,
  });
  const id = await db.transaction().execute(async (transaction) => {
    const child = await insertRun(transaction, row);
    const held = await holdRun(transaction, child);
    const again = child !== row.id && isEnd(held.row.state) && held.row.state !== 'Completed';
    if (again) {
      const message = 'tried again with the run that started it';
      await propose(transaction, held, { to: 'Scheduled', by: 'person', at: now, message });
    }
    return child;
  });
  return readRun(db, id);
}

/** Throws NOT_FOUND for a run that another one started. */
export async function demandChild(db: Database, parent: string, child: string): Promise<void> {
  const row = await db
    .selectFrom('orchestrator.run')
    .select('id')
    .where('id', '=', child)
    .where('parent', '=', parent)
    .executeTakeFirst();
  if (row === undefined) throw new ArcosError('NOT_FOUND', `There is no run ${child} that this run started`);
}
