import type { Role, ScopeKind } from './policy.ts';

export type PrincipalKind = 'user' | 'group' | 'service_account' | 'agent' | 'run' | 'everyone';

/** A role on a scope: `id` is empty for the platform, `project.dataset` for a dataset, `project.dataset.table` for a table. */
export interface Binding {
  readonly role: Role;
  readonly scope: { readonly kind: ScopeKind; readonly id: string };
  /** Name of the group that has it, where the principal has it as a member. */
  readonly group?: string;
}

/** Who asks, with everything needed to decide: no question about a principal goes to the database. */
export interface Principal {
  readonly id: string;
  readonly kind: PrincipalKind | 'anonymous';
  readonly name: string;
  /** The agency that owns the principal and pays for what it does. */
  readonly agency: string | null;
  readonly bindings: readonly Binding[];
  /** Names of the groups it is in. */
  readonly groups?: readonly string[];
}

/** Who asks without a credential. */
export const ANONYMOUS: Principal = {
  id: '00000000-0000-0000-0000-000000000000',
  kind: 'anonymous',
  name: 'anonymous',
  agency: null,
  bindings: [],
};
