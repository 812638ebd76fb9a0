import { type Selectable, sql } from 'kysely';
import type { Access } from '../access/access.ts';
import type { Principal } from '../access/principal.ts';
import { ArcosError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import type { TableInfo } from '../warehouse/port.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { createReview, type Decision } from './review.ts';
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
  /** Of which years and places the data tells. */
  readonly coverage?: string;
  /** Where the data comes from and what was done to it, in words. */
  readonly source?: string;
  /** Units of columns, by `table.column`. */
  readonly units?: Readonly<Record<string, string>>;
  /** Whom to ask: an address that people can write to. */
  readonly contact?: string;
  /** Names of the tables; others of the dataset stay hidden. */
  readonly tables: readonly string[];
  readonly publishedAt: Date;
}

export interface Publications {
  /**
   * Publishes, or changes what was published. Throws INVALID for a table that does not exist or says nothing of
   * itself, and PRECONDITION for what looks like personal data until a person has decided about it.
   */
  publish(
    principal: Principal,
    publication: Omit<Publication, 'publishedAt'>,
    decisions?: readonly Decision[],
  ): Promise<void>;
  withdraw(project: string, dataset: string): Promise<void>;
  list(): Promise<Publication[]>;
  find(project: string, dataset: string): Promise<Publication | undefined>;
  /** The published tables, as they are now. */
  tables(publication: Publication): Promise<TableInfo[]>;
  /** The publication of a dataset, if it has the table. Throws NOT_FOUND. */
  published(path: { project: string; dataset: string }, table?: string): Promise<Publication>;
  /** One published table. Throws NOT_FOUND. */
  table(publication: Publication, table: string): Promise<TableInfo>;
  /** Who reads on behalf of everyone: may read just what is published, whoever asks. */
  reader(publication: Publication): Promise<Principal>;
  /** The same for a query in `project` over several publications. */
  readerOf(project: string, publications: readonly Publication[]): Promise<Principal>;
}

const PORTAL_ID = '00000000-0000-7000-8000-000000000001';

export function createPublications(store: Store, access: Access, warehouse: Warehouse): Publications {
  const db = store.tables<PortalTables>();
  const review = createReview(store, warehouse);

  const publications: Publications = {
    async publish(principal, { tables, ...publication }, decisions = []) {
      const { project, dataset, coverage = null, contact = null, source = null, units = {} } = publication;
      const infos: TableInfo[] = [];
      for (const table of tables) infos.push(await checkTable(project, dataset, table));
      await review.demand(principal, { project, dataset }, infos, decisions);
      checkUnits(units, infos);
      const said = { ...publication, coverage, contact, source, units: JSON.stringify(units) };
      const row = { ...said, tables: [...tables], published_by: principal.name };
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

    async published({ project, dataset }, table) {
      const publication = await publications.find(project, dataset);
      if (publication === undefined || (table !== undefined && !publication.tables.includes(table))) throw notFound();
      return publication;
    },

    async table({ project, dataset, tables }, table) {
      const info = tables.includes(table) ? await warehouse.catalog.table({ project, dataset, table }) : undefined;
      if (info === undefined) throw notFound();
      return info;
    },

    reader: (publication) => publications.readerOf(publication.project, [publication]),

    async readerOf(project, used) {
      const datasets = used.map((each) => `${each.project}.${each.dataset}`);
      return {
        id: PORTAL_ID,
        kind: 'service_account',
        name: 'portal',
        agency: await access.agencyOf(project),
        bindings: [
          { role: 'consulta', scope: { kind: 'project', id: project } },
          ...datasets.map((id) => ({ role: 'leitor', scope: { kind: 'dataset', id } }) as const),
        ],
      };
    },
  };

  async function checkTable(project: string, dataset: string, table: string): Promise<TableInfo> {
    const info = await warehouse.catalog.table({ project, dataset, table });
    if (info === undefined)
      throw new ArcosError('INVALID', `${project}.${dataset}.${table} does not exist, so it cannot be published`);
    const silent = info.columns
      .filter(({ description }) => description === undefined || description === '')
      .map(({ name }) => name);
    if (silent.length === 0) return info;
    throw new ArcosError('INVALID', `${table} cannot be published: nobody says what ${silent.join(', ')} mean`, {
      hint: 'Describe every column, in schema.yml with persist_docs or with ALTER TABLE ... SET OPTIONS.',
    });
  }

  return publications;
}

/** Throws INVALID for a unit of a column that is not there. */
function checkUnits(units: Readonly<Record<string, string>>, tables: readonly TableInfo[]): void {
  const known = new Set(tables.flatMap(({ path, columns }) => columns.map(({ name }) => `${path.table}.${name}`)));
  const unknown = Object.keys(units).find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new ArcosError('INVALID', `units: no published table has the column "${unknown}"`, {
    hint: 'Write it as table.column.',
  });
}

export function notFound(): ArcosError {
  return new ArcosError('NOT_FOUND', 'There is nothing at this address');
}

function toPublication(row: Selectable<PortalTables['portal.publication']>): Publication {
  const { published_at: publishedAt, published_by: _by, coverage, contact, source, ...said } = row;
  return {
    ...said,
    ...(coverage === null ? {} : { coverage }),
    ...(contact === null ? {} : { contact }),
    ...(source === null ? {} : { source }),
    publishedAt,
  };
}
