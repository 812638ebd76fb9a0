import { type Clock, systemClock } from '../base/clock.ts';
import { ArcosError } from '../base/errors.ts';
import { newId, newSecret, sha256 } from '../base/ids.ts';
import type { Store } from '../store/store.ts';
import { createDeviceLogin, type DeviceLogin } from './devicelogin.ts';
import { createDirectory, type Directory } from './directory.ts';
import { findKeys, findPrincipal } from './findprincipal.ts';
import { createKeyCheck } from './keycheck.ts';
import { createPeople, type People } from './people.ts';
import type { Binding, Principal, PrincipalKind } from './principal.ts';
import { createServiceKeys, looksLikeJwt, type ServiceKeys } from './servicekey.ts';
import { createSharing, type GrantChange, type SharingRules } from './sharing.ts';
import type { AccessTables } from './tables.ts';

export interface Namespace {
  readonly id: string;
  readonly agency: string;
  readonly project: string;
  /** Projects whose tables its runs and models may write besides that one. */
  readonly writes: readonly string[];
}

export interface Access {
  /**
   * The principal whose key this is, or who signed this JWT with a service key; undefined for a key that is
   * unknown, revoked, expired or its principal's disabled.
   */
  authenticate(key: string): Promise<Principal | undefined>;
  /** Makes the agency, or gives it the new name. */
  putAgency(agency: { id: string; name: string }): Promise<void>;
  agencies(): Promise<{ id: string; name: string }[]>;
  /** Throws NOT_FOUND. */
  agency(id: string): Promise<{ id: string; name: string }>;
  putProject(project: { id: string; agency: string }): Promise<void>;
  projects(): Promise<{ id: string; agency: string }[]>;
  putNamespace(namespace: Omit<Namespace, 'writes'> & Partial<Pick<Namespace, 'writes'>>): Promise<void>;
  namespaces(): Promise<Namespace[]>;
  /** Throws NOT_FOUND. */
  namespace(id: string): Promise<Namespace>;
  /** The agency that owns a project. Throws NOT_FOUND. */
  agencyOf(project: string): Promise<string>;
  /** The principal of that name, unless it is disabled. */
  principal(name: string): Promise<Principal | undefined>;
  /** Makes the principal, or sets its bindings to exactly these. Returns its id. */
  putPrincipal(principal: NewPrincipal): Promise<string>;
  /** A new key, shown here once: only its hash is kept. */
  issueKey(principal: string, options: KeyOptions): Promise<string>;
  /** Makes this key invalid, if it is one. */
  revokeKey(key: string): Promise<void>;
  /** Makes every key of the principal invalid. */
  revokeKeys(principal: string): Promise<void>;
  /** Removes the principal with its keys and bindings. */
  removePrincipal(name: string): Promise<void>;
  readonly people: People;
  readonly device: DeviceLogin;
  readonly directory: Directory;
  /** Roles on datasets and tables as GRANT statements and IAM policies say them. */
  readonly sharing: SharingRules;
  /** As `sharing.grant`. */
  grant(change: GrantChange): Promise<void>;
  /** Keys of service accounts in Google's JSON files. */
  readonly serviceKeys: ServiceKeys;
}

export interface KeyOptions {
  readonly purpose: string;
  readonly expiresAt?: Date;
  /** The service key it is given for, with which it ends. */
  readonly serviceKey?: string;
}

export interface NewPrincipal {
  readonly kind: PrincipalKind;
  readonly name: string;
  readonly agency: string | null;
  readonly bindings: readonly Binding[];
}

/** How long the answer about a signed JWT is reused, and how many are kept. */
const SIGNER_MS = 1_000;
const SIGNERS = 1_000;

const KEY = /^arcos_([0-9a-f]{32})_([A-Za-z0-9_-]{43})$/;

