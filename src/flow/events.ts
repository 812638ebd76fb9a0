/**
 * What happens in a run, as data. The run engine emits these in order; a reporter shows them, or sends
 * them to the server. Times are ISO 8601 in UTC, by the clock of the machine that runs the flow.
 */
export type RunEvent = StateEvent | TaskEvent | LogEvent | ArtifactEvent;

/**
 * The states that a run gives itself; those before and around them are the server's business. Scheduled
 * is its agent's alone to say: it gives the run back, for another agent to go on with.
 */
export type EngineState = 'Running' | 'Completed' | 'Failed' | 'Cancelled' | 'Crashed' | 'Scheduled';

export interface StateEvent {
  readonly kind: 'state';
  readonly state: EngineState;
  readonly message?: string;
  readonly at: string;
}

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

/** All that is known of a task at this moment: the last event of a key says everything. */
export interface TaskEvent {
  readonly kind: 'task';
  readonly key: string;
  readonly state: TaskStateName;
  readonly message?: string;
  /** How often it was tried; 0 before the first time. */
  readonly tries: number;
  /** Keys of the tasks whose results it took or that it was told to wait for. */
  readonly upstream: readonly string[];
  readonly tags: readonly string[];
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** SHA-256 of the input as canonical JSON; absent when the input is not JSON, so that it cannot be compared. */
  readonly inputHash?: string;
  /** JSON text, when Completed; absent when the task returned nothing. */
  readonly result?: string;
  readonly at: string;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogEvent {
  readonly kind: 'log';
  readonly level: LogLevel;
  readonly message: string;
  readonly task?: string;
  readonly at: string;
}

export type ArtifactKind = 'table' | 'markdown' | 'link' | 'map' | 'image';

/** Something to look at beside the run. The same key again, by the same task, replaces it. */
export interface ArtifactEvent {
  readonly kind: 'artifact';
  readonly key: string;
  readonly artifact: ArtifactKind;
  readonly task?: string;
  /** JSON text. */
  readonly data: string;
  readonly at: string;
}

/** Whom a run tells what happens. Called in order, never awaited: a slow reporter must not hold up a task. */
export type Reporter = (event: RunEvent) => void;

/** What a completed task left for a later attempt. */
export interface StoredResult {
  readonly key: string;
  readonly inputHash: string;
  /** JSON text; absent when the task returned nothing. */
  readonly result?: string;
}
