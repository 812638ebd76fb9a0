import type { Span } from '../source.ts';
import type { Argument, Expression, Name, TypeNode } from './expression.ts';
import type { Query, TableExpression } from './query.ts';

export interface Script {
  readonly statements: readonly Statement[];
}

export type Statement = QueryStatement | Dml | Ddl | Scripting | DataMovement;

export interface QueryStatement extends Span {
  readonly kind: 'query';
  readonly query: Query;
}

/** Names of tables, views, functions: parts as written, one quoted part possibly holding dots. */
export type ObjectName = readonly Name[];

export interface OptionItem extends Span {
  readonly name: Name;
  readonly value: Expression;
}

export type Dml = Span &
  (
    | {
        readonly kind: 'insert';
        readonly target: ObjectName;
        readonly columns: readonly Name[];
        readonly source: InsertSource;
      }
    | {
        readonly kind: 'update';
        readonly target: ObjectName;
        readonly alias?: Name;
        readonly assignments: readonly Assignment[];
        readonly from?: TableExpression;
        readonly where?: Expression;
      }
    | { readonly kind: 'delete'; readonly target: ObjectName; readonly alias?: Name; readonly where?: Expression }
    | {
        readonly kind: 'merge';
        readonly target: ObjectName;
        readonly alias?: Name;
        readonly source: TableExpression;
        readonly on: Expression;
        readonly clauses: readonly MergeClause[];
      }
    | { readonly kind: 'truncate'; readonly target: ObjectName }
  );

export type InsertSource =
  | { readonly kind: 'values'; readonly rows: readonly (readonly Expression[])[] }
  | { readonly kind: 'query'; readonly query: Query };

export interface Assignment extends Span {
  /** A column, or a field of it: `address.city`. */
  readonly path: readonly Name[];
  readonly value: Expression;
}

export interface MergeClause extends Span {
  readonly match: 'MATCHED' | 'NOT MATCHED BY TARGET' | 'NOT MATCHED BY SOURCE';
  readonly condition?: Expression;
  readonly action:
    | { readonly kind: 'insert'; readonly columns: readonly Name[]; readonly values: readonly Expression[] | 'ROW' }
    | { readonly kind: 'update'; readonly assignments: readonly Assignment[] }
    | { readonly kind: 'delete' };
}

export type CreateMode = 'create' | 'replace' | 'if_not_exists';

export interface ColumnDefinition extends Span {
  readonly name: Name;
  readonly type: TypeNode;
  readonly notNull: boolean;
  readonly default?: Expression;
  /** A collation's name; '' is the binary one. */
  readonly collate?: string;
  readonly options: readonly OptionItem[];
}

export interface FunctionParameter {
  readonly name?: Name;
  /** `ANY TYPE` and `TABLE<...>` are told apart by `any` and `table`. */
  readonly type?: TypeNode;
  readonly any?: boolean;
  readonly table?: readonly ColumnDefinition[];
  readonly mode?: 'IN' | 'OUT' | 'INOUT';
  readonly aggregate?: boolean;
}

export type Ddl = Span &
  (
    | {
        readonly kind: 'create_schema';
        readonly mode: CreateMode;
        readonly name: ObjectName;
        readonly collate?: string;
        readonly options: readonly OptionItem[];
      }
    | {
        readonly kind: 'create_table';
        readonly mode: CreateMode;
        readonly temporary: boolean;
        readonly name: ObjectName;
        readonly columns?: readonly ColumnDefinition[];
        readonly partitionBy?: Expression;
        readonly clusterBy: readonly Name[];
        /** DEFAULT COLLATE. */
        readonly collate?: string;
        readonly options: readonly OptionItem[];
        readonly query?: Query;
        readonly source?: {
          readonly how: 'LIKE' | 'COPY' | 'CLONE' | 'SNAPSHOT';
          readonly name: ObjectName;
          readonly asOf?: Expression;
        };
      }
    | {
        readonly kind: 'create_external_table';
        readonly mode: CreateMode;
        readonly name: ObjectName;
        readonly columns?: readonly ColumnDefinition[];
        /** Present for WITH PARTITION COLUMNS; empty when the keys are to be found in the names. */
        readonly partitionColumns?: readonly ColumnDefinition[];
        readonly options: readonly OptionItem[];
      }
    | {
        readonly kind: 'create_view';
        readonly mode: CreateMode;
        readonly materialized: boolean;
        readonly name: ObjectName;
        readonly columns: readonly { readonly name: Name; readonly options: readonly OptionItem[] }[];
        readonly partitionBy?: Expression;
        readonly clusterBy: readonly Name[];
        readonly options: readonly OptionItem[];
        readonly query: Query;
        /** The query's text, kept as the view's definition. */
        readonly text: string;
      }
    | {
        readonly kind: 'create_function';
        readonly mode: CreateMode;
        readonly temporary: boolean;
        readonly aggregate: boolean;
        readonly name: ObjectName;
        readonly parameters: readonly FunctionParameter[];
        readonly returns?: TypeNode;
        readonly body:
          | { readonly kind: 'sql'; readonly expression: Expression; readonly text: string }
          | { readonly kind: 'code'; readonly language: string; readonly code: string };
        readonly options: readonly OptionItem[];
      }
    | {
        readonly kind: 'create_table_function';
        readonly mode: CreateMode;
        readonly name: ObjectName;
        readonly parameters: readonly FunctionParameter[];
        readonly query: Query;
        readonly text: string;
      }
    | {
        readonly kind: 'create_procedure';
        readonly mode: CreateMode;
        readonly name: ObjectName;
        readonly parameters: readonly FunctionParameter[];
        readonly body: readonly Statement[];
        readonly text: string;
      }
    | {
        readonly kind: 'create_row_access_policy';
        readonly mode: CreateMode;
        readonly name: Name;
        readonly table: ObjectName;
        readonly grantees: readonly Expression[];
        readonly filter: Expression;
        readonly text: string;
      }
    | {
        readonly kind: 'create_index';
        readonly mode: CreateMode;
        readonly what: 'SEARCH' | 'VECTOR';
        readonly name: ObjectName;
        readonly table: ObjectName;
      }
    | {
        readonly kind: 'drop';
        readonly what: DropKind;
        readonly ifExists: boolean;
        readonly name: ObjectName;
        readonly on?: ObjectName;
        readonly cascade: boolean;
      }
    | { readonly kind: 'undrop_schema'; readonly name: ObjectName; readonly ifNotExists: boolean }
    | {
        readonly kind: 'alter';
        readonly what: 'TABLE' | 'VIEW' | 'MATERIALIZED VIEW' | 'SCHEMA';
        readonly ifExists: boolean;
        readonly name: ObjectName;
        readonly actions: readonly AlterAction[];
      }
    | {
        readonly kind: 'grant' | 'revoke';
        readonly roles: readonly Name[];
        readonly what: string;
        readonly on: ObjectName;
        readonly grantees: readonly Expression[];
      }
  );

