import type { CreateMode } from './ast/statement.ts';
import type { BoundExpression, BoundQuery, Uses } from './bound.ts';
import type { ColumnInfo, Partitioning, TablePath } from './catalog.ts';
import type { Routine, RoutinePath } from './routine.ts';
import type { SqlType } from './type.ts';

/** An option's value. Labels are pairs: `[['team', 'dados']]`. */
export type OptionValue = null | boolean | number | string | readonly OptionValue[] | ComputedOption;
export type Options = Readonly<Record<string, OptionValue>>;

/** An option that is not a constant, such as an expiration counted from now: the engine is to evaluate it. */
export interface ComputedOption {
  readonly expression: BoundExpression;
}

export interface BoundColumn extends ColumnInfo {
  readonly options: Options;
}

/** What the warehouse is to do to its catalog; all names complete. */
export type BoundDdl =
  | BoundSchemaDdl
  | BoundTableDdl
  | BoundRoutineDdl
  | BoundAccessDdl
  | {
      readonly kind: 'create_index';
      readonly mode: CreateMode;
      readonly what: 'SEARCH' | 'VECTOR';
      readonly name: string;
      readonly table: TablePath;
    }
  | { readonly kind: 'drop_index'; readonly name: string; readonly table: TablePath; readonly ifExists: boolean };

export type BoundSchemaDdl =
  | {
      readonly kind: 'create_schema';
      readonly mode: CreateMode;
      readonly project: string;
      readonly dataset: string;
      readonly options: Options;
    }
  | {
      readonly kind: 'drop_schema';
      readonly project: string;
      readonly dataset: string;
      readonly ifExists: boolean;
      readonly cascade: boolean;
    }
  | {
      readonly kind: 'undrop_schema';
      readonly project: string;
      readonly dataset: string;
      readonly ifNotExists: boolean;
    };

export type BoundTableDdl =
  | (Uses & {
      readonly kind: 'create_table';
      readonly mode: CreateMode;
      /** In the dataset TEMPORARY_DATASET when the table is temporary. */
      readonly path: TablePath;
      readonly columns: readonly BoundColumn[];
      readonly partitioning?: Partitioning;
      readonly clustering: readonly string[];
      readonly options: Options;
      /** Gives `columns`, in order and type. */
      readonly query?: BoundQuery;
      /** The table it is made after: LIKE takes its layout, the others its rows too (they are in `query`). */
      readonly source?: { readonly how: 'LIKE' | 'COPY' | 'CLONE' | 'SNAPSHOT'; readonly path: TablePath };
    })
  | {
      readonly kind: 'create_external_table';
      readonly mode: CreateMode;
      readonly path: TablePath;
      /** Absent: to be found from the files. */
      readonly columns?: readonly BoundColumn[];
      readonly partitionColumns?: readonly BoundColumn[];
      readonly options: Options;
    }
  | (Uses & {
      readonly kind: 'create_view';
      readonly mode: CreateMode;
      readonly materialized: boolean;
      readonly path: TablePath;
      /** Those of `query`, in order and type. */
      readonly columns: readonly BoundColumn[];
      readonly query: BoundQuery;
      /** Of the query, as it is kept and bound anew by every reader. */
      readonly text: string;
      readonly options: Options;
    })
  | {
      readonly kind: 'drop';
      readonly what: 'TABLE' | 'EXTERNAL TABLE' | 'SNAPSHOT TABLE' | 'VIEW' | 'MATERIALIZED VIEW';
      readonly path: TablePath;
      readonly ifExists: boolean;
    }
  | {
      readonly kind: 'alter';
      readonly what: 'TABLE' | 'VIEW' | 'MATERIALIZED VIEW' | 'SCHEMA';
      /** `table` is '' for a schema. */
      readonly path: TablePath;
      readonly ifExists: boolean;
      readonly actions: readonly BoundAlter[];
    };

export type BoundRoutineDdl =
  | { readonly kind: 'create_routine'; readonly mode: CreateMode; readonly routine: Routine; readonly options: Options }
  | {
      readonly kind: 'drop_routine';
      readonly what: 'FUNCTION' | 'TABLE FUNCTION' | 'PROCEDURE';
      readonly path: RoutinePath;
      readonly ifExists: boolean;
    };

export type BoundAccessDdl =
  | {
      readonly kind: 'create_row_access_policy';
      readonly mode: CreateMode;
      readonly name: string;
      readonly table: TablePath;
      /** `user:ana@rio.br`, `group:...`, `allAuthenticatedUsers` */
      readonly grantees: readonly string[];
      /** GoogleSQL of the condition. */
      readonly filter: string;
    }
  | {
      readonly kind: 'drop_row_access_policy';
      /** Absent: all of the table. */
      readonly name?: string;
      readonly table: TablePath;
      readonly ifExists: boolean;
    }
  | {
      readonly kind: 'grant' | 'revoke';
      /** `roles/bigquery.dataViewer` */
      readonly roles: readonly string[];
      readonly what: 'SCHEMA' | 'TABLE' | 'VIEW';
      /** `table` is '' for a schema. */
      readonly path: TablePath;
      readonly grantees: readonly string[];
    };

/** Data to and from files. */
export type BoundMovement =
  | (Uses & {
      readonly kind: 'export_data';
      readonly options: Options;
      readonly query: BoundQuery;
      /** Those of `query` as people see them. */
      readonly columns: readonly ColumnInfo[];
    })
  | {
      readonly kind: 'load_data';
      readonly overwrite: boolean;
      readonly path: TablePath;
      /** Absent: to be found from the files. */
      readonly columns?: readonly BoundColumn[];
      readonly partitionColumns?: readonly BoundColumn[];
      readonly partitioning?: Partitioning;
      readonly clustering: readonly string[];
      readonly options: Options;
      /** Format and addresses of the files, as CREATE EXTERNAL TABLE has them. */
      readonly files: Options;
    };

export type BoundAlter =
  | { readonly kind: 'set_options'; readonly options: Options }
  | { readonly kind: 'add_column'; readonly ifNotExists: boolean; readonly column: BoundColumn }
  | { readonly kind: 'drop_column'; readonly ifExists: boolean; readonly column: string }
  | { readonly kind: 'rename_column'; readonly ifExists: boolean; readonly column: string; readonly to: string }
  | { readonly kind: 'rename'; readonly to: string }
  | {
      readonly kind: 'alter_column';
      readonly ifExists: boolean;
      readonly column: string;
      readonly change: BoundColumnChange;
    }
  | { readonly kind: 'none' };

export type BoundColumnChange =
  | { readonly kind: 'set_options'; readonly options: Options }
  | { readonly kind: 'set_type'; readonly type: SqlType }
  | { readonly kind: 'drop_not_null' }
  | { readonly kind: 'set_default'; readonly expression: string }
  | { readonly kind: 'drop_default' };
