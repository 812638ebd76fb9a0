import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { ColumnInfo, CsvOptions } from '../sql/catalog.ts';
import type { Routine } from '../sql/routine.ts';
import type { JobKind } from './job.ts';

/** The tables this room owns (src/store/migrations/0003_warehouse.sql and 0006_warehouse_scripts.sql). */
export interface WarehouseTables {
  'warehouse.dataset': {
    project: string;
    dataset: string;
    options: JSONColumnType<DatasetOptions, string | undefined, string>;
    created_at: Generated<Date>;
    modified_at: Generated<Date>;
  };
  'warehouse.relation': {
    project: string;
    dataset: string;
    name: string;
    kind: 'view' | 'external';
    columns: JSONColumnType<readonly ColumnInfo[]>;
    definition: JSONColumnType<ViewDefinition | ExternalDefinition>;
    description: string | null;
    labels: JSONColumnType<Record<string, string>>;
    created_at: Generated<Date>;
    modified_at: Generated<Date>;
  };
  'warehouse.job': {
    project: string;
    id: string;
    kind: Generated<JobKind>;
    parent: string | null;
    principal: string;
    principal_name: string;
    agency: string;
    state: 'RUNNING' | 'DONE';
    statement_type: string;
    sql: string;
    configuration: Generated<string>;
    statistics: Generated<string>;
    labels: JSONColumnType<Record<string, string>>;
    created_at: Date;
    ended_at: ColumnType<Date | null, never, Date>;
    bytes_processed: Generated<number>;
    affected_rows: ColumnType<number | null, never, number | null>;
    columns: ColumnType<readonly ColumnInfo[] | null, never, string | null>;
    total_rows: ColumnType<number | null, never, number | null>;
    rows: ColumnType<string | null, never, string | null>;
    result_of: ColumnType<string | null, never, string | null>;
    error: ColumnType<JobError | null, never, string | null>;
    server: string;
    cache_key: ColumnType<string | null, never, string | null>;
  };
  'warehouse.routine': {
    project: string;
    dataset: string;
    name: string;
    definition: JSONColumnType<Routine>;
    description: string | null;
    created_at: Generated<Date>;
    modified_at: Generated<Date>;
  };
  'warehouse.row_policy': {
    project: string;
    dataset: string;
    table_name: string;
    name: string;
    grantees: JSONColumnType<readonly string[]>;
    filter: string;
    created_at: Generated<Date>;
    modified_at: Generated<Date>;
  };
  'warehouse.saved_query': {
    project: string;
    name: string;
    sql: string;
    owner: string;
    owner_name: string;
    updated_at: Generated<Date>;
  };
}

export interface DatasetOptions {
  readonly description?: string;
  readonly friendlyName?: string;
  /** Of tables that say nothing themselves. */
  readonly defaultTableExpirationMs?: number;
  readonly defaultPartitionExpirationMs?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface ViewDefinition {
  readonly query: string;
}

export interface ExternalDefinition {
  readonly format: 'CSV' | 'NEWLINE_DELIMITED_JSON' | 'PARQUET';
  readonly sourceUris: readonly string[];
  readonly hivePrefix?: string;
  readonly csv?: Partial<CsvOptions>;
}

/** Why a job failed: what the API answers. */
export interface JobError {
  readonly code: string;
  readonly message: string;
  readonly reason?: string;
  readonly location?: string;
}
