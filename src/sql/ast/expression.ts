import type { Span } from '../source.ts';
import type { Query } from './query.ts';

/** A name as written, without its quotes. */
export interface Name extends Span {
  readonly name: string;
}

/** A type as written; names are resolved by the binder. */
export type TypeNode = Span &
  (
    | { readonly kind: 'simple'; readonly name: string; readonly parameters: readonly number[] }
    | { readonly kind: 'array'; readonly element: TypeNode }
    | { readonly kind: 'range'; readonly element: TypeNode }
    | { readonly kind: 'struct'; readonly fields: readonly { readonly name?: Name; readonly type: TypeNode }[] }
  );

/** A date part with its argument: `MONTH`, `WEEK(MONDAY)`. */
export interface DatePart extends Span {
  readonly name: string;
  readonly weekday?: string;
}

export type Expression = Span &
  (
    | { readonly kind: 'null' }
    | { readonly kind: 'boolean'; readonly value: boolean }
    /** Decimal or hexadecimal digits as written. */
    | { readonly kind: 'integer'; readonly text: string }
    | { readonly kind: 'float'; readonly text: string }
    | { readonly kind: 'string'; readonly value: string }
    /** One character a byte. */
    | { readonly kind: 'bytes'; readonly value: string }
    /** `DATE '...'`, `NUMERIC '...'`, `JSON '...'` and so on. */
    | { readonly kind: 'typed_literal'; readonly type: string; readonly value: string }
    | { readonly kind: 'range_literal'; readonly element: TypeNode; readonly value: string }
    | { readonly kind: 'interval'; readonly value: Expression; readonly from: DatePart; readonly to?: DatePart }
    /** A column, alias, field path or variable: `a.b.c`. */
    | { readonly kind: 'path'; readonly parts: readonly Name[] }
    | { readonly kind: 'field'; readonly object: Expression; readonly name: Name }
    /** `x[1]`, `x[OFFSET(1)]`, `x[SAFE_ORDINAL(1)]`, `x['key']`. */
    | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression; readonly mode?: IndexMode }
    | { readonly kind: 'parameter'; readonly name: string }
    /** `?`, counted from 0. */
    | { readonly kind: 'positional_parameter'; readonly position: number }
    | { readonly kind: 'system_variable'; readonly name: string }
    | { readonly kind: 'unary'; readonly operator: 'NOT' | '-' | '+' | '~'; readonly operand: Expression }
    | {
        readonly kind: 'binary';
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly kind: 'is';
        readonly operand: Expression;
        readonly not: boolean;
        readonly what: 'NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN';
      }
    | { readonly kind: 'is_distinct'; readonly left: Expression; readonly right: Expression; readonly not: boolean }
    | {
        readonly kind: 'between';
        readonly operand: Expression;
        readonly low: Expression;
        readonly high: Expression;
        readonly not: boolean;
      }
    | { readonly kind: 'in'; readonly operand: Expression; readonly not: boolean; readonly set: InSet }
    | { readonly kind: 'like'; readonly operand: Expression; readonly not: boolean; readonly pattern: Expression }
    | {
        readonly kind: 'like_quantified';
        readonly operand: Expression;
        readonly not: boolean;
        readonly quantifier: 'ANY' | 'ALL';
        readonly patterns: InSet;
      }
    | {
        readonly kind: 'case';
        readonly operand?: Expression;
        readonly branches: readonly { readonly when: Expression; readonly value: Expression }[];
        readonly otherwise?: Expression;
      }
    | {
        readonly kind: 'cast';
        readonly operand: Expression;
        readonly type: TypeNode;
        readonly safe: boolean;
        readonly format?: Expression;
        readonly zone?: Expression;
      }
    | { readonly kind: 'extract'; readonly part: DatePart; readonly operand: Expression; readonly zone?: Expression }
    | { readonly kind: 'array'; readonly type?: TypeNode; readonly elements: readonly Expression[] }
    /** `STRUCT(a AS x, b)`, `STRUCT<x INT64>(1)`. */
    | {
        readonly kind: 'struct';
        readonly type?: TypeNode;
        readonly fields: readonly { readonly value: Expression; readonly alias?: Name }[];
      }
    /** `(a, b)`: a struct without field names. */
    | { readonly kind: 'tuple'; readonly elements: readonly Expression[] }
    | { readonly kind: 'subquery'; readonly modifier: 'scalar' | 'exists' | 'array'; readonly query: Query }
    | { readonly kind: 'call'; readonly call: Call }
    | { readonly kind: 'lambda'; readonly parameters: readonly Name[]; readonly body: Expression }
    /** `WITH(a AS 1, a + 1)`. */
    | {
        readonly kind: 'with';
        readonly bindings: readonly { readonly name: Name; readonly value: Expression }[];
        readonly body: Expression;
      }
    /** The DEFAULT keyword in INSERT and UPDATE. */
    | { readonly kind: 'default' }
    /** `*` as the argument of COUNT. */
    | { readonly kind: 'star' }
  );

export type IndexMode = 'OFFSET' | 'ORDINAL' | 'SAFE_OFFSET' | 'SAFE_ORDINAL' | 'KEY' | 'SAFE_KEY';

export type BinaryOperator =
  | 'OR'
  | 'AND'
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '|'
  | '^'
  | '&'
  | '<<'
  | '>>'
  | '+'
  | '-'
  | '*'
  | '/'
  | '||';

export type InSet =
  | { readonly kind: 'list'; readonly elements: readonly Expression[] }
  | { readonly kind: 'subquery'; readonly query: Query }
  | { readonly kind: 'unnest'; readonly array: Expression };

export interface Call extends Span {
  /** `['SAFE', 'SUBSTR']` is `SUBSTR` with `safe`; what remains may be a path: `NET.HOST`, `dataset.f`. */
  readonly name: readonly Name[];
  readonly safe: boolean;
  readonly arguments: readonly Argument[];
  readonly distinct: boolean;
  readonly nulls?: 'IGNORE' | 'RESPECT';
  /** HAVING MAX x or HAVING MIN x. */
  readonly having?: { readonly extreme: 'MAX' | 'MIN'; readonly value: Expression };
  readonly orderBy: readonly OrderItem[];
  readonly limit?: Expression;
  readonly over?: WindowSpec;
}

export interface Argument extends Span {
  /** Of `name => value`. */
  readonly name?: Name;
  readonly value: ArgumentValue;
}

export type ArgumentValue =
  | Expression
  /** `TABLE t`, an argument of a table function. */
  | { readonly kind: 'table'; readonly path: readonly Name[]; readonly start: number; readonly end: number };

export interface OrderItem extends Span {
  readonly value: Expression;
  readonly descending: boolean;
  readonly nulls?: 'FIRST' | 'LAST';
  readonly collation?: string;
}

export interface WindowSpec extends Span {
  /** The named window this one is, or builds on. */
  readonly base?: Name;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame?: WindowFrame;
}

export interface WindowFrame {
  readonly unit: 'ROWS' | 'RANGE' | 'GROUPS';
  readonly start: FrameBound;
  readonly end?: FrameBound;
}

export type FrameBound =
  | { readonly kind: 'UNBOUNDED PRECEDING' | 'UNBOUNDED FOLLOWING' | 'CURRENT ROW' }
  | { readonly kind: 'PRECEDING' | 'FOLLOWING'; readonly offset: Expression };
