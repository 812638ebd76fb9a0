import type { Json, JsonObject } from '../base/json.ts';

/**
 * What the orchestrator's API shows, as JSON. Times are ISO 8601 in UTC. Routes:
 *
 * | route | answer |
 * |---|---|
 * | GET /api/flows | FlowView[] |
 * | GET /api/deployments | DeploymentView[] |
 * | GET /api/deployments/:id | DeploymentView |
 * | POST /api/deployments/:id/runs {parameters?, idempotencyKey?} | RunView |
 * | GET /api/runs?state=&flow=&namespace=&before=&limit= | RunPage (newest first, keyset paging) |
 * | GET /api/runs/:id | RunDetail |
 * | GET /api/runs/:id/logs?after=&level=&limit= | LogPage |
 * | GET /api/runs/:id/events | text/event-stream of RunStreamEvent, Last-Event-ID honoured |
 * | POST /api/runs/:id/retry | RunView (from the failed task; results of completed tasks are kept) |
 * | POST /api/runs/:id/cancel | RunView |
 * | GET /api/agents | AgentView[] |
 */
export type StateName =
  | 'Scheduled'
  | 'Pending'
  | 'Running'
  | 'Completed'
  | 'Failed'
  | 'Crashed'
  | 'Cancelling'
  | 'Cancelled';

export type TaskStateName =
  | 'Pending'
  | 'Running'
  | 'Retrying'
  | 'Completed'
  /** Completed by an earlier attempt of the run; its stored result was used. */
  | 'Reused'
  | 'Failed'
  | 'Skipped'
  /** Not run, because what it waited for failed. */
  | 'TriggerFailed'
  | 'Cancelled';

export interface FlowView {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly description?: string;
  readonly deployments: number;
}

export interface ScheduleView {
  readonly id: string;
  /** `cron 0 6 * * * America/Sao_Paulo`, `every PT15M`, `once 2026-01-01T00:00:00Z` */
  readonly description: string;
  readonly active: boolean;
  readonly next: readonly string[];
}

export interface DeploymentView {
  readonly id: string;
  readonly name: string;
  readonly flow: { readonly id: string; readonly name: string };
  readonly namespace: string;
  readonly labels: readonly string[];
  readonly version: {
    readonly number: number;
    readonly bundle: { readonly bucket: string; readonly name: string; readonly sha256: string };
    /** JSON Schema (draft 2020-12) of the parameters. */
    readonly parameters: JsonObject;
  };
  readonly schedules: readonly ScheduleView[];
  readonly parameters: JsonObject;
}

export interface RunView {
  readonly id: string;
  /** Two words and a number, for people. */
  readonly name: string;
  readonly flow: { readonly id: string; readonly name: string };
  readonly deployment: { readonly id: string; readonly name: string };
  readonly namespace: string;
  readonly agency: string;
  readonly state: StateName;
  /** Why it is in that state, for people; the error's message when it failed. */
  readonly message?: string;
  /** `flow`: another run started it. */
  readonly origin: 'manual' | 'schedule' | 'retry' | 'flow' | 'backfill';
  readonly attempt: number;
  readonly parameters: JsonObject;
  readonly scheduledFor: string;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly agent?: string;
}

export interface RunPage {
  readonly runs: readonly RunView[];
  /** Pass as `before` for the next page. */
  readonly next?: string;
}

/** What became of one of the runs that something was done to at once. */
export interface BulkOutcome {
  readonly run: string;
  readonly done: boolean;
  /** Why not. */
  readonly message?: string;
}

/** What there is to see at a glance; of runs that have ended, those of the last `hours`. */
export interface RunCounts {
  readonly active: Readonly<Record<string, number>>;
  readonly ended: Readonly<Record<string, number>>;
  /** Due for more than a minute, and not begun. */
  readonly late: number;
}

export interface TaskRunView {
  readonly id: string;
  /** Task name, with an index when it was mapped: `stage[3]`. */
  readonly key: string;
  readonly state: TaskStateName;
  readonly message?: string;
  /** Of the run. */
  readonly attempt: number;
  /** How often the task was tried in that attempt. */
  readonly tries: number;
  /** Keys of the tasks whose results it took. */
  readonly upstream: readonly string[];
  readonly startedAt?: string;
  readonly endedAt?: string;
}

