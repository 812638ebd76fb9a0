import type { Value } from '../runtime/value.ts';

/** Every node knows where it stands: an offset into the template's text. */
interface Node {
  readonly at: number;
}

export type Expression =
  | (Node & { readonly kind: 'literal'; readonly value: string | boolean | null })
  | (Node & { readonly kind: 'number'; readonly float: boolean; readonly text: string })
  | Name
  | (Node & { readonly kind: 'list' | 'tuple'; readonly items: readonly Expression[] })
  | (Node & { readonly kind: 'dict'; readonly pairs: readonly (readonly [Expression, Expression])[] })
  | (Node & { readonly kind: 'attribute'; readonly of: Expression; readonly name: string })
  | (Node & { readonly kind: 'item'; readonly of: Expression; readonly key: Expression })
  | (Node & {
      readonly kind: 'slice';
      readonly of: Expression;
      readonly start: Expression | undefined;
      readonly stop: Expression | undefined;
      readonly step: Expression | undefined;
    })
  | (Node & { readonly kind: 'call'; readonly of: Expression; readonly arguments: Arguments })
  | (Node & {
      readonly kind: 'filter' | 'test';
      readonly name: string;
      /** Absent in `{% filter name %}`, where the body takes its place. */
      readonly of: Expression | undefined;
      readonly arguments: Arguments;
    })
  | (Node & { readonly kind: 'unary'; readonly operator: '-' | '+' | 'not'; readonly of: Expression })
  | (Node & {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Node & {
      readonly kind: 'logical';
      readonly operator: 'and' | 'or';
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Node & { readonly kind: 'concat'; readonly parts: readonly Expression[] })
  | (Node & {
      readonly kind: 'compare';
      readonly first: Expression;
      readonly rest: readonly { readonly operator: Comparison; readonly right: Expression; readonly at: number }[];
    })
  | (Node & {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly then: Expression;
      readonly otherwise: Expression | undefined;
    });

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

export interface Name extends Node {
  readonly kind: 'name';
  readonly name: string;
}

export interface Arguments {
  readonly positional: readonly Expression[];
  readonly keywords: readonly (readonly [string, Expression])[];
  /** `*rest` and `**rest`. */
  readonly rest: Expression | undefined;
  readonly keywordRest: Expression | undefined;
}

/** What `set` and `for` assign to. */
export type Target =
  | Name
  | (Node & { readonly kind: 'tuple target'; readonly items: readonly Target[] })
  /** `set ns.name = ...` */
  | (Node & { readonly kind: 'member'; readonly object: string; readonly name: string });

export interface Parameter {
  readonly name: string;
  readonly at: number;
  readonly default: Expression | undefined;
}

export interface MacroNode extends Node {
  readonly kind: 'macro';
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: Body;
}

/** A custom block of dbt. */
export interface BlockNode extends Node {
  readonly kind: 'custom';
  readonly tag: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, Value>>;
  readonly macro: MacroNode;
  /** Offsets of the body's source. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

export type Body = readonly Statement[];

export type Statement =
  | (Node & { readonly kind: 'data'; readonly text: string })
  | (Node & { readonly kind: 'output'; readonly value: Expression })
  | (Node & { readonly kind: 'do'; readonly value: Expression })
  | (Node & {
      readonly kind: 'if';
      readonly branches: readonly { readonly test: Expression; readonly body: Body }[];
      readonly otherwise: Body;
    })
  | ForNode
  | (Node & { readonly kind: 'set'; readonly target: Target; readonly value: Expression })
  | (Node & {
      readonly kind: 'set block';
      readonly target: Target;
      readonly filter: Expression | undefined;
      readonly body: Body;
    })
  | (Node & { readonly kind: 'with'; readonly pairs: readonly (readonly [Target, Expression])[]; readonly body: Body })
  | (Node & { readonly kind: 'filter block'; readonly filter: Expression; readonly body: Body })
  | (Node & { readonly kind: 'call block'; readonly call: Expression; readonly caller: MacroNode })
  | (Node & { readonly kind: 'break' | 'continue' })
  | MacroNode
  | BlockNode;

export interface ForNode extends Node {
  readonly kind: 'for';
  readonly target: Target;
  readonly iterable: Expression;
  readonly test: Expression | undefined;
  readonly recursive: boolean;
  readonly body: Body;
  readonly otherwise: Body;
}
