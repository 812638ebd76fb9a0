import { sql } from 'kysely';
import { ArcosError } from '../../base/errors.ts';
import { limitsOf } from '../limits.ts';
import type { Database } from '../transition/propose.ts';
import { ACTIVE } from '../transition/rules.ts';
import type { WhyView } from '../views.ts';
import { isUuid } from './run.ts';

/** Why a run has not begun: all that stands in its way, as claims see it. Throws NOT_FOUND. */
export async function whyNot(db: Database, id: string, now: Date, onlineSince: Date): Promise<WhyView> {
  const run = isUuid(id)
    ? await db.selectFrom('orchestrator.run').selectAll().where('id', '=', id).executeTakeFirst()
    : undefined;
  if (run === undefined) throw new ArcosError('NOT_FOUND', `There is no run ${id}`);
  if (run.state !== 'Scheduled') {
    const begun = run.state === 'Pending' ? 'an agent has it, and starts its process' : `it is ${run.state}`;
    return { state: run.state, reasons: [{ code: 'not_waiting', message: begun }] };
  }
  const reasons: { code: WhyView['reasons'][number]['code']; message: string }[] = [];
  if (run.due_at > now) reasons.push({ code: 'not_due', message: `it is due at ${run.due_at.toISOString()}` });

  const agents = await db
    .selectFrom('orchestrator.agent')
    .select(['name', 'labels'])
    .where('namespace', '=', run.namespace)
    .where('seen_at', '>', onlineSince)
    .execute();
  const fitting = agents.filter(({ labels }) =>
    run.labels.length === 0 ? labels.length === 0 : run.labels.every((label) => labels.includes(label)),
  );
  if (agents.length === 0) reasons.push({ code: 'no_agent', message: `no agent of ${run.namespace} is online` });
  else if (fitting.length === 0) {
    const wanted = run.labels.length === 0 ? 'is without labels, as it is' : `has its labels ${run.labels.join(', ')}`;
    const there = agents.map(({ name, labels }) => `${name} (${labels.join(', ') || 'no labels'})`).join(', ');
    reasons.push({ code: 'no_agent_with_labels', message: `no agent that is online ${wanted}; there are ${there}` });
  }

  const { concurrency } = await db
    .selectFrom('orchestrator.deployment')
    .select('concurrency')
    .where('id', '=', run.deployment)
    .executeTakeFirstOrThrow();
  const { active } = await db
    .selectFrom('orchestrator.run')
    .select(sql<number>`count(*)`.as('active'))
    .where('deployment', '=', run.deployment)
    .where('state', 'in', ACTIVE)
    .executeTakeFirstOrThrow();
  if (concurrency !== null && active >= concurrency) {
    reasons.push({ code: 'flow_full', message: `${active} of ${concurrency} runs of its flow are active` });
  }
  for (const limit of await limitsOf(db, run)) {
    if (limit.active < limit.most) continue;
    const said = `the limit of ${limit.scope} ${limit.name} is reached: ${limit.active} of ${limit.most} are active`;
    reasons.push({ code: 'limit_reached', message: said });
  }
  if (reasons.length === 0) {
    const { ahead } = await db
      .selectFrom('orchestrator.run')
      .select(sql<number>`count(*)`.as('ahead'))
      .where('namespace', '=', run.namespace)
      .where('state', '=', 'Scheduled')
      .where('due_at', '<', run.due_at)
      .executeTakeFirstOrThrow();
    const message = `its agents are busy: ${ahead} runs of its namespace were due before it`;
    reasons.push({ code: 'agents_busy', message });
  }
  return { state: run.state, reasons };
}
