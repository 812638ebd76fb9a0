import type { Compiled } from '../compile.ts';
import type { Invocation } from '../invocation.ts';
import type { Materialization, ModelNode } from '../node.ts';
import type { Session } from '../session.ts';

/** A model that is to become a table, and what that takes. */
export interface Building {
  readonly node: ModelNode;
  readonly compiled: Compiled;
  readonly session: Session;
  readonly invocation: Invocation;
  /** Materialisations written in Jinja, and the project whose own go first. */
  readonly custom: readonly Materialization[];
  readonly project: string;
}
