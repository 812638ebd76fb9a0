import type { FrameBound } from './ast/expression.ts';
import type { ColumnInfo, ExternalRelation, NativeRelation, Relation, TablePath } from './catalog.ts';
import type { BoundDdl, BoundMovement } from './ddl.ts';
import type { JavaScriptFunction } from './routine.ts';
import type { Span } from './source.ts';
import type { SqlType } from './type.ts';

/**
 * The bound tree: every name resolved, every expression typed, every conversion explicit. Nothing in it
 * belongs to one engine. Tables in FROM have an `id` unique in the statement; columns are named by it.
 */
export type BoundExpression = { readonly type: SqlType; readonly span: Span } & (
  | { readonly kind: 'literal'; readonly value: LiteralValue; readonly untyped?: boolean }
  | { readonly kind: 'column'; readonly table: string; readonly column: string }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly safe: boolean;
      readonly arguments: readonly BoundExpression[];
      readonly part?: BoundPart;
    }
  | BoundAggregate
  | {
      readonly kind: 'cast';
      readonly operand: BoundExpression;
      readonly safe: boolean;
      readonly implicit: boolean;
      readonly format?: BoundExpression;
      readonly zone?: BoundExpression;
    }
  | {
      readonly kind: 'case';
      readonly branches: readonly { readonly when: BoundExpression; readonly value: BoundExpression }[];
      readonly otherwise?: BoundExpression;
    }
  | { readonly kind: 'struct'; readonly values: readonly BoundExpression[] }
  | { readonly kind: 'array'; readonly elements: readonly BoundExpression[] }
  | { readonly kind: 'field'; readonly object: BoundExpression; readonly index: number }
  | { readonly kind: 'json_field'; readonly object: BoundExpression; readonly name: string }
  | {
      readonly kind: 'index';
      readonly object: BoundExpression;
      readonly index: BoundExpression;
      readonly origin: 0 | 1;
      readonly safe: boolean;
    }
  | {
      readonly kind: 'in_list';
      readonly operand: BoundExpression;
      readonly elements: readonly BoundExpression[];
      readonly not: boolean;
    }
  | {
      readonly kind: 'in_array';
      readonly operand: BoundExpression;
      readonly array: BoundExpression;
      readonly not: boolean;
    }
  | { readonly kind: 'in_query'; readonly operand: BoundExpression; readonly query: BoundQuery; readonly not: boolean }
  | { readonly kind: 'subquery'; readonly modifier: 'scalar' | 'exists' | 'array'; readonly query: BoundQuery }
  /** A function of a user's in JavaScript. */
  | {
      readonly kind: 'javascript';
      readonly function: JavaScriptFunction;
      readonly arguments: readonly BoundExpression[];
    }
  | { readonly kind: 'lambda'; readonly parameters: readonly string[]; readonly body: BoundExpression }
);

/** Text of a number or date, a string, bytes one character a byte; arrays and structs by position. */
export type LiteralValue = null | boolean | string | readonly LiteralValue[];

export interface BoundPart {
  readonly name: string;
  readonly weekday?: string;
}

export interface BoundAggregate {
  readonly kind: 'aggregate';
  readonly type: SqlType;
  readonly span: Span;
  readonly name: string;
  readonly arguments: readonly BoundExpression[];
  readonly distinct: boolean;
  readonly ignoreNulls?: boolean;
  readonly orderBy: readonly BoundOrder[];
  readonly limit?: BoundExpression;
  readonly having?: { readonly extreme: 'MAX' | 'MIN'; readonly value: BoundExpression };
  /** Present for a window function or an aggregate over a window. */
  readonly over?: BoundWindow;
}

