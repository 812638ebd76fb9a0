import type { Access } from '../access/access.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Log } from '../base/log.ts';
import type { StoredResult } from '../flow/events.ts';
import type { ReportAnswer, ReportBatch } from '../flow/spool.ts';
import type { Store } from '../store/store.ts';
import { type BackfillRequest, cancelBackfill, planBackfill, readBackfill, startBackfill } from './backfill.ts';
import { type Bell, createBell } from './bell.ts';
import { type ChildRequest, demandChild, startChild } from './children.ts';
import { seeAgent } from './claim.ts';
import { insertRun, planRun } from './createrun.ts';
import { followRun, type NumberedEvent } from './follow.ts';
import { giveRuns } from './giveruns.ts';
import { loseRunsOf, renewLeases } from './lease.ts';
import { listLimits, putLimit, removeLimit } from './limits.ts';
import type {
  ClaimAnswer,
  ClaimRequest,
  HeartbeatAnswer,
  HeartbeatRequest,
  Registered,
  Registration,
} from './protocol.ts';
import { createReaper } from './reaper.ts';
import { register } from './register.ts';
import { resumableResults, takeReport } from './report.ts';
import { makeRounds, type Rounds } from './rounds.ts';
import { removeRunKeys } from './runkeys.ts';
import { fireDue } from './schedule/fire.ts';
import { pauseSchedule, scheduleOwner } from './schedule/pause.ts';
import type { OrchestratorTables } from './tables.ts';
import { DUE_CHANNEL, demandAccepted, holdRun, propose, RUN_CHANNEL } from './transition/propose.ts';
import { isEnd, type Proposal } from './transition/rules.ts';
import { readValue, writeValue } from './values.ts';
import { listAgents } from './view/agent.ts';
import { listDeployments, listFlows, readDeployment } from './view/deployment.ts';
import { type LogQuery, readLogs } from './view/log.ts';
import { readMetrics } from './view/metrics.ts';
import { isUuid, listRuns, type RunQuery, readRun, readRunDetail } from './view/run.ts';
import { whyNot } from './view/why.ts';
import type {
  AgentView,
  BackfillView,
  ChildView,
  DeploymentView,
  FlowView,
  LimitView,
  LogPage,
  PlannedBackfill,
  RunDetail,
  RunPage,
  RunView,
  ValueView,
  WhyView,
} from './views.ts';

export interface OrchestratorOptions {
  readonly store: Store;
  readonly access: Access;
  readonly log: Log;
  readonly clock?: Clock;
  /** How long an agent may be silent before its runs are taken from it; 20 s unless told. */
  readonly leaseMs?: number;
  /** How often to look for such agents; 2 s unless told. */
  readonly reapEveryMs?: number;
  /** How often to look for new schedules; 1 s unless told. Those known fire on time. */
  readonly scheduleEveryMs?: number;
}

/**
 * Flows, their runs, and who executes them. Everything it knows is in the store: several may work on
 * one store, and any may be killed at any moment. All that takes an id throws NOT_FOUND.
 */
export interface Orchestrator {
  start(): Promise<void>;
  /** When nothing of it uses the store any more; answers to claims that wait are empty. */
  stop(): Promise<void>;

  register(registration: Registration): Promise<Registered>;
  flows(namespaces: readonly string[]): Promise<FlowView[]>;
  deployments(namespaces: readonly string[]): Promise<DeploymentView[]>;
  deployment(id: string): Promise<DeploymentView>;

  startRun(deployment: string, request: StartRequest): Promise<RunView>;
  runs(query: RunQuery): Promise<RunPage>;
  run(id: string): Promise<RunDetail>;
  /** Whose it is, for questions of access. */
  owner(run: string): Promise<{ readonly namespace: string; readonly agency: string }>;
  logs(id: string, query: LogQuery): Promise<LogPage>;
  /** What happened after the event `after`, and what happens from now on, until the signal. */
  follow(id: string, after: number, signal: AbortSignal): AsyncGenerator<readonly NumberedEvent[]>;
  /** From the failed task: what was completed is not executed again. Throws CONFLICT for a run that has not failed. */
  retry(id: string): Promise<RunView>;
  /** A run that nobody has begun is Cancelled at once. Throws CONFLICT for one that has ended. */
  cancel(id: string): Promise<RunView>;

