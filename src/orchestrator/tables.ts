import type { Generated } from 'kysely';
import type { JsonObject } from '../base/json.ts';
import type { ArtifactKind, LogLevel, TaskStateName } from '../flow/events.ts';
import type { Collision } from '../flow/flow.ts';
import type { ChannelKind, NotificationEvent, RunView, StateName } from './views.ts';

/** The tables this room owns (src/store/migrations/0004_orchestrator.sql). */
export interface OrchestratorTables {
  'orchestrator.flow': { id: string; namespace: string; name: string; description: string | null };
  'orchestrator.flow_version': {
    id: string;
    flow: string;
    number: number;
    bucket: string;
    object: string;
    sha256: string;
    parameters: JsonObject;
    git_commit: string | null;
    created_at: Date;
  };
  'orchestrator.deployment': {
    id: string;
    flow: string;
    name: string;
    version: string;
    labels: string[];
    parameters: JsonObject;
    concurrency: number | null;
    retries: number;
    retry_delay_ms: number;
    backoff: number;
    crash_retries: number;
    collision: Generated<Collision>;
    tags: Generated<string[]>;
    owners: Generated<string[]>;
  };
  'orchestrator.schedule': {
    id: string;
    deployment: string;
    definition: string;
    active: Generated<boolean>;
    next_at: Date | null;
  };
  'orchestrator.agent': { id: string; namespace: string; name: string; labels: string[]; seen_at: Date };
  'orchestrator.run': {
    id: string;
    name: string;
    flow: string;
    deployment: string;
    version: string;
    namespace: string;
    agency: string;
    state: StateName;
    message: string | null;
    revision: Generated<number>;
    events: Generated<number>;
    state_event: Generated<number>;
    origin: RunView['origin'];
    attempt: Generated<number>;
    failures: Generated<number>;
    crashes: Generated<number>;
    parameters: JsonObject;
    labels: string[];
    tags: Generated<string[]>;
    parent: string | null;
    backfill: string | null;
    scheduled_for: Date;
    due_at: Date;
    created_at: Date;
    started_at: Date | null;
    ended_at: Date | null;
    agent: string | null;
    lease_until: Date | null;
    fence: Generated<number>;
    run_seq: Generated<number>;
    agent_seq: Generated<number>;
    principal: string | null;
    idempotency_key: string | null;
    log_object: string | null;
  };
  'orchestrator.void_claim': { run: string; fence: number; attempt: number; run_seq: number; agent_seq: number };
  'orchestrator.state': {
    run: string;
    event: number;
    state: StateName;
    message: string | null;
    attempt: number;
    at: Date;
  };
  'orchestrator.task_run': {
    id: string;
    run: string;
    key: string;
    attempt: number;
    event: number;
    state: TaskStateName;
    message: string | null;
    tries: number;
    upstream: string[];
    tags: string[];
    input_hash: string | null;
    result: string | null;
    started_at: Date | null;
    ended_at: Date | null;
  };
  'orchestrator.log': {
    run: string;
    id: number;
    attempt: number;
    at: Date;
    level: LogLevel;
    message: string;
    task: string | null;
  };
  'orchestrator.artifact': {
    id: string;
    run: string;
    key: string;
    task: string;
    kind: ArtifactKind;
    data: string;
    at: Date;
  };
  'orchestrator.backfill': {
    id: string;
    deployment: string;
    from_at: Date;
    until_at: Date;
    parameters: JsonObject;
    runs: number;
    created_at: Date;
    cancelled_at: Date | null;
  };
  'orchestrator.notification_rule': {
    namespace: string;
    name: string;
    events: NotificationEvent[];
    flow: string | null;
    late_minutes: number;
    stuck_minutes: number;
    channel: ChannelKind;
    target: string;
  };
  'orchestrator.notification': {
    id: string;
    namespace: string;
    rule: string;
    event: NotificationEvent | 'test';
    run: string | null;
    attempt: number;
    state: Generated<'waiting' | 'delivered' | 'failed'>;
    tries: Generated<number>;
    next_at: Date;
    error: string | null;
    created_at: Date;
    delivered_at: Date | null;
  };
  'orchestrator.sink': { kind: 'otlp' | 'openlineage'; active_until: Date };
  'orchestrator.emission': {
    id: Generated<string>;
    kind: 'otlp' | 'openlineage';
    run: string;
    attempt: number;
    state: string;
    message: string | null;
    at: Date;
    tries: Generated<number>;
    next_at: Date;
  };
  'orchestrator.run_limit': { scope: LimitScope; name: string; most: number };
  'orchestrator.value': { namespace: string; key: string; value: string; revision: number; updated_at: Date };
}

export type LimitScope = 'tag' | 'namespace' | 'agency' | 'backfill';
