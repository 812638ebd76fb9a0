import type { Access } from '../access/access.ts';
import type { Clock } from '../base/clock.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Log } from '../base/log.ts';
import type { StoredResult } from '../flow/events.ts';
import type { ReportAnswer, ReportBatch } from '../flow/spool.ts';
import type { ObjectStore } from '../lake/port.ts';
import type { Store } from '../store/store.ts';
import type { BackfillRequest } from './backfill.ts';
import type { ChildRequest } from './children.ts';
import type { EmitOptions } from './emit/emitter.ts';
import type { NumberedEvent } from './follow.ts';
import type { NotifyOptions } from './notify/deliver.ts';
import type { NotificationRule } from './notify/rules.ts';
import type {
  ClaimAnswer,
  ClaimRequest,
  HeartbeatAnswer,
  HeartbeatRequest,
  Registered,
  Registration,
} from './protocol.ts';
import type { RetentionPolicy } from './retention/policy.ts';
import type { LogQuery, LogSearch } from './view/log.ts';
import type { RunQuery } from './view/run.ts';
import type {
  AgentView,
  BackfillView,
  ChildView,
  DeliveryView,
  DeploymentView,
  FlowView,
  FoundLog,
  LimitView,
  LogPage,
  NotificationRuleView,
  PlannedBackfill,
  RetainedView,
  RunCounts,
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
  /** What notifications need; without it nobody is told of anything. */
  readonly notify?: NotifyOptions;
  /** How often to look for runs that are late or stuck; 15 s unless told. */
  readonly overdueEveryMs?: number;
  /** Where old logs are, and large results. */
  readonly lake?: ObjectStore;
  readonly retention?: RetentionPolicy;
  /** Systems outside that are told how runs go. */
  readonly emit?: EmitOptions;
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
  /** Of those that have ended, those made in the last `hours`. */
  counts(namespaces: readonly string[], hours?: number): Promise<RunCounts>;
  run(id: string): Promise<RunDetail>;
  /** Whose it is, for questions of access. */
  owner(run: string): Promise<{ readonly namespace: string; readonly agency: string }>;
  logs(id: string, query: LogQuery): Promise<LogPage>;
  searchLogs(query: LogSearch): Promise<FoundLog[]>;
  /** Removes and moves what is too old by the policy; with `dryRun` only says how much that is. */
  retain(dryRun: boolean): Promise<RetainedView>;
  /** What happened after the event `after`, and what happens from now on, until the signal. */
  follow(id: string, after: number, signal: AbortSignal): AsyncGenerator<readonly NumberedEvent[]>;
  /** From the failed task: what was completed is not executed again. Throws CONFLICT for a run that has not failed. */
  retry(id: string): Promise<RunView>;
  /** A run that nobody has begun is Cancelled at once. Throws CONFLICT for one that has ended. */
  cancel(id: string): Promise<RunView>;

  notificationRules(namespaces: readonly string[]): Promise<NotificationRuleView[]>;
  /** Makes the rule, or puts it in the place of the one of that name; `by` is told with its secret. */
  putNotificationRule(place: RulePlace, rule: NotificationRule, by: string): Promise<void>;
  removeNotificationRule(place: RulePlace): Promise<void>;
  /** Has a message sent that tells of nothing. */
  testNotificationRule(place: RulePlace): Promise<void>;
  /** The newest messages that were sent, or are to be. */
  deliveries(namespaces: readonly string[], limit: number): Promise<DeliveryView[]>;

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

export interface RulePlace {
  readonly namespace: string;
  readonly name: string;
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
