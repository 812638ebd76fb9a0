import type { ColumnType, Generated } from 'kysely';
import type { Role, ScopeKind } from './policy.ts';
import type { PrincipalKind } from './principal.ts';

/** The tables this room owns (src/store/migrations/0001_access.sql and 0008_service_key.sql). */
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
}
