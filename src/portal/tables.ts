import type { Generated } from 'kysely';

/** The table this room owns (src/store/migrations/0005_portal.sql). */
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
  };
}