export function createAccess(store: Store, clock: Clock = systemClock): Access {
  const db = store.tables<AccessTables>();
  const keys = createKeyCheck((ids, now) => findKeys(store, ids, now), clock);

  const serviceKeys = createServiceKeys(db, clock);
  const sharing = createSharing(store);

  const signers = new Map<string, { principal: Principal | undefined; until: number }>();

  async function findSigner(jwt: string): Promise<Principal | undefined> {
    if (!looksLikeJwt(jwt)) return undefined;
    const now = clock.now().getTime();
    const known = signers.get(jwt);
    if (known !== undefined && known.until > now) return known.principal;
    const { signer } = (await serviceKeys.verify(jwt).catch(() => undefined)) ?? {};
    const principal = signer === undefined ? undefined : await findPrincipal(store, signer);
    if (signers.size >= SIGNERS) signers.clear();
    signers.set(jwt, { principal, until: now + SIGNER_MS });
    return principal;
  }

  return {
    async authenticate(key) {
      const [, id, secret] = KEY.exec(key) ?? [];
      return id !== undefined && secret !== undefined ? keys.principalOf({ id, secret }) : findSigner(key);
    },

    people: createPeople(store, clock),
    device: createDeviceLogin(store, clock),
    directory: createDirectory(store, clock),
    serviceKeys,
    sharing,
    grant: (change) => sharing.grant(change),

    principal: (name) => findPrincipal(store, name),

    async putAgency(agency) {
      await db
        .insertInto('access.agency')
        .values(agency)
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ name: agency.name }))
        .execute();
    },

    agencies: () => db.selectFrom('access.agency').selectAll().orderBy('id').execute(),

    async agency(id) {
      const row = await db.selectFrom('access.agency').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) throw new ArcosError('NOT_FOUND', `There is no agency "${id}"`);
      return row;
    },

    async putProject(project) {
      await db
        .insertInto('access.project')
        .values(project)
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ agency: project.agency }))
        .execute();
    },

    projects: () => db.selectFrom('access.project').selectAll().orderBy('id').execute(),

    namespaces: () => db.selectFrom('access.namespace').selectAll().orderBy('id').execute(),

    async putNamespace(namespace) {
      const { agency, project, writes = [] } = namespace;
      const row = { agency, project, writes: [...writes] };
      await db
        .insertInto('access.namespace')
        .values({ id: namespace.id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute();
    },

    async namespace(id) {
      const row = await db.selectFrom('access.namespace').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) throw new ArcosError('NOT_FOUND', `There is no namespace "${id}"`);
      return row;
    },

    async agencyOf(project) {
      const row = await db.selectFrom('access.project').select('agency').where('id', '=', project).executeTakeFirst();
      if (row === undefined) throw new ArcosError('NOT_FOUND', `There is no project "${project}"`);
      return row.agency;
    },

    putPrincipal: ({ kind, name, agency, bindings }) =>
      db.transaction().execute(async (transaction) => {
        const { id } = await transaction
          .insertInto('access.principal')
          .values({ id: newId(), kind, name, agency })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ kind, agency }))
          .returning('id')
          .executeTakeFirstOrThrow();
        await transaction.deleteFrom('access.binding').where('principal', '=', id).execute();
        const rows = bindings.map(({ role, scope }) => ({
          principal: id,
          role,
          scope_kind: scope.kind,
          scope_id: scope.id,
        }));
        if (rows.length > 0) await transaction.insertInto('access.binding').values(rows).execute();
        return id;
      }),

    async issueKey(principal, { purpose, expiresAt, serviceKey }) {
      const id = newId().replaceAll('-', '');
      const secret = newSecret();
      // Tokens and sessions come and go; nothing asks about those that have ended.
      await db
        .deleteFrom('access.key')
        .where('principal', '=', principal)
        .where('expires_at', '<', clock.now())
        .execute();
      await db
        .insertInto('access.key')
        .values({
          id,
          principal,
          sha256: sha256(secret),
          purpose,
          expires_at: expiresAt ?? null,
          ...(serviceKey === undefined ? {} : { service_key: serviceKey }),
        })
        .execute();
      return `arcos_${id}_${secret}`;
    },

    async revokeKey(key) {
      const [, id, secret] = KEY.exec(key) ?? [];
      if (id === undefined || secret === undefined) return;
      keys.forget(id);
      await db
        .updateTable('access.key')
        .set({ revoked_at: clock.now() })
        .where('id', '=', id)
        .where('sha256', '=', sha256(secret))
        .execute();
    },

    revokeKeys: (principal) =>
      db.transaction().execute(async (transaction) => {
        for (const table of ['access.key', 'access.service_key'] as const) {
          await transaction
            .updateTable(table)
            .set({ revoked_at: clock.now() })
            .where('principal', '=', principal)
            .where('revoked_at', 'is', null)
            .execute();
        }
      }),

    async removePrincipal(name) {
      await db.deleteFrom('access.principal').where('name', '=', name).execute();
    },
  };
}
