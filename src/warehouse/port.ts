import type { Json } from '../base/json.ts';
import type { LiteralValue } from '../sql/bound.ts';
import type { ColumnInfo, CsvOptions, Partitioning, TablePath } from '../sql/catalog.ts';
import type { SqlType } from '../sql/type.ts';
import type { Lifetime } from './catalog/lifetime.ts';

export interface QueryRequest {
  readonly sql: string;
  /** The project that runs the query, and completes names without one. */
  readonly project: string;
  /** Completes names without a dataset. */
  readonly dataset?: string;
  /** The same id again gives the same job, never a second execution. */
  readonly jobId?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Rows in the answer at the most; the others are read with `rows`. */
  readonly maxRows?: number;
  readonly signal?: AbortSignal;
  /** All with names, for `@name`, or all without, for `?`. */
  readonly parameters?: readonly QueryParameter[];
}

export interface QueryParameter {
  readonly name?: string;
  readonly type: SqlType;
  readonly value: LiteralValue;
}

/**
 * A row by column name. INT64 is a number while it is safe and a string beyond, NUMERIC and BIGNUMERIC
 * are strings, TIMESTAMP is ISO 8601 with Z, BYTES is base64, GEOGRAPHY is WKT, STRUCT is an object.
 */
export type Row = Readonly<Record<string, Json>>;

export interface QueryResult {
  readonly jobId: string;
  readonly statementType: string;
  readonly columns: readonly ColumnInfo[];
  readonly rows: readonly Row[];
  readonly totalRows: number;
  /** Of INSERT, UPDATE, DELETE and MERGE. */
  readonly affectedRows?: number;
  readonly bytesProcessed: number;
}

export interface TableInfo {
  readonly path: TablePath;
  readonly kind: 'native' | 'external' | 'view';
  /** Of a native table whose rows cannot be changed. */
  readonly snapshot?: true;
  readonly columns: readonly ColumnInfo[];
  readonly partitioning?: Partitioning;
  readonly clustering?: readonly string[];
  readonly description?: string;
  readonly lifetime?: Lifetime;
  readonly labels: Readonly<Record<string, string>>;
  /** Absent for views and external tables. */
  readonly rows?: number;
  readonly bytes?: number;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

export interface ExternalTableDefinition {
  readonly path: TablePath;
  readonly columns: readonly ColumnInfo[];
  readonly format: 'CSV' | 'NEWLINE_DELIMITED_JSON' | 'PARQUET';
  /** `gs://bucket/prefix/*` */
  readonly sourceUris: readonly string[];
  /** `gs://bucket/prefix/`: what follows it in an object's name are `key=value` folders. */
  readonly hivePrefix?: string;
  readonly csv?: Partial<CsvOptions>;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * The warehouse as other rooms see it: who asks was settled when the client was made.
 * Errors: INVALID with `data.faults` (the user's SQL), NOT_FOUND, DENIED, CONFLICT, QUOTA, CANCELLED.
 */
export interface WarehouseClient {
  query(request: QueryRequest): Promise<QueryResult>;
  /** Rows `offset` to `offset + limit` of a finished query. */
  rows(jobId: string, offset: number, limit: number): Promise<readonly Row[]>;
  /** Makes the dataset unless it exists. */
  ensureDataset(project: string, dataset: string): Promise<void>;
  table(path: TablePath): Promise<TableInfo | undefined>;
  tables(project: string, dataset: string): Promise<readonly TableInfo[]>;
  /** Makes the external table, or gives it this definition. */
  putExternalTable(definition: ExternalTableDefinition): Promise<void>;
  deleteTable(path: TablePath): Promise<void>;
}
