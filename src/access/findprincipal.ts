import { type Kysely, sql } from 'kysely';
import type { Role, ScopeKind } from './policy.ts';
import type { Binding, Principal } from './principal.ts';
import type { AccessTables } from './tables.ts';

/**
 * A principal that is not disabled, with all it may. Two plain statements: one that did it all in one took longer to
 * plan than both take together (bench/cases/key-check.ts).
 */
export async function findPrincipal(
  db: Kysely<AccessTables>,
  by: 'id' | 'name',
  value: string,
): Promise<Principal | undefined> {
  const row = await db
    .selectFrom('access.principal')
    .select(['id', 'kind', 'name', 'agency'])
    .where(by, '=', value)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? undefined : { ...row, bindings: await bindingsOf(db, row.id) };
}

/** Whose key it is, unless the key is revoked or expired or the principal disabled. */
export async function findByKey(
  db: Kysely<AccessTables>,
  key: { readonly id: string; readonly now: Date },
): Promise<{ principal: Principal; sha256: string } | undefined> {
  const found = await db
    .selectFrom('access.key as k')
    .innerJoin('access.principal as p', 'p.id', 'k.principal')
    .select(['k.sha256', 'p.id', 'p.kind', 'p.name', 'p.agency'])
    .where('k.id', '=', key.id)
    .where('k.revoked_at', 'is', null)
    .where((where) => where.or([where('k.expires_at', 'is', null), where('k.expires_at', '>', key.now)]))
    .where('p.disabled_at', 'is', null)
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const { sha256, ...row } = found;
  return { principal: { ...row, bindings: await bindingsOf(db, row.id) }, sha256 };
}

/** Its own, and those of the groups it is in that are not disabled. */
async function bindingsOf(db: Kysely<AccessTables>, principal: string): Promise<Binding[]> {
  const { rows } = await sql<{ role: Role; kind: ScopeKind; id: string; group: string | null }>`
    SELECT b.role, b.scope_kind AS kind, b.scope_id AS id, CASE WHEN p.id <> ${principal} THEN p.name END AS "group"
    FROM access.principal p JOIN access.binding b ON b.principal = p.id
    WHERE p.disabled_at IS NULL
      AND p.id = ANY (ARRAY(SELECT "group" FROM access.member WHERE principal = ${principal}) || ${principal}::uuid)`.execute(
    db,
  );
  return rows.map(({ role, kind, id, group }) => ({
    role,
    scope: { kind, id },
    ...(group === null ? {} : { group }),
  }));
}
