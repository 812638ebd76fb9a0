import type { Span } from '../source.ts';
import type { Argument, Call, Expression, Name, OrderItem, WindowSpec } from './expression.ts';

export interface Query extends Span {
  readonly with?: With;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly limit?: Expression;
  readonly offset?: Expression;
  /** Pipe operators after the query, in order. */
  readonly pipes: readonly Pipe[];
}

export interface With {
  readonly recursive: boolean;
  readonly ctes: readonly Cte[];
}

export interface Cte extends Span {
  readonly name: Name;
  readonly columns?: readonly Name[];
  readonly query: Query;
}

export type QueryBody = Select | SetOperation | NestedQuery | FromQuery;

/** A query in parentheses standing for a whole query. */
export interface NestedQuery extends Span {
  readonly kind: 'nested';
  readonly query: Query;
}

/** `FROM t`, the start of a pipe query. */
export interface FromQuery extends Span {
  readonly kind: 'from';
  readonly from: TableExpression;
}

export interface SetOperation extends Span {
  readonly kind: 'set';
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT';
  readonly all: boolean;
  readonly by: SetMatch;
  readonly left: QueryBody;
  readonly right: QueryBody;
}

/** How columns of a set operation pair up: by position, or by name keeping the left's, both's or common ones. */
export type SetMatch =
  | { readonly kind: 'position' }
  | { readonly kind: 'name'; readonly mode: 'strict' | 'left' | 'full' | 'inner'; readonly columns?: readonly Name[] };

export interface Select extends Span {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly as?: 'STRUCT' | 'VALUE' | { readonly type: readonly Name[] };
  readonly items: readonly SelectItem[];
  readonly from?: TableExpression;
  readonly where?: Expression;
  readonly groupBy?: GroupBy;
  readonly having?: Expression;
  readonly qualify?: Expression;
  readonly windows: readonly NamedWindow[];
}

export type SelectItem = Span &
  (
    | { readonly kind: 'expression'; readonly value: Expression; readonly alias?: Name }
    | {
        readonly kind: 'star';
        /** Of `value.*`; absent for a bare `*`. */
        readonly of?: Expression;
        readonly except: readonly Name[];
        readonly replace: readonly { readonly value: Expression; readonly name: Name }[];
      }
  );

/** `ASC` or `DESC` behind a column of pipe AGGREGATE. */
export type Ordering = Pick<OrderItem, 'descending' | 'nulls'>;

export type GroupBy = { readonly kind: 'all' } | { readonly kind: 'items'; readonly items: readonly GroupItem[] };

export type GroupItem = Span &
  (
    | { readonly kind: 'expression'; readonly value: Expression; readonly alias?: Name; readonly order?: Ordering }
    | { readonly kind: 'rollup' | 'cube'; readonly sets: readonly (readonly Expression[])[] }
    | { readonly kind: 'grouping_sets'; readonly sets: readonly GroupingSet[] }
  );

export type GroupingSet =
  | { readonly kind: 'set'; readonly expressions: readonly Expression[] }
  | { readonly kind: 'rollup' | 'cube'; readonly sets: readonly (readonly Expression[])[] };

export interface NamedWindow extends Span {
  readonly name: Name;
  readonly window: WindowSpec;
}

export type TableExpression = Span &
  (
    | {
        readonly kind: 'table';
        /** Unquoted or quoted by part; one quoted part may hold dots. A correlated array path looks the same. */
        readonly path: readonly Name[];
        readonly alias?: Name;
        readonly withOffset?: { readonly alias?: Name };
        /** FOR SYSTEM_TIME AS OF. */
        readonly asOf?: Expression;
        readonly operators: readonly TableOperator[];
      }
    | {
        readonly kind: 'subquery';
        readonly query: Query;
        readonly alias?: Name;
        readonly operators: readonly TableOperator[];
      }
    | {
        readonly kind: 'unnest';
        readonly array: Expression;
        readonly alias?: Name;
        readonly withOffset?: { readonly alias?: Name };
        readonly operators: readonly TableOperator[];
      }
    | {
        readonly kind: 'function';
        readonly name: readonly Name[];
        readonly arguments: readonly Argument[];
        readonly alias?: Name;
        readonly operators: readonly TableOperator[];
      }
    | {
        readonly kind: 'join';
        readonly join: JoinKind;
        readonly left: TableExpression;
        readonly right: TableExpression;
        readonly on?: Expression;
        readonly using?: readonly Name[];
      }
  );

export type JoinKind = 'COMMA' | 'CROSS' | 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';

export type TableOperator = Pivot | Unpivot | TableSample;

export interface Pivot extends Span {
  readonly kind: 'pivot';
  readonly aggregates: readonly { readonly call: Call; readonly alias?: Name }[];
  readonly column: Expression;
  readonly values: readonly { readonly value: Expression; readonly alias?: Name }[];
  readonly alias?: Name;
}

export interface Unpivot extends Span {
  readonly kind: 'unpivot';
  readonly includeNulls: boolean;
  /** One name, or several for UNPIVOT ((a, b) FOR ...). */
  readonly values: readonly Name[];
  readonly nameColumn: Name;
  readonly columns: readonly { readonly columns: readonly Name[]; readonly label?: Expression }[];
  readonly alias?: Name;
}

export interface TableSample extends Span {
  readonly kind: 'sample';
  readonly method: string;
  readonly size: Expression;
  readonly unit: 'PERCENT' | 'ROWS';
}

/** Pipe syntax: each takes the table before it and gives a table (GoogleSQL, Pipe query syntax). */
export type Pipe = Span &
  (
    | {
        readonly kind: 'select';
        readonly distinct: boolean;
        readonly items: readonly SelectItem[];
        readonly windows: readonly NamedWindow[];
      }
    | { readonly kind: 'extend'; readonly items: readonly SelectItem[] }
    | { readonly kind: 'set'; readonly assignments: readonly { readonly name: Name; readonly value: Expression }[] }
    | { readonly kind: 'drop'; readonly names: readonly Name[] }
    | { readonly kind: 'rename'; readonly names: readonly { readonly from: Name; readonly to: Name }[] }
    | { readonly kind: 'as'; readonly alias: Name }
    | { readonly kind: 'where'; readonly condition: Expression }
    | {
        readonly kind: 'aggregate';
        readonly items: readonly {
          readonly value: Expression;
          readonly alias?: Name;
          readonly order?: Ordering;
        }[];
        readonly groupBy?: GroupBy;
        /** GROUP AND ORDER BY. */
        readonly andOrder: boolean;
      }
    | { readonly kind: 'distinct' }
    | { readonly kind: 'order'; readonly items: readonly OrderItem[] }
    | { readonly kind: 'limit'; readonly limit: Expression; readonly offset?: Expression }
    | {
        readonly kind: 'set_operation';
        readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT';
        readonly all: boolean;
        readonly by: SetMatch;
        readonly queries: readonly Query[];
      }
    | {
        readonly kind: 'join';
        readonly join: JoinKind;
        readonly right: TableExpression;
        readonly on?: Expression;
        readonly using?: readonly Name[];
      }
    | {
        readonly kind: 'call';
        readonly name: readonly Name[];
        readonly arguments: readonly Argument[];
        readonly alias?: Name;
      }
    | { readonly kind: 'table_operator'; readonly operator: TableOperator }
    | { readonly kind: 'assert'; readonly condition: Expression; readonly messages: readonly Expression[] }
    | { readonly kind: 'with'; readonly with: With }
  );
