import type { Store } from '../store/store.ts';
import { EVERYONE } from './everyone.ts';
import type { Role, ScopeKind } from './policy.ts';
import type { Binding, Principal, PrincipalKind } from './principal.ts';

interface PrincipalRow {
  readonly id: string;
  readonly kind: PrincipalKind;
  readonly name: string;
  readonly agency: string | null;
  readonly groups: readonly string[];
  readonly bindings: readonly {
    readonly role: Role;
    readonly kind: ScopeKind;
    readonly id: string;
    readonly group: string | null;
  }[];
}

/**
 * A principal `p` with all it may: by itself, by its groups that are not disabled, and as one of everyone. Agents act
 * for their namespace alone, so what everyone may is not theirs.
 */
const PRINCIPAL = `p.id, p.kind, p.name, p.agency,
  ARRAY(SELECT g.name FROM access.member m JOIN access.principal g ON g.id = m.group
        WHERE m.principal = p.id AND g.disabled_at IS NULL) AS groups,
  (SELECT coalesce(json_agg(json_build_object('role', b.role, 'kind', b.scope_kind, 'id', b.scope_id, 'group', h.group)), '[]')
   FROM (SELECT p.id, NULL AS "group"
         UNION ALL
         SELECT g.id, g.name FROM access.member m JOIN access.principal g ON g.id = m.group
         WHERE m.principal = p.id AND g.disabled_at IS NULL
         UNION ALL
         SELECT e.id, e.name FROM (VALUES ${Object.entries(EVERYONE).map(([name, id]) => `('${id}'::uuid, '${name}')`)}) AS e (id, name)
         WHERE p.kind NOT IN ('agent', 'group', 'everyone')) AS h
   JOIN access.binding b ON b.principal = h.id) AS bindings`;

function toPrincipal({ id, kind, name, agency, groups, bindings }: PrincipalRow): Principal {
  return {
    id,
    kind,
    name,
    agency,
    groups,
    bindings: bindings.map(
      ({ role, kind, id, group }): Binding => ({ role, scope: { kind, id }, ...(group === null ? {} : { group }) }),
    ),
  };
}

/** A principal that is not disabled, with all it may. */
export async function findPrincipal(store: Store, name: string): Promise<Principal | undefined> {
  const [row] = await store.prepared<PrincipalRow>(
    {
      name: 'access.principal',
      text: `SELECT ${PRINCIPAL} FROM access.principal p WHERE p.name = $1 AND p.disabled_at IS NULL`,
    },
    [name],
  );
  return row === undefined ? undefined : toPrincipal(row);
}

/** A key that is valid, and whose it is. */
export interface KnownKey {
  readonly sha256: string;
  readonly expiresAt: Date | null;
  readonly principal: Principal;
}

interface KeyRow extends PrincipalRow {
  readonly key: string;
  readonly sha256: string;
  readonly expiresAt: Date | null;
}

/**
 * Most of the time of a statement of this form is its planning, so it is planned once: 0.5 ms became 0.12 ms
 * (bench/cases/key-check.ts).
 */
const KEYS = {
  name: 'access.keys',
  text: `
    SELECT k.id AS key, k.sha256, k.expires_at AS "expiresAt", ${PRINCIPAL}
    FROM access.key k JOIN access.principal p ON p.id = k.principal
    WHERE k.id = ANY ($1) AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)
      AND p.disabled_at IS NULL`,
};

/** Those of the keys that are valid, by id: neither revoked nor expired, and their principals not disabled. */
export async function findKeys(
  store: Store,
  ids: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, KnownKey>> {
  const rows = await store.prepared<KeyRow>(KEYS, [ids, now]);
  return new Map(
    rows.map(({ key, sha256, expiresAt, ...row }) => [key, { sha256, expiresAt, principal: toPrincipal(row) }]),
  );
}
