import { type HttpClientOptions, type HttpRequest, httpClient } from '../base/http.ts';
import type { JsonObject } from '../base/json.ts';
import type { ReportAnswer, ReportBatch } from '../flow/spool.ts';
import type { NotificationRule } from './notify/rules.ts';
import type {
  ClaimAnswer,
  ClaimRequest,
  HeartbeatAnswer,
  HeartbeatRequest,
  Registered,
  Registration,
} from './protocol.ts';
import type {
  AgentView,
  BackfillView,
  DeliveryView,
  DeploymentView,
  FlowView,
  LimitView,
  LogLevel,
  LogPage,
  NotificationRuleView,
  PlannedBackfill,
  RetainedView,
  RunDetail,
  RunPage,
  RunView,
  StateName,
  WhyView,
} from './views.ts';

/** The orchestrator over its HTTP API: for commands, and for agents. Errors come as the server's. */
export interface OrchestratorClient {
  flows(): Promise<FlowView[]>;
  deployments(): Promise<DeploymentView[]>;
  deployment(id: string): Promise<DeploymentView>;
  register(registration: Registration): Promise<Registered>;
  /** With an idempotency key it may be called again when the answer was lost: it is one run. */
  start(
    deployment: string,
    request?: { readonly parameters?: JsonObject; readonly idempotencyKey?: string },
  ): Promise<RunView>;
  run(id: string): Promise<RunDetail>;
  runs(query?: RunsQuery): Promise<RunPage>;
  logs(
    id: string,
    query?: { readonly after?: number; readonly level?: LogLevel; readonly limit?: number },
  ): Promise<LogPage>;
  why(id: string): Promise<WhyView>;
  pauseSchedule(id: string, active: boolean): Promise<void>;
  planBackfill(deployment: string, request: BackfillQuery): Promise<readonly PlannedBackfill[]>;
  startBackfill(deployment: string, request: BackfillQuery): Promise<BackfillView>;
  backfill(id: string): Promise<BackfillView>;
  cancelBackfill(id: string): Promise<BackfillView>;
  limits(): Promise<LimitView[]>;
  putLimit(limit: LimitView): Promise<void>;
  removeLimit(scope: LimitView['scope'], name: string): Promise<void>;
  retry(id: string): Promise<RunView>;
  cancel(id: string): Promise<RunView>;
  agents(): Promise<AgentView[]>;
  retain(dryRun: boolean): Promise<RetainedView>;
  notificationRules(): Promise<NotificationRuleView[]>;
  deliveries(): Promise<DeliveryView[]>;
  putNotificationRule(namespace: string, name: string, rule: NotificationRule): Promise<void>;
  removeNotificationRule(namespace: string, name: string): Promise<void>;
  testNotificationRule(namespace: string, name: string): Promise<void>;

  claim(request: ClaimRequest, signal?: AbortSignal): Promise<ClaimAnswer>;
  heartbeat(request: HeartbeatRequest, signal?: AbortSignal): Promise<HeartbeatAnswer>;
  report(run: string, batch: ReportBatch, signal?: AbortSignal): Promise<ReportAnswer>;
}

export interface BackfillQuery {
  /** Moments in ISO 8601: the first, and the one after the last. */
  readonly from: string;
  readonly until: string;
  readonly parameters?: JsonObject;
  readonly concurrency?: number;
}

export interface RunsQuery {
  readonly state?: StateName;
  /** Name or id. */
  readonly flow?: string;
  readonly namespace?: string;
  /** `next` of the page before. */
  readonly before?: string;
  readonly limit?: number;
}

export function orchestratorClient(options: HttpClientOptions): OrchestratorClient {
  const http = httpClient(options);
  const get = <Answer>(path: string, query: HttpRequest['query'] = {}) => http.json<Answer>(path, { query });
  const post = <Answer>(path: string, json: unknown = {}, signal?: AbortSignal) =>
    http.json<Answer>(path, { method: 'POST', json, signal });
  const run = (id: string, what = '') => `/api/runs/${encodeURIComponent(id)}${what}`;
  const rule = (namespace: string, name: string) =>
    `/api/namespaces/${encodeURIComponent(namespace)}/notifications/${encodeURIComponent(name)}`;
  const limit = (scope: string, name: string) => `/api/limits/${scope}/${encodeURIComponent(name)}`;
  const deployment = (id: string, what = '') => `/api/deployments/${encodeURIComponent(id)}${what}`;

  return {
    flows: () => get('/api/flows'),
    deployments: () => get('/api/deployments'),
    deployment: (id) => get(deployment(id)),
    register: (registration) => post('/api/deployments', registration),
    start: (id, request) => post(deployment(id, '/runs'), request),
    run: (id) => get(run(id)),
    runs: (query) => get('/api/runs', { ...query }),
    logs: (id, query) => get(run(id, '/logs'), query),
    why: (id) => get(run(id, '/why')),
    pauseSchedule: (id, active) => post(`/api/schedules/${encodeURIComponent(id)}`, { active }),
    planBackfill: async (id, request) => {
      const json = { ...request, preview: true };
      return (await post<{ planned: readonly PlannedBackfill[] }>(deployment(id, '/backfills'), json)).planned;
    },
    startBackfill: async (id, request) =>
      (await post<{ started: BackfillView }>(deployment(id, '/backfills'), request)).started,
    backfill: (id) => get(`/api/backfills/${encodeURIComponent(id)}`),
    cancelBackfill: (id) => post(`/api/backfills/${encodeURIComponent(id)}/cancel`),
    limits: () => get('/api/limits'),
    putLimit: ({ scope, name, most }) => http.json(limit(scope, name), { method: 'PUT', json: { most } }),
    removeLimit: (scope, name) => http.json(limit(scope, name), { method: 'DELETE' }),
    retry: (id) => post(run(id, '/retry')),
    cancel: (id) => post(run(id, '/cancel')),
    agents: () => get('/api/agents'),
    retain: (dryRun) => post('/api/retention', { dryRun }),
    notificationRules: () => get('/api/notifications'),
    deliveries: () => get('/api/notifications/deliveries'),
    putNotificationRule: (namespace, name, json) => http.json(rule(namespace, name), { method: 'PUT', json }),
    removeNotificationRule: (namespace, name) => http.json(rule(namespace, name), { method: 'DELETE' }),
    testNotificationRule: async (namespace, name) => void (await post(`${rule(namespace, name)}/test`)),

    claim: (request, signal) => post('/api/agents/claim', request, signal),
    heartbeat: (request, signal) => post('/api/agents/heartbeat', request, signal),
    report: (id, batch, signal) => post(run(id, '/report'), batch, signal),
  };
}