  /** Why a run has not begun. */
  why(id: string): Promise<WhyView>;

  /** Fires, or does not, from now on; what it would have fired while it was paused it never does. Throws NOT_FOUND. */
  pauseSchedule(id: string, active: boolean): Promise<void>;
  /** Whose it is, for questions of access. Throws NOT_FOUND. */
  scheduleOwner(id: string): Promise<string>;

  planBackfill(deployment: string, request: BackfillRequest): Promise<readonly PlannedBackfill[]>;
  startBackfill(deployment: string, request: BackfillRequest): Promise<BackfillView>;
  backfill(id: string): Promise<BackfillView>;
  cancelBackfill(id: string): Promise<BackfillView>;

  limits(): Promise<LimitView[]>;
  putLimit(limit: LimitView): Promise<void>;
  removeLimit(scope: LimitView['scope'], name: string): Promise<void>;

  /** Started by another run; see `startChild`. */
  startChild(parent: string, request: ChildRequest): Promise<RunView>;
  /** With the log lines after `after`. */
  child(parent: string, child: string, after: number): Promise<ChildView>;
  cancelChild(parent: string, child: string): Promise<RunView>;

  /** Of the run's namespace. Throws NOT_FOUND when there is none. */
  value(run: string, key: string): Promise<ValueView>;
  /** Its new revision. */
  setValue(run: string, key: string, request: ValueRequest): Promise<{ revision: number }>;

  /** How many runs wait, are due and are active, by namespace, and how many agents there are. */
  metrics(): Promise<string>;

  agents(namespaces: readonly string[]): Promise<AgentView[]>;
  /** As soon as there is a run for the agent; empty when there is none in time, or the signal is aborted. */
  claim(request: ClaimRequest, signal: AbortSignal): Promise<ClaimAnswer>;
  heartbeat(request: HeartbeatRequest): Promise<HeartbeatAnswer>;
  report(id: string, batch: ReportBatch): Promise<ReportAnswer>;
  /** What a later attempt of the run need not execute again. */
  resume(id: string): Promise<StoredResult[]>;
}

export interface StartRequest {
  readonly parameters?: JsonObject | undefined;
  /** The same key again, for the same deployment, is the same run. */
  readonly idempotencyKey?: string | undefined;
}

export interface ValueRequest {
  readonly value: Json;
  /** Only when the value has this revision still; 0 when there is none yet. */
  readonly revision?: number | undefined;
}

const LEASE_MS = 20_000;
const REAP_EVERY_MS = 2_000;
const SCHEDULE_EVERY_MS = 1_000;
export function createOrchestrator(options: OrchestratorOptions): Orchestrator {
  const { store, access, clock = systemClock, leaseMs = LEASE_MS } = options;
  const { reapEveryMs = REAP_EVERY_MS, scheduleEveryMs = SCHEDULE_EVERY_MS } = options;
  const log = options.log.child({ part: 'orchestrator' });
  const db = store.tables<OrchestratorTables>();
  const stopping = new AbortController();
  const claims = new Set<Promise<unknown>>();
  let bells: { readonly due: Bell; readonly run: Bell } | undefined;
  let rounds: { readonly reap: Rounds; readonly fire: Rounds; readonly keys: Rounds } | undefined;

  function started<Part>(part: Part | undefined): Part {
    if (part === undefined) throw new ArcosError('UNAVAILABLE', 'The orchestrator has not been started');
    return part;
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
    },

    async stop() {
      stopping.abort();
      await Promise.all([rounds?.reap, rounds?.fire, rounds?.keys].map((round) => round?.stop()));
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
    run: (id) => readRunDetail(db, id),

    owner,

    logs: async (id, query) => ({ logs: await readLogs(db, id, query) }),

    async *follow(id, after, signal) {
      yield* followRun(db, started(bells).run, id, after, AbortSignal.any([signal, stopping.signal]));
    },

    retry: (id) => transit(id, { to: 'Scheduled', by: 'person', message: 'retried by hand' }),
    cancel: (id) => transit(id, { to: 'Cancelling', by: 'person' }),

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
