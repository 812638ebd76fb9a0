import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { AuditDetail } from './auditnote.ts';
import type { Resource } from './may.ts';
import type { Role, ScopeKind } from './policy.ts';
import type { PrincipalKind } from './principal.ts';

/**
 * The tables this room owns (src/store/migrations/0001_access.sql, 0008_service_key.sql, 0010_people.sql,
 * 0012_secret.sql).
 */
export interface AccessTables {
  'access.agency': { id: string; name: string };
  'access.project': { id: string; agency: string };
  'access.namespace': { id: string; agency: string; project: string; writes: string[] };
  'access.principal': {
    id: string;
    kind: PrincipalKind;
    name: string;
    agency: string | null;
    created_at: Generated<Date>;
    disabled_at: ColumnType<Date | null, never, Date | null>;
  };
  'access.binding': { principal: string; role: Role; scope_kind: ScopeKind; scope_id: string };
  'access.key': {
    id: string;
    principal: string;
    sha256: string;
    purpose: string;
    created_at: Generated<Date>;
    expires_at: Date | null;
    revoked_at: ColumnType<Date | null, never, Date | null>;
    /** The service key that it was given for. */
    service_key: Generated<string | null>;
  };
  'access.service_key': {
    id: string;
    principal: string;
    public_key: string;
    created_at: Generated<Date>;
    expires_at: Date | null;
    revoked_at: ColumnType<Date | null, never, Date | null>;
  };
  'access.member': { group: string; principal: string };
  'access.password': { principal: string; hash: string; changed_at: Generated<Date> };
  'access.invitation': { sha256: string; principal: string; purpose: 'password' | 'key'; expires_at: Date };
  'access.device': {
    sha256: string;
    user_code: string;
    address: string;
    expires_at: Date;
    principal: Generated<string | null>;
  };
  'access.secret': {
    namespace: string;
    name: string;
    sealed: Buffer;
    wrapped: Buffer;
    master: string;
    updated_at: Date;
    updated_by: string;
  };
  'access.audit': {
    id: Generated<number>;
    at: Date;
    principal: string | null;
    name: string;
    kind: string;
    agency: string | null;
    owner: string | null;
    action: string | null;
    operation: string;
    path: string;
    resource: JSONColumnType<Resource>;
    address: string;
    status: number;
    detail: JSONColumnType<AuditDetail>;
  };
}
