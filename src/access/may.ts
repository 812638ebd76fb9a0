import { type Action, POLICY, type Role } from './policy.ts';
import type { Binding, Principal } from './principal.ts';

/**
 * What an action is done to, as the chain of things that contain it. Absent members do not apply:
 * a table has agency, project, dataset and table; a run has agency, namespace and run.
 */
export interface Resource {
  readonly agency?: string;
  readonly namespace?: string;
  readonly project?: string;
  /** `project.dataset` */
  readonly dataset?: string;
  readonly table?: string;
  readonly run?: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** The binding that allows, or what is missing, in a sentence. */
  readonly reason: string;
}

const ALLOWED = new Map<Role, ReadonlySet<Action>>(
  Object.entries(POLICY).map(([role, actions]) => [role as Role, new Set<Action>(actions)]),
);

/** The one question every surface asks. Pure; denies unless a binding of the principal allows. */
export function may(principal: Principal, action: Action, resource: Resource): Decision {
  for (const binding of principal.bindings) {
    if (covers(binding, resource) && ALLOWED.get(binding.role)?.has(action) === true) {
      const { kind, id } = binding.scope;
      return { allowed: true, reason: `${binding.role} on ${kind}${id === '' ? '' : ` ${id}`}` };
    }
  }
  return { allowed: false, reason: `no role of ${principal.name} allows ${action} on ${describe(resource)}` };
}

function covers({ scope }: Binding, resource: Resource): boolean {
  return scope.kind === 'platform' || resource[scope.kind] === scope.id;
}

function describe(resource: Resource): string {
  const parts = Object.entries(resource).map(([kind, id]) => `${kind} ${id}`);
  return parts.length === 0 ? 'the platform' : parts.join(', ');
}
