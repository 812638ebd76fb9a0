import { sql } from 'kysely';
import type { Access } from '../access/access.ts';
import type { Principal } from '../access/principal.ts';
import { ArcosError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import type { TableInfo } from '../warehouse/port.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { PortalTables } from './tables.ts';

/** A dataset that everyone may read, with what one must know to use it. */
export interface Publication {
  readonly project: string;
  readonly dataset: string;
  readonly title: string;
  readonly description: string;
  readonly licence: string;
  readonly frequency: string;
  readonly owner: string;
  readonly theme: string;
  /** Names of the tables; others of the dataset stay hidden. */
  readonly tables: readonly string[];
  readonly publishedAt: Date;
}

export interface Publications {
  /** Publishes, or changes what was published. Throws INVALID for a table that does not exist or says nothing of itself. */
  publish(principal: Principal, publication: Omit<Publication, 'publishedAt'>): Promise<void>;
  withdraw(project: string, dataset: string): Promise<void>;
  list(): Promise<Publication[]>;
  find(project: string, dataset: string): Promise<Publication | undefined>;
  /** The published tables, as they are now. */
  tables(publication: Publication): Promise<TableInfo[]>;
  /** Who reads on behalf of everyone: may read just what is published, whoever asks. */
  reader(publication: Publication): Promise<Principal>;
}

const PORTAL_ID = '00000000-0000-7000-8000-000000000001';

export function createPublications(store: Store, access: Access, warehouse: Warehouse): Publications {
  const db = store.tables<PortalTables>();

  const publications: Publications = {
    async publish(principal, { tables, ...publication }) {
      const { project, dataset } = publication;
      for (const table of tables) await checkTable(project, dataset, table);
      const row = { ...publication, tables: [...tables], published_by: principal.name };
      await db
        .insertInto('portal.publication')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['project', 'dataset']).doUpdateSet({ ...row, published_at: sql<Date>`now()` }),
        )
        .execute();
    },

    async withdraw(project, dataset) {
      await db.deleteFrom('portal.publication').where('project', '=', project).where('dataset', '=', dataset).execute();
    },

    async list() {
      const rows = await db.selectFrom('portal.publication').selectAll().orderBy('title').execute();
      return rows.map(toPublication);
    },

    async find(project, dataset) {
      const row = await db
        .selectFrom('portal.publication')
        .selectAll()
        .where('project', '=', project)
        .where('dataset', '=', dataset)
        .executeTakeFirst();
      return row === undefined ? undefined : toPublication(row);
    },

    async tables({ project, dataset, tables }) {
      const found = await warehouse.catalog.tables(project, dataset);
      return found.filter(({ path }) => tables.includes(path.table));
    },

    async reader({ project, dataset }) {
      return {
        id: PORTAL_ID,
        kind: 'service_account',
        name: 'portal',
        agency: await access.agencyOf(project),
        bindings: [
          { role: 'consulta', scope: { kind: 'project', id: project } },
          { role: 'leitor', scope: { kind: 'dataset', id: `${project}.${dataset}` } },
        ],
      };
    },
  };

  async function checkTable(project: string, dataset: string, table: string): Promise<void> {
    const info = await warehouse.catalog.table({ project, dataset, table });
    if (info === undefined)
      throw new ArcosError('INVALID', `${project}.${dataset}.${table} does not exist, so it cannot be published`);
    const silent = info.columns
      .filter(({ description }) => description === undefined || description === '')
      .map(({ name }) => name);
    if (silent.length === 0) return;
    throw new ArcosError('INVALID', `${table} cannot be published: nobody says what ${silent.join(', ')} mean`, {
      hint: 'Describe every column, in schema.yml with persist_docs or with ALTER TABLE ... SET OPTIONS.',
    });
  }

  return publications;
}

function toPublication({
  published_at,
  published_by: _by,
  ...row
}: { published_at: Date; published_by: string } & Omit<Publication, 'publishedAt'>): Publication {
  return { ...row, publishedAt: published_at };
}
