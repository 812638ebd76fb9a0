import type { Principal } from '../access/principal.ts';
import { ERROR_CODES, type ErrorCode } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { ColumnInfo, TablePath } from '../sql/catalog.ts';
import type { QueryParameter } from './port.ts';
import type { QueryDestination } from './querydestination.ts';
import type { JobError } from './tables.ts';

/** INSERT_ALL is a request of tabledata.insertAll, kept as a job for its promise to happen once; no list shows it. */
export type JobKind = 'QUERY' | 'LOAD' | 'EXTRACT' | 'COPY' | 'INSERT_ALL';

/** What was asked for besides the text. */
export interface JobConfiguration {
  /** Default dataset. */
  readonly dataset?: string;
  readonly parameters?: readonly QueryParameter[];
  /** Where a query's rows go. */
  readonly destination?: QueryDestination;
  /** A query that would read more bytes is refused. */
  readonly maximumBytesBilled?: number;
  /** Absent: an earlier query's answer will do. */
  readonly useQueryCache?: false;
  readonly priority?: 'BATCH';
  /** The session that it was a part of. */
  readonly session?: string;
  /** Of a load, extract or copy job: its configuration as the client sent it. */
  readonly transfer?: Json;
}

/** What is known of a job's work beyond rows and bytes. */
export interface JobStatistics {
  /** The answer is that of an earlier query. */
  readonly cacheHit?: boolean;
  /** Processor time of the engine, in milliseconds. */
  readonly slotMs?: number;
  /** Of a script: its statements that were jobs. */
  readonly children?: number;
  /** Of a script's statement. */
  readonly script?: ScriptStatistics;
  /** The table that a statement writes, makes or drops. */
  readonly target?: TablePath;
  /** Of a load job. */
  readonly load?: {
    readonly files: number;
    readonly bytes: number;
    readonly rows: number;
    readonly badRecords: number;
  };
  /** Of an extract job: files by destination. */
  readonly extract?: { readonly files: readonly number[] };
  /** Of a copy job. */
  readonly copy?: { readonly rows: number };
}

export interface ScriptStatistics {
  readonly evaluationKind: 'STATEMENT' | 'EXPRESSION';
  readonly text: string;
  /** 1-based, as the text's first and last characters lie in the script. */
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface Job {
  readonly project: string;
  readonly id: string;
  readonly kind: JobKind;
  /** The script that it is a statement of. */
  readonly parent?: string;
  readonly principal: string;
  readonly principalName: string;
  readonly agency: string;
  readonly state: 'RUNNING' | 'DONE';
  readonly statementType: string;
  readonly sql: string;
  readonly configuration: JobConfiguration;
  readonly statistics: JobStatistics;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly endedAt?: Date;
  readonly bytesProcessed: number;
  readonly affectedRows?: number;
  readonly columns?: readonly ColumnInfo[];
  readonly totalRows?: number;
  /** Of a small result: contents of a JSON array, by form. */
  readonly rows?: InlineRows;
  /** The job whose file has the rows, when it is another: a script shows those of its last statement. */
  readonly resultOf?: string;
  readonly error?: JobError;
}

export interface InlineRows {
  readonly seconds: string;
  /** Where instants make a difference. */
  readonly micros?: string;
}

export interface JobStart {
  readonly project: string;
  readonly id: string;
  readonly kind?: JobKind;
  readonly parent?: string;
  readonly principal: Pick<Principal, 'id' | 'name'>;
  readonly agency: string;
  readonly statementType: string;
  readonly sql: string;
  readonly configuration?: JobConfiguration;
  readonly statistics?: JobStatistics;
  readonly labels: Readonly<Record<string, string>>;
  /** Whether a crash must not forget it: a job that changes data. */
  readonly durable: boolean;
}

/** What a job ends with. */
export interface JobOutcome {
  /** By which another query finds this one's answer. */
  readonly cacheKey?: string;
  readonly bytesProcessed?: number;
  readonly affectedRows?: number;
  readonly columns?: readonly ColumnInfo[];
  readonly totalRows?: number;
  readonly rows?: InlineRows;
  readonly resultOf?: string;
  /** In place of what the job began with. */
  readonly statementType?: string;
  readonly statistics?: JobStatistics;
  readonly error?: JobError;
}

/** A job that failed for a passing reason may be tried again under its id; a script may have done a part of its work. */
export function mayRepeat({ state, error, statementType }: Pick<Job, 'state' | 'error' | 'statementType'>): boolean {
  if (state !== 'DONE' || error === undefined || statementType === 'SCRIPT') return false;
  return error.code in ERROR_CODES && ERROR_CODES[error.code as ErrorCode].retryable;
}
