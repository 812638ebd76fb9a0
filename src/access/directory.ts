import { type Clock, systemClock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Store } from '../store/store.ts';
import type { Role } from './policy.ts';
import type { Binding, PrincipalKind } from './principal.ts';
import type { AccessTables } from './tables.ts';

/** A principal as administrators see it, disabled or not. */
export interface PrincipalInfo {
  readonly id: string;
  readonly kind: PrincipalKind;
  readonly name: string;
  readonly agency: string | null;
  readonly disabled: boolean;
  readonly createdAt: Date;
  /** Its own; what it has by its groups is theirs. */
  readonly bindings: readonly Binding[];
  readonly groups: readonly string[];
}

export interface KeyInfo {
  readonly id: string;
  readonly purpose: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Who there is, and what each was given. */
export interface Directory {
  /** Of an agency, or of all; runs are left out, they come and go. */
  list(agency?: string): Promise<PrincipalInfo[]>;
  find(name: string): Promise<PrincipalInfo | undefined>;
  /** Makes a user or group without roles; one that is there stays as it is. Throws CONFLICT for a name that is taken. */
  create(principal: { kind: 'user' | 'group'; name: string; agency: string | null }): Promise<string>;
  setDisabled(id: string, disabled: boolean): Promise<void>;
  grant(principal: string, role: Role, scope: Binding['scope']): Promise<void>;
  /** Whether there was such a binding. */
  revoke(principal: string, role: Role, scope: Binding['scope']): Promise<boolean>;
  addMember(group: string, principal: string): Promise<void>;
  removeMember(group: string, principal: string): Promise<boolean>;
  members(group: string): Promise<string[]>;
  keys(principal: string): Promise<KeyInfo[]>;
  /** Throws NOT_FOUND. */
  revokeKey(principal: string, id: string): Promise<void>;
}

export function createDirectory(store: Store, clock: Clock = systemClock): Directory {
  const db = store.tables<AccessTables>();

  async function withRoles(where: { agency?: string; name?: string }): Promise<PrincipalInfo[]> {
    let query = db
      .selectFrom('access.principal')
      .selectAll()
      .where('kind', 'not in', ['run', 'everyone'])
      .orderBy('name');
    if (where.agency !== undefined) query = query.where('agency', '=', where.agency);
    if (where.name !== undefined) query = query.where('name', '=', where.name);
    const rows = await query.execute();
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return [];
    const [bindings, groups] = await Promise.all([
      db.selectFrom('access.binding').selectAll().where('principal', 'in', ids).orderBy('scope_id').execute(),
      db
        .selectFrom('access.member as m')
        .innerJoin('access.principal as g', 'g.id', 'm.group')
        .select(['m.principal', 'g.name'])
        .where('m.principal', 'in', ids)
        .orderBy('g.name')
        .execute(),
    ]);
    const bindingsOf = Map.groupBy(bindings, ({ principal }) => principal);
    const groupsOf = Map.groupBy(groups, ({ principal }) => principal);
    return rows.map(({ id, kind, name, agency, created_at, disabled_at }) => ({
      id,
      kind,
      name,
      agency,
      disabled: disabled_at !== null,
      createdAt: created_at,
      bindings: (bindingsOf.get(id) ?? []).map(({ role, scope_kind, scope_id }) => ({
        role,
        scope: { kind: scope_kind, id: scope_id },
      })),
      groups: (groupsOf.get(id) ?? []).map((group) => group.name),
    }));
  }

  const bound = (principal: string, role: Role, { kind, id }: Binding['scope']) => ({
    principal,
    role,
    scope_kind: kind,
    scope_id: id,
  });

  return {
    list: (agency) => withRoles(agency === undefined ? {} : { agency }),
    find: async (name) => (await withRoles({ name }))[0],

    async create({ kind, name, agency }) {
      await db
        .insertInto('access.principal')
        .values({ id: newId(), kind, name, agency })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      const row = await db
        .selectFrom('access.principal')
        .select(['id', 'kind', 'agency'])
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      if (row.kind !== kind || row.agency !== agency) throw new ArcosError('CONFLICT', `The name "${name}" is taken`);
      return row.id;
    },

    async setDisabled(id, disabled) {
      await db
        .updateTable('access.principal')
        .set({ disabled_at: disabled ? clock.now() : null })
        .where('id', '=', id)
        .execute();
    },

    async grant(principal, role, scope) {
      await db
        .insertInto('access.binding')
        .values(bound(principal, role, scope))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async revoke(principal, role, scope) {
      const { numDeletedRows } = await db
        .deleteFrom('access.binding')
        .where((binding) => binding.and(bound(principal, role, scope)))
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },

    async addMember(group, principal) {
      await db
        .insertInto('access.member')
        .values({ group, principal })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async removeMember(group, principal) {
      const { numDeletedRows } = await db
        .deleteFrom('access.member')
        .where((member) => member.and({ group, principal }))
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },

    async members(group) {
      const rows = await db
        .selectFrom('access.member as m')
        .innerJoin('access.principal as p', 'p.id', 'm.principal')
        .select('p.name')
        .where('m.group', '=', group)
        .orderBy('p.name')
        .execute();
      return rows.map(({ name }) => name);
    },

    keys: (principal) =>
      db
        .selectFrom('access.key')
        .select(['id', 'purpose', 'created_at as createdAt', 'expires_at as expiresAt', 'revoked_at as revokedAt'])
        .where('principal', '=', principal)
        .orderBy('created_at')
        .execute(),

    async revokeKey(principal, id) {
      const { numUpdatedRows } = await db
        .updateTable('access.key')
        .set({ revoked_at: clock.now() })
        .where('id', '=', id)
        .where('principal', '=', principal)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw new ArcosError('NOT_FOUND', `There is no valid key ${id}`);
    },
  };
}
