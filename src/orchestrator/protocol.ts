import type { JsonObject } from '../base/json.ts';
import type { FlowDescription } from '../flow/describe.ts';
import type { DeploymentView } from './views.ts';

/**
 * What agents, runs and deployers say to the server, beside what `views.ts` shows. Bodies and answers
 * are JSON.
 *
 * | route | by | body | answer |
 * |---|---|---|---|
 * | POST /api/deployments | who may deploy | Registration | Registered |
 * | POST /api/agents/claim | an agent | ClaimRequest | ClaimAnswer, as soon as there is a run, or when `waitMs` is over |
 * | POST /api/agents/heartbeat | an agent | HeartbeatRequest | HeartbeatAnswer |
 * | GET /api/runs/:id/resume | the run | | StoredResult[] (src/flow/events.ts) |
 * | POST /api/runs/:id/report | the run, its agent | ReportBatch | ReportAnswer (src/flow/spool.ts) |
 *
 * A report of an attempt that the run is no longer in is answered 410: whoever sent it stops.
 */
export interface Registration {
  readonly namespace: string;
  readonly flow: FlowDescription;
  readonly bundle: BundleRef;
  readonly gitCommit?: string;
  readonly deployment: {
    /** Unique for its flow. */
    readonly name: string;
    readonly parameters: JsonObject;
    /** How often a run is begun again whose process or agent was lost; 3 unless told. */
    readonly crashRetries?: number;
  };
}

/** Where the code is: an object of the lake, and what its content must hash to. */
export interface BundleRef {
  readonly bucket: string;
  readonly name: string;
  readonly sha256: string;
}

export interface Registered {
  readonly deployment: DeploymentView;
  /** Whether there was anything new in it. */
  readonly changed: boolean;
}

export interface AgentIdentity {
  readonly namespace: string;
  /** Unique in its namespace. */
  readonly name: string;
  readonly labels: readonly string[];
}

export interface ClaimRequest extends AgentIdentity {
  /** Runs at the most. */
  readonly slots: number;
  /** How long the answer may take when there is nothing to do. */
  readonly waitMs: number;
}

export interface ClaimAnswer {
  readonly runs: readonly Assignment[];
}

/** A run given to an agent, until its lease ends. */
export interface Assignment {
  readonly run: string;
  /** For people. */
  readonly name: string;
  readonly flow: string;
  readonly attempt: number;
  readonly fence: number;
  readonly parameters: JsonObject;
  /** ISO 8601. */
  readonly scheduledFor: string;
  readonly bundle: BundleRef;
  readonly namespace: string;
  readonly project: string;
  /** The run's own; it dies with this claim. */
  readonly key: string;
}

export interface HeartbeatRequest extends AgentIdentity {
  /** It has just begun: what an agent of its name had before is lost, and need not wait for its lease to end. */
  readonly fresh?: boolean;
  readonly runs: readonly { readonly run: string; readonly fence: number }[];
}

export interface HeartbeatAnswer {
  readonly runs: Readonly<Record<string, LeaseAnswer>>;
}

/** `lost`: the run is not this agent's any more; its process has to end, its reports are refused. */
export type LeaseAnswer = 'continue' | 'cancel' | 'lost';
