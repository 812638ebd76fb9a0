import type { Action } from '../access/policy.ts';
import type { Principal } from '../access/principal.ts';

/** What a bucket's owner allows beside the roles people have in its agency. */
export interface Grant {
  readonly role: GrantRole;
  /** `allUsers`, `allAuthenticatedUsers`, `user:NAME`, `serviceAccount:NAME`, `role:ROLE`. */
  readonly members: readonly string[];
  /** Only objects whose names begin so. */
  readonly prefix?: string;
}

/** Roles of Cloud Storage that a bucket's policy may give, and what each allows here. */
export const GRANT_ROLES = {
  'roles/storage.objectViewer': ['object.list', 'object.read'],
  'roles/storage.legacyObjectReader': ['object.read'],
  'roles/storage.legacyBucketReader': ['object.list'],
  'roles/storage.objectUser': ['object.list', 'object.read', 'object.write'],
  'roles/storage.objectAdmin': ['object.list', 'object.read', 'object.write'],
} as const satisfies Readonly<Record<string, readonly Action[]>>;

export type GrantRole = keyof typeof GRANT_ROLES;

/**
 * Whether a bucket's policy lets `principal` do `action` to the object or, for listings, to the objects
 * below the prefix `name`; to any object at all without a name. Pure. `role:` members are people of any agency
 * who have that role in it.
 */
export function grants(policy: readonly Grant[], principal: Principal, action: Action, name?: string): boolean {
  return policy.some(
    ({ role, members, prefix = '' }) =>
      (GRANT_ROLES[role] as readonly Action[]).includes(action) &&
      (name === undefined || name.startsWith(prefix)) &&
      members.some((member) => isMember(member, principal)),
  );
}

function isMember(member: string, principal: Principal): boolean {
  if (member === 'allUsers') return true;
  if (principal.kind === 'anonymous') return false;
  if (member === 'allAuthenticatedUsers') return true;
  const at = member.indexOf(':');
  const [kind, value] = [member.slice(0, at), member.slice(at + 1)];
  if (kind === 'user') return principal.kind === 'user' && principal.name === value;
  if (kind === 'serviceAccount') return principal.kind === 'service_account' && principal.name === value;
  return kind === 'role' && principal.bindings.some(({ role }) => role === value);
}
