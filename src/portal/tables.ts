import type { ColumnType, Generated } from 'kysely';

/** The tables this room owns (src/store/migrations/0005_portal.sql, 0009_portal_review.sql, 0014_portal_requests.sql). */
export interface PortalTables {
  'portal.publication': {
    project: string;
    dataset: string;
    title: string;
    description: string;
    licence: string;
    frequency: string;
    owner: string;
    theme: string;
    tables: string[];
    published_at: Generated<Date>;
    published_by: string;
    coverage: string | null;
    contact: string | null;
    source: string | null;
    units: ColumnType<Record<string, string>, string, string>;
  };
  'portal.request': {
    id: string;
    kind: 'data' | 'error';
    project: string | null;
    dataset: string | null;
    table_name: string | null;
    text: string;
    contact: string | null;
    state: Generated<'open' | 'doing' | 'done' | 'refused'>;
    note: string | null;
    created_at: Generated<Date>;
    changed_at: Generated<Date>;
    changed_by: string | null;
  };
  'portal.review': {
    project: string;
    dataset: string;
    table_name: string;
    column_name: string;
    kind: string;
    reason: string;
    decided_by: string;
    decided_at: Generated<Date>;
  };
}
