import type { Compiled } from '../compile.ts';
import type { Invocation } from '../invocation.ts';
import type { ModelNode } from '../node.ts';
import type { Session } from '../session.ts';

/** A model that is to become a table, and what that takes. */
export interface Building {
  readonly node: ModelNode;
  readonly compiled: Compiled;
  readonly session: Session;
  readonly invocation: Invocation;
}
