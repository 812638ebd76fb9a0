import { type Kysely, sql } from 'kysely';
import { ArcosError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import type { Store } from '../store/store.ts';
import { checkRule, EVERYONE } from './everyone.ts';
import { ROLES, type Role } from './policy.ts';
import type { Binding, PrincipalKind } from './principal.ts';
import type { AccessTables } from './tables.ts';

type PersonRole = (typeof ROLES)[number];

/** A role, and who has it: `user:NAME`, `serviceAccount:NAME`, `group:NAME`, `allUsers` or `allAuthenticatedUsers`. */
export interface Sharing {
  readonly role: PersonRole;
  readonly members: readonly string[];
}

export interface SharingPolicy {
  /** Another one after each change. */
  readonly etag: string;
  readonly bindings: readonly Sharing[];
}

/** What a GRANT or REVOKE statement says. */
export interface GrantChange {
  readonly kind: 'grant' | 'revoke';
  /** As written: `roles/bigquery.dataViewer`, or a role's own name. */
  readonly roles: readonly string[];
  /** A dataset, or one table of it. */
  readonly resource: { readonly project: string; readonly dataset: string; readonly table?: string };
  /** As written: `user:ana@rio.br`, `specialGroup:allAuthenticatedUsers`. */
  readonly grantees: readonly string[];
}

/** The rules of access as BigQuery's clients and statements read and write them: they are the bindings, and no others. */
export interface SharingRules {
  /**
   * All of it or nothing; what is there, or not there, already is no error. Throws INVALID for a role or grantee that
   * is none, NOT_FOUND for one that is not there.
   */
  grant(change: GrantChange): Promise<void>;
  /** The roles that people, groups and service accounts have on exactly this. */
  policy(scope: Binding['scope']): Promise<SharingPolicy>;
  /** Puts these in the place of those. Throws as `grant`, and PRECONDITION when `etag` is not that of now. */
  setPolicy(scope: Binding['scope'], bindings: readonly Sharing[], etag?: string): Promise<SharingPolicy>;
  /** Takes all roles on something that is no more, and on what was in it: the next of that name is not theirs. */
  forget(scope: Binding['scope']): Promise<void>;
}

/** BigQuery's names of roles, and what each comes to here. */
const ROLES_OF: Readonly<Record<string, PersonRole>> = {
  'roles/bigquery.metadataViewer': 'base',
  'roles/bigquery.dataViewer': 'leitor',
  'roles/bigquery.dataEditor': 'editor',
  'roles/bigquery.dataOwner': 'administrador',
  'roles/bigquery.admin': 'administrador',
  // On a dataset it is little more: to see what there is.
  'roles/bigquery.user': 'base',
  'roles/viewer': 'leitor',
  'roles/editor': 'editor',
  'roles/owner': 'administrador',
  READER: 'leitor',
  WRITER: 'editor',
  OWNER: 'administrador',
};

/** How BigQuery calls a role. */
export const IAM_NAMES: Readonly<Record<PersonRole, string>> = {
  base: 'roles/bigquery.metadataViewer',
  leitor: 'roles/bigquery.dataViewer',
  editor: 'roles/bigquery.dataEditor',
  administrador: 'roles/bigquery.dataOwner',
};

/** Throws INVALID. */
export function roleOf(name: string): PersonRole {
  const role = Object.hasOwn(ROLES_OF, name) ? ROLES_OF[name] : ROLES.find((one) => one === name);
  if (role !== undefined) return role;
  throw new ArcosError('INVALID', `There is no role "${name}" to give on a dataset or table`, {
    hint: `Use one of ${[...Object.keys(ROLES_OF), ...ROLES].join(', ')}.`,
  });
}

/** What stands before the name of a member, by the kind of principal; `serviceAccount` is written `user` by some. */
const PREFIXES: Partial<Record<PrincipalKind, string>> = {
  user: 'user:',
  group: 'group:',
  service_account: 'serviceAccount:',
  everyone: '',
};

export function scopeOf({ project, dataset, table }: GrantChange['resource']): Binding['scope'] {
  return table === undefined
    ? { kind: 'dataset', id: `${project}.${dataset}` }
    : { kind: 'table', id: `${project}.${dataset}.${table}` };
}

export function createSharing(store: Store): SharingRules {
  const db = store.tables<AccessTables>();

  const bindingsOn = (transaction: Kysely<AccessTables>, { kind, id }: Binding['scope']) =>
    transaction
      .selectFrom('access.binding as b')
      .innerJoin('access.principal as p', 'p.id', 'b.principal')
      .select(['b.role', 'p.kind', 'p.name', 'p.id'])
      .where('b.scope_kind', '=', kind)
      .where('b.scope_id', '=', id)
      // The program's own parts are no one's to share with.
      .where('b.role', 'in', ROLES)
      .where('p.kind', 'in', ['user', 'group', 'service_account', 'everyone'])
      .orderBy('p.name');

  async function policyOf(transaction: Kysely<AccessTables>, scope: Binding['scope']): Promise<SharingPolicy> {
    const rows = await bindingsOn(transaction, scope).execute();
    const bindings = ROLES.flatMap((role) => {
      const members = rows.filter((row) => row.role === role).map(({ kind, name }) => `${PREFIXES[kind] ?? ''}${name}`);
      return members.length === 0 ? [] : [{ role, members }];
    });
    // Base64, as clients take an etag for bytes.
    return { etag: Buffer.from(sha256(JSON.stringify(bindings)).slice(0, 24), 'hex').toString('base64'), bindings };
  }

  /** Throws INVALID and NOT_FOUND. */
  async function principalOf(transaction: Kysely<AccessTables>, member: string) {
    const special = member.replace(/^specialGroup:/, '');
    const [, prefix, name] = Object.hasOwn(EVERYONE, special)
      ? [special, 'everyone', special]
      : (/^(user|group|serviceAccount):(.+)$/.exec(member) ?? []);
    if (prefix === undefined || name === undefined) {
      throw new ArcosError('INVALID', `"${member}" is nobody that a role can be given to`, {
        hint: 'Write user:NAME, group:NAME, serviceAccount:NAME, allUsers or allAuthenticatedUsers.',
      });
    }
    const found = await transaction
      .selectFrom('access.principal')
      .select(['id', 'kind'])
      .where('name', '=', name)
      .executeTakeFirst();
    const kinds: readonly string[] = { user: ['user', 'service_account'], serviceAccount: ['service_account'] }[
      prefix
    ] ?? [prefix];
    if (found !== undefined && kinds.includes(found.kind)) return found;
    throw new ArcosError('NOT_FOUND', `There is nobody called "${member}"`);
  }

  async function put(
    transaction: Kysely<AccessTables>,
    scope: Binding['scope'],
    role: Role,
    members: readonly string[],
  ): Promise<void> {
    for (const member of members) {
      const { id, kind } = await principalOf(transaction, member);
      checkRule(kind, role, scope);
      await transaction
        .insertInto('access.binding')
        .values({ principal: id, role, scope_kind: scope.kind, scope_id: scope.id })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  }

  return {
    async grant({ kind, roles, resource, grantees }) {
      const scope = scopeOf(resource);
      const given = roles.map(roleOf);
      await db.transaction().execute(async (transaction) => {
        for (const role of given) {
          if (kind === 'grant') {
            await put(transaction, scope, role, grantees);
            continue;
          }
          for (const grantee of grantees) {
            const { id } = await principalOf(transaction, grantee);
            await transaction
              .deleteFrom('access.binding')
              .where((binding) => binding.and({ principal: id, role, scope_kind: scope.kind, scope_id: scope.id }))
              .execute();
          }
        }
      });
    },

    policy: (scope) => policyOf(db, scope),

    setPolicy: (scope, bindings, etag) =>
      db.transaction().execute(async (transaction) => {
        // Two that set the policy of one thing come one after the other.
        await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`${scope.kind} ${scope.id}`}, 0))`.execute(
          transaction,
        );
        const before = await policyOf(transaction, scope);
        if (etag !== undefined && etag !== '' && etag !== before.etag)
          throw new ArcosError('PRECONDITION', 'The rules were changed since they were read: read them again');
        const ids = (await bindingsOn(transaction, scope).execute()).map(({ id }) => id);
        if (ids.length > 0) {
          await transaction
            .deleteFrom('access.binding')
            .where('scope_kind', '=', scope.kind)
            .where('scope_id', '=', scope.id)
            .where('role', 'in', ROLES)
            .where('principal', 'in', ids)
            .execute();
        }
        for (const { role, members } of bindings) await put(transaction, scope, role, members);
        return policyOf(transaction, scope);
      }),

    async forget({ kind, id }) {
      const within = kind === 'dataset' ? sql`OR (scope_kind = 'table' AND starts_with(scope_id, ${`${id}.`}))` : sql``;
      await sql`DELETE FROM access.binding WHERE (scope_kind = ${kind} AND scope_id = ${id}) ${within}`.execute(db);
    },
  };
}
