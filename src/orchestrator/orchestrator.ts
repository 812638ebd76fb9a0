import { systemClock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import { cancelBackfill, planBackfill, readBackfill, startBackfill } from './backfill.ts';
import { type Bell, createBell } from './bell.ts';
import { demandChild, startChild } from './children.ts';
import { seeAgent } from './claim.ts';
import { insertRun, planRun } from './createrun.ts';
import { startEmitter } from './emit/emitter.ts';
import { followRun } from './follow.ts';
import { giveRuns } from './giveruns.ts';
import { loseRunsOf, renewLeases } from './lease.ts';
import { listLimits, putLimit, removeLimit } from './limits.ts';
import { listDeliveries, type NotifyOptions } from './notify/deliver.ts';
import { type Notifier, startNotifier } from './notify/notifier.ts';
import { raiseTest } from './notify/raise.ts';
import { listRules, putRule, removeRule } from './notify/rules.ts';
import type { Orchestrator, OrchestratorOptions } from './port.ts';
import { createReaper } from './reaper.ts';
import { register } from './register.ts';
import { resumableResults, takeReport } from './report.ts';
import { readArchive } from './retention/archive.ts';
import { LOG_BUCKET, retain } from './retention/retain.ts';
import { makeRounds, type Rounds } from './rounds.ts';
import { removeRunKeys } from './runkeys.ts';
import { fireDue } from './schedule/fire.ts';
import { pauseSchedule, scheduleOwner } from './schedule/pause.ts';
import type { OrchestratorTables } from './tables.ts';
import { DUE_CHANNEL, demandAccepted, holdRun, propose, RUN_CHANNEL } from './transition/propose.ts';
import { isEnd, type Proposal } from './transition/rules.ts';
import { readValue, writeValue } from './values.ts';
import { listAgents } from './view/agent.ts';
import { countRuns } from './view/counts.ts';
import { listDeployments, listFlows, readDeployment } from './view/deployment.ts';
import { LOG_PAGE, readLogs, searchLogs } from './view/log.ts';
import { readMetrics } from './view/metrics.ts';
import { isUuid, listRuns, readRun, readRunDetail } from './view/run.ts';
import { whyNot } from './view/why.ts';
import type { RetainedView, RunView } from './views.ts';

const LEASE_MS = 20_000;
const REAP_EVERY_MS = 2_000;
const SCHEDULE_EVERY_MS = 1_000;
const RETAIN_EVERY_MS = 3_600_000;

export function createOrchestrator(options: OrchestratorOptions): Orchestrator {
  const { store, access, clock = systemClock, leaseMs = LEASE_MS } = options;
  const { reapEveryMs = REAP_EVERY_MS, scheduleEveryMs = SCHEDULE_EVERY_MS } = options;
  const { notify, lake } = options;
  const log = options.log.child({ part: 'orchestrator' });
  const db = store.tables<OrchestratorTables>();
  const stopping = new AbortController();
  const claims = new Set<Promise<unknown>>();
  let bells: { readonly due: Bell; readonly run: Bell } | undefined;
  let rounds: { readonly reap: Rounds; readonly fire: Rounds; readonly keys: Rounds } | undefined;
  let notifier: Notifier | undefined;
  let retaining: Rounds | undefined;
  let emitter: Rounds | undefined;

  function started<Part>(part: Part | undefined): Part {
    if (part === undefined) throw new ArcosError('UNAVAILABLE', 'The orchestrator has not been started');
    return part;
  }

  function demandNotify(): NotifyOptions {
    if (notify !== undefined) return notify;
    throw new ArcosError('UNSUPPORTED', 'This server sends no notifications');
  }

  async function retainNow(dryRun: boolean): Promise<RetainedView> {
    const { retention: policy } = options;
    if (lake === undefined || policy === undefined) return { runs: {}, logs: 0, cached: 0 };
    return retain({ db, access, lake, log, policy }, clock.now(), dryRun, stopping.signal);
  }

  function noteLost(runs: number): void {
    if (runs === 0) return;
    log.warn('runs were lost with their agents', { runs });
    rounds?.keys.now();
  }

  async function transit(id: string, proposal: Omit<Proposal, 'at'>): Promise<RunView> {
    requireUuid(id);
    await db.transaction().execute(async (transaction) => {
      const held = await holdRun(transaction, id);
      const proposed = { ...proposal, at: clock.now() };
      const { verdict } = await propose(transaction, held, proposed);
      demandAccepted(held, proposed, verdict);
    });
    rounds?.keys.now();
    return readRun(db, id);
  }

  async function owner(run: string): Promise<{ namespace: string; agency: string }> {
    requireUuid(run);
    const row = await db
      .selectFrom('orchestrator.run')
      .select(['namespace', 'agency'])
      .where('id', '=', run)
      .executeTakeFirst();
    if (row === undefined) throw noRun(run);
    return row;
  }

  return {
    async start() {
      bells = { due: await createBell(store, DUE_CHANNEL), run: await createBell(store, RUN_CHANNEL) };
      const reap = createReaper(db, clock, leaseMs);
      rounds = {
        reap: makeRounds({ name: 'looking for lost runs', everyMs: reapEveryMs, log }, async () => {
          noteLost(await reap());
          return reapEveryMs;
        }),
        fire: makeRounds({ name: 'firing schedules', everyMs: scheduleEveryMs, log }, async () =>
          Math.min((await fireDue(db, access, clock)) ?? scheduleEveryMs, scheduleEveryMs),
        ),
        keys: makeRounds({ name: 'removing keys of ended runs', everyMs: leaseMs, log }, async () => {
          await removeRunKeys(db, access);
          return leaseMs;
        }),
      };
      emitter = startEmitter({ db, clock, log }, options.emit ?? {});
      retaining = makeRounds({ name: 'removing what is too old', everyMs: RETAIN_EVERY_MS, log }, async () => {
        await retainNow(false);
        return RETAIN_EVERY_MS;
      });
      if (notify !== undefined)
        notifier = await startNotifier({ store, db, clock, log }, notify, options.overdueEveryMs);
    },

    async stop() {
      stopping.abort();
      await Promise.all(
        [rounds?.reap, rounds?.fire, rounds?.keys, notifier, retaining, emitter].map((round) => round?.stop()),
      );
      await Promise.all([bells?.due, bells?.run].map((bell) => bell?.close()));
      await Promise.allSettled(claims);
    },

    async register(registration) {
      const { deployment, changed } = await register({ db, access, clock }, registration);
      rounds?.fire.now();
      return { deployment: await readDeployment(db, deployment, clock.now()), changed };
    },

    flows: (namespaces) => listFlows(db, namespaces),
    deployments: (namespaces) => listDeployments(db, namespaces, clock.now()),
    deployment: (id) => readDeployment(db, id, clock.now()),

    async startRun(deployment, { parameters = {}, idempotencyKey }) {
      const now = clock.now();
      const row = await planRun(db, access, {
        deployment,
        origin: 'manual',
        parameters,
        scheduledFor: now,
        now,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey: `manual ${deployment} ${idempotencyKey}` }),
      });
      const id = await db.transaction().execute((transaction) => insertRun(transaction, row));
      return readRun(db, id);
    },

    runs: (query) => listRuns(db, query),
    counts: (namespaces, hours = 24) =>
      countRuns(db, namespaces, new Date(clock.now().getTime() - hours * 3_600_000), clock.now()),
    run: (id) => readRunDetail(db, id),

    owner,

    async logs(id, query) {
      const object = await db
        .selectFrom('orchestrator.run')
        .select('log_object')
        .where('id', '=', id)
        .executeTakeFirst();
      const here = await readLogs(db, id, query);
      const { limit = LOG_PAGE } = query;
      if (object == null || object.log_object === null || lake === undefined) return { logs: here };
      const ref = { bucket: LOG_BUCKET, name: object.log_object };
      // What came after it was moved is here.
      return { logs: [...(await readArchive(lake, ref, { ...query, limit })), ...here].slice(0, limit) };
    },
    searchLogs: (query) => searchLogs(db, query),
    retain: (dryRun) => retainNow(dryRun),

    async *follow(id, after, signal) {
      yield* followRun(db, started(bells).run, id, after, AbortSignal.any([signal, stopping.signal]));
    },

    retry: (id) => transit(id, { to: 'Scheduled', by: 'person', message: 'retried by hand' }),
    cancel: (id) => transit(id, { to: 'Cancelling', by: 'person' }),

    notificationRules: (namespaces) => listRules(db, namespaces),
    putNotificationRule: (place, rule, by) => putRule(db, demandNotify().secrets, place, rule, by),
    removeNotificationRule: (place) => removeRule(db, demandNotify().secrets, place),
    testNotificationRule: ({ namespace, name }) => raiseTest(db, namespace, name, clock.now()),
    deliveries: (namespaces, limit) => listDeliveries(db, namespaces, limit),

    why: (id) => whyNot(db, id, clock.now(), new Date(clock.now().getTime() - leaseMs)),

    async pauseSchedule(id, active) {
      await pauseSchedule(db, id, active, clock.now());
      rounds?.fire.now();
    },
    scheduleOwner: (id) => scheduleOwner(db, id),

    planBackfill: (deployment, request) => planBackfill(db, deployment, request),
    startBackfill: async (deployment, request) =>
      readBackfill(db, await startBackfill(db, access, deployment, request, clock.now())),
    backfill: (id) => readBackfill(db, id),
    async cancelBackfill(id) {
      await readBackfill(db, id);
      await cancelBackfill(db, id, clock.now());
      rounds?.keys.now();
      return readBackfill(db, id);
    },

    limits: () => listLimits(db),
    putLimit: (limit) => putLimit(db, limit),
    removeLimit: (scope, name) => removeLimit(db, scope, name),

    startChild: (parent, request) => startChild(db, access, parent, request, clock.now()),
    async child(parent, child, after) {
      await demandChild(db, parent, child);
      // The run first: when it has ended, its lines are all there.
      const run = await readRun(db, child);
      return { run, logs: await readLogs(db, child, { after }) };
    },
    async cancelChild(parent, child) {
      await demandChild(db, parent, child);
      return transit(child, { to: 'Cancelling', by: 'person', message: 'cancelled with the run that started it' });
    },

    async value(run, key) {
      const found = await readValue(db, (await owner(run)).namespace, key);
      if (found === undefined) throw new ArcosError('NOT_FOUND', `There is no value "${key}"`);
      return found;
    },
    async setValue(run, key, { value, revision }) {
      const { namespace } = await owner(run);
      return { revision: await writeValue(db, { namespace, key, value, revision }, clock.now()) };
    },

    metrics: () => readMetrics(db, clock.now(), new Date(clock.now().getTime() - leaseMs)),

    agents: (namespaces) => listAgents(db, namespaces, new Date(clock.now().getTime() - leaseMs)),

    async claim(request, signal) {
      const until = AbortSignal.any([signal, stopping.signal]);
      const giving = giveRuns({ db, clock, leaseMs, access, bell: started(bells).due }, request, until);
      const over = () => claims.delete(giving);
      claims.add(giving);
      giving.then(over, over);
      return { runs: await giving };
    },

    async heartbeat(request) {
      const now = clock.now();
      const agent = await seeAgent(db, request, now);
      if (request.fresh === true) noteLost(await loseRunsOf(db, agent, now));
      return renewLeases(db, agent, request, new Date(now.getTime() + leaseMs));
    },

    async report(id, batch) {
      requireUuid(id);
      const answer = await takeReport(db, id, batch, clock.now());
      if (batch.events.some((event) => event.kind === 'state' && isEnd(event.state))) rounds?.keys.now();
      return answer;
    },

    resume: (id) => resumableResults(db, id),
  };
}

function requireUuid(run: string): void {
  if (!isUuid(run)) throw noRun(run);
}

function noRun(id: string): ArcosError {
  return new ArcosError('NOT_FOUND', `There is no run ${id}`);
}