export type DropKind =
  | 'SCHEMA'
  | 'TABLE'
  | 'EXTERNAL TABLE'
  | 'SNAPSHOT TABLE'
  | 'VIEW'
  | 'MATERIALIZED VIEW'
  | 'FUNCTION'
  | 'TABLE FUNCTION'
  | 'PROCEDURE'
  | 'ROW ACCESS POLICY'
  | 'ALL ROW ACCESS POLICIES'
  | 'SEARCH INDEX'
  | 'VECTOR INDEX';

export type AlterAction = Span &
  (
    | { readonly kind: 'set_options'; readonly options: readonly OptionItem[] }
    | { readonly kind: 'add_column'; readonly ifNotExists: boolean; readonly column: ColumnDefinition }
    | { readonly kind: 'drop_column'; readonly ifExists: boolean; readonly column: Name }
    | { readonly kind: 'rename_column'; readonly ifExists: boolean; readonly column: Name; readonly to: Name }
    | { readonly kind: 'rename'; readonly to: Name }
    | { readonly kind: 'set_collate'; readonly collate: string }
    | {
        readonly kind: 'alter_column';
        readonly ifExists: boolean;
        readonly column: Name;
        readonly change: ColumnChange;
      }
    | { readonly kind: 'constraint'; readonly text: string }
  );

export type ColumnChange =
  | { readonly kind: 'set_options'; readonly options: readonly OptionItem[] }
  | { readonly kind: 'set_type'; readonly type: TypeNode }
  | { readonly kind: 'drop_not_null' }
  | { readonly kind: 'set_default'; readonly value: Expression }
  | { readonly kind: 'drop_default' };

export type Scripting = Span &
  (
    | {
        readonly kind: 'declare';
        readonly names: readonly Name[];
        readonly type?: TypeNode;
        readonly default?: Expression;
      }
    | {
        readonly kind: 'set';
        readonly targets: readonly SetTarget[];
        /** Whether they stand in parentheses: the value is a struct of as many then. */
        readonly list: boolean;
        readonly value: Expression;
      }
    | {
        readonly kind: 'if';
        readonly branches: readonly { readonly condition: Expression; readonly body: readonly Statement[] }[];
        readonly otherwise?: readonly Statement[];
      }
    | {
        readonly kind: 'case_statement';
        readonly operand?: Expression;
        readonly branches: readonly { readonly when: Expression; readonly body: readonly Statement[] }[];
        readonly otherwise?: readonly Statement[];
      }
    | { readonly kind: 'loop'; readonly label?: string; readonly body: readonly Statement[] }
    | {
        readonly kind: 'while';
        readonly label?: string;
        readonly condition: Expression;
        readonly body: readonly Statement[];
      }
    | {
        readonly kind: 'repeat';
        readonly label?: string;
        readonly body: readonly Statement[];
        readonly until: Expression;
      }
    | {
        readonly kind: 'for';
        readonly label?: string;
        readonly variable: Name;
        readonly query: Query;
        readonly body: readonly Statement[];
      }
    | { readonly kind: 'break' | 'continue'; readonly label?: string }
    | {
        readonly kind: 'block';
        readonly label?: string;
        readonly body: readonly Statement[];
        readonly handler?: readonly Statement[];
      }
    | { readonly kind: 'raise'; readonly message?: Expression }
    | { readonly kind: 'return' }
    | { readonly kind: 'call'; readonly name: ObjectName; readonly arguments: readonly Argument[] }
    | {
        readonly kind: 'execute_immediate';
        readonly sql: Expression;
        readonly into: readonly Name[];
        readonly using: readonly { readonly value: Expression; readonly alias?: Name }[];
      }
    | { readonly kind: 'begin_transaction' | 'commit' | 'rollback' }
    | { readonly kind: 'assert'; readonly condition: Expression; readonly description?: string }
  );

export type SetTarget =
  | { readonly kind: 'variable'; readonly name: Name }
  | { readonly kind: 'system'; readonly name: string };

export type DataMovement = Span &
  (
    | { readonly kind: 'export_data'; readonly options: readonly OptionItem[]; readonly query: Query }
    | {
        readonly kind: 'load_data';
        readonly overwrite: boolean;
        readonly target: ObjectName;
        readonly columns?: readonly ColumnDefinition[];
        readonly partitionBy?: Expression;
        readonly clusterBy: readonly Name[];
        readonly options: readonly OptionItem[];
        readonly files: readonly OptionItem[];
        readonly partitionColumns?: readonly ColumnDefinition[];
      }
  );