export interface BoundOrder {
  readonly value: BoundExpression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface BoundWindow {
  readonly partitionBy: readonly BoundExpression[];
  readonly orderBy: readonly BoundOrder[];
  readonly frame?: {
    readonly unit: 'ROWS' | 'RANGE' | 'GROUPS';
    readonly start: BoundFrameBound;
    readonly end?: BoundFrameBound;
  };
}

export type BoundFrameBound =
  | Exclude<FrameBound, { kind: 'PRECEDING' | 'FOLLOWING' }>
  | { readonly kind: 'PRECEDING' | 'FOLLOWING'; readonly offset: BoundExpression };

/** A column of a query's result. */
export interface OutputColumn {
  /** As users see it; absent for an expression without an alias. */
  readonly name?: string;
  /** Unique within the query, in any case; what readers of the query name the column by. */
  readonly key: string;
  readonly type: SqlType;
}

export interface BoundQuery {
  readonly ctes: readonly BoundCte[];
  readonly recursive: boolean;
  readonly body: BoundBody;
  readonly orderBy: readonly BoundOrder[];
  readonly limit?: BoundExpression;
  readonly offset?: BoundExpression;
  readonly columns: readonly OutputColumn[];
  /** The rows are single values, not rows of columns (SELECT AS STRUCT, SELECT AS VALUE, UNNEST). */
  readonly valueTable: boolean;
}

export interface BoundCte {
  readonly id: string;
  readonly query: BoundQuery;
}

export type BoundBody =
  | BoundSelect
  | BoundSetOperation
  | { readonly kind: 'nested'; readonly query: BoundQuery }
  /** Rows written out, each of all columns. */
  | { readonly kind: 'values'; readonly rows: readonly (readonly BoundExpression[])[] };

export interface BoundSelect {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly items: readonly BoundExpression[];
  readonly from?: BoundFrom;
  readonly where?: BoundExpression;
  readonly groupBy?: BoundGroupBy;
  readonly having?: BoundExpression;
  readonly qualify?: BoundExpression;
}

export interface BoundGroupBy {
  readonly keys: readonly BoundExpression[];
  /** Grouping sets as indexes into `keys`; absent for the plain GROUP BY of all keys. */
  readonly sets?: readonly (readonly number[])[];
}

export interface BoundSetOperation {
  readonly kind: 'set';
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT';
  readonly all: boolean;
  /** Both sides have the result's columns, in order and type. */
  readonly left: BoundQuery;
  readonly right: BoundQuery;
}

export type BoundFrom =
  | {
      readonly kind: 'scan';
      readonly id: string;
      readonly relation: NativeRelation | ExternalRelation;
      readonly asOf?: BoundExpression;
    }
  | {
      readonly kind: 'derived';
      readonly id: string;
      readonly query: BoundQuery;
      /** The view, or the table with row access policies, whose rows the query stands for. */
      readonly relation?: Relation;
    }
  | { readonly kind: 'cte'; readonly id: string; readonly cte: string }
  /** Rows (value[, offset]) of an array, which may name columns of tables to its left. */
  | { readonly kind: 'unnest'; readonly id: string; readonly array: BoundExpression; readonly withOffset: boolean }
  | {
      readonly kind: 'join';
      readonly join: 'CROSS' | 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';
      readonly left: BoundFrom;
      readonly right: BoundFrom;
      readonly on?: BoundExpression;
    }
  | { readonly kind: 'sample'; readonly id: string; readonly input: BoundFrom; readonly percent: BoundExpression };

/** Column keys of an unnested array. */
export const UNNEST_VALUE = 'value';
export const UNNEST_OFFSET = 'offset';

export type BoundStatement = BoundQueryStatement | BoundDml | BoundDdl | BoundMovement;

/** What a statement needs besides itself. */
export interface Uses {
  /** Tables and views it reads, those inside of views too. */
  readonly reads: readonly TablePath[];
  /** Functions to register in the engine first. */
  readonly javascript: readonly JavaScriptFunction[];
}

export interface BoundQueryStatement extends Uses {
  readonly kind: 'query';
  readonly query: BoundQuery;
  readonly columns: readonly ColumnInfo[];
  /** Whether the query asks for an order. */
  readonly ordered: boolean;
}

export interface BoundAssignment {
  readonly column: string;
  readonly value: BoundExpression;
}

interface DmlBase extends Uses {
  readonly target: NativeRelation;
}

export type BoundDml =
  | (DmlBase & { readonly kind: 'insert'; readonly columns: readonly string[]; readonly query: BoundQuery })
  | (DmlBase & {
      readonly kind: 'update';
      readonly id: string;
      readonly assignments: readonly BoundAssignment[];
      readonly from?: BoundFrom;
      readonly where?: BoundExpression;
    })
  | (DmlBase & { readonly kind: 'delete'; readonly id: string; readonly where?: BoundExpression })
  | (DmlBase & {
      readonly kind: 'merge';
      readonly id: string;
      readonly source: BoundFrom;
      readonly on: BoundExpression;
      readonly clauses: readonly BoundMergeClause[];
    })
  | (DmlBase & { readonly kind: 'truncate' });

export interface BoundMergeClause {
  readonly match: 'MATCHED' | 'NOT MATCHED BY TARGET' | 'NOT MATCHED BY SOURCE';
  readonly condition?: BoundExpression;
  readonly action:
    | { readonly kind: 'insert'; readonly assignments: readonly BoundAssignment[] }
    | { readonly kind: 'update'; readonly assignments: readonly BoundAssignment[] }
    | { readonly kind: 'delete' };
}