export interface StateChange {
  readonly state: StateName;
  readonly message?: string;
  readonly at: string;
  readonly attempt: number;
}

export interface ArtifactView {
  readonly id: string;
  readonly key: string;
  readonly kind: 'table' | 'markdown' | 'link' | 'map' | 'image';
  readonly task?: string;
  readonly data: Json;
  readonly at: string;
}

export interface RunDetail extends RunView {
  readonly history: readonly StateChange[];
  readonly tasks: readonly TaskRunView[];
  readonly artifacts: readonly ArtifactView[];
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogView {
  /** Grows within a run, with no gaps filled later: pass the last one as `after`. */
  readonly id: number;
  readonly at: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly task?: string;
  readonly attempt: number;
}

/** A line that was searched for, and whose it is. */
export interface FoundLog extends LogView {
  readonly run: string;
  readonly runName: string;
  readonly flow: string;
}

/** What has become too old, and was removed or moved; of a dry run, what would be. */
export interface RetainedView {
  /** Removed, by the state they ended in. */
  readonly runs: Readonly<Partial<Record<StateName, number>>>;
  /** Runs whose logs were moved into the lake. */
  readonly logs: number;
  /** Cached results forgotten. */
  readonly cached: number;
}

export interface LogPage {
  readonly logs: readonly LogView[];
}

export type RunStreamEvent =
  | { readonly kind: 'state'; readonly run: RunView }
  | { readonly kind: 'task'; readonly task: TaskRunView }
  | { readonly kind: 'log'; readonly log: LogView };

export interface AgentView {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly labels: readonly string[];
  readonly seenAt: string;
  readonly online: boolean;
  readonly runs: number;
}

export type NotificationEvent = 'failed' | 'crashed' | 'cancelled' | 'completed' | 'late' | 'stuck';

export type ChannelKind = 'webhook' | 'discord' | 'slack' | 'telegram' | 'email';

export interface NotificationRuleView {
  readonly namespace: string;
  readonly name: string;
  readonly events: readonly NotificationEvent[];
  /** Of this flow alone. */
  readonly flow?: string;
  readonly lateMinutes: number;
  readonly stuckMinutes: number;
  /** `target`: a host, a chat or addresses; no secret. */
  readonly channel: { readonly kind: ChannelKind; readonly target: string };
}

/** A message that was sent, or is to be. */
export interface DeliveryView {
  readonly id: string;
  readonly namespace: string;
  readonly rule: string;
  readonly event: NotificationEvent | 'test';
  readonly run?: string;
  readonly state: 'waiting' | 'delivered' | 'failed';
  readonly tries: number;
  readonly error?: string;
  readonly createdAt: string;
  readonly deliveredAt?: string;
}

/** Active runs at the most, over all flows. */
export interface LimitView {
  readonly scope: 'tag' | 'namespace' | 'agency' | 'backfill';
  /** A tag, or the id of a namespace, agency or backfill. */
  readonly name: string;
  readonly most: number;
}

/** What runs of a namespace leave for later ones. */
export interface ValueView {
  readonly value: Json;
  /** Grows with each change; 1 at first. */
  readonly revision: number;
  readonly updatedAt: string;
}

export interface PlannedBackfill {
  readonly at: string;
  readonly parameters: JsonObject;
}

export interface BackfillView {
  readonly id: string;
  readonly deployment: string;
  readonly from: string;
  readonly until: string;
  readonly runs: number;
  /** How many of its runs are in each state. */
  readonly states: Readonly<Record<string, number>>;
  readonly createdAt: string;
  readonly cancelledAt?: string;
}

/** Why a run has not begun. */
export interface WhyView {
  readonly state: StateName;
  readonly reasons: readonly {
    readonly code:
      | 'not_waiting'
      | 'not_due'
      | 'no_agent'
      | 'no_agent_with_labels'
      | 'flow_full'
      | 'limit_reached'
      | 'agents_busy';
    /** For people. */
    readonly message: string;
  }[];
}

/** A run that another one started, and what its log has said since. */
export interface ChildView {
  readonly run: RunView;
  readonly logs: readonly LogView[];
}
