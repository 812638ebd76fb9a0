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

/**
 * The one question every surface asks. Pure; denies unless a binding of the principal allows. Costs the same
 * whatever the number of bindings (bench/cases/may.ts): they are looked up by scope.
 */
export function may(principal: Principal, action: Action, resource: Resource): Decision {
  const index = indexOf(principal.bindings);
  for (const scope of scopesOf(resource)) {
    for (const { role, group } of index.get(scope) ?? []) {
      if (ALLOWED.get(role)?.has(action) !== true) continue;
      return {
        allowed: true,
        reason: `${role} on ${scope.trimEnd()}${group === undefined ? '' : `, by the group ${group}`}`,
      };
    }
  }
  return { allowed: false, reason: `no role of ${principal.name} allows ${action} on ${describe(resource)}` };
}

type Index = ReadonlyMap<string, readonly Binding[]>;

const indices = new WeakMap<readonly Binding[], Index>();

function indexOf(bindings: readonly Binding[]): Index {
  const known = indices.get(bindings);
  if (known !== undefined) return known;
  const index = new Map<string, Binding[]>();
  for (const binding of bindings) {
    const scope = `${binding.scope.kind} ${binding.scope.id}`;
    const there = index.get(scope);
    if (there === undefined) index.set(scope, [binding]);
    else there.push(binding);
  }
  indices.set(bindings, index);
  return index;
}

/** Every scope that covers the resource, the widest first, as the index has them. */
export function scopesOf({ agency, namespace, project, dataset, table, run }: Resource): string[] {
  const scopes = ['platform '];
  if (agency !== undefined) scopes.push(`agency ${agency}`);
  if (namespace !== undefined) scopes.push(`namespace ${namespace}`);
  if (project !== undefined) scopes.push(`project ${project}`);
  if (dataset !== undefined) scopes.push(`dataset ${dataset}`);
  if (dataset !== undefined && table !== undefined) scopes.push(`table ${dataset}.${table}`);
  if (run !== undefined) scopes.push(`run ${run}`);
  return scopes;
}

function describe(resource: Resource): string {
  const parts = Object.entries(resource).map(([kind, id]) => `${kind} ${id}`);
  return parts.length === 0 ? 'the platform' : parts.join(', ');
}
