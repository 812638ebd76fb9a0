import type { Generated } from 'kysely';

/** The tables this room owns (src/store/migrations/0005_portal.sql, 0009_portal_review.sql). */
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
