import type { TableInfo } from '../warehouse/port.ts';
import type { Publication, Publications } from './publication.ts';
import type { Entry } from './search.ts';

/** How long what is told of tables may be out of date in lists; the list of publications itself never is. */
const KEPT_MS = 10_000;

/** Publications with their tables, for lists, feeds and the datasets' pages. */
export interface Shelf {
  entries(): Promise<Entry[]>;
  entry(publication: Publication): Promise<Entry>;
}

export function createShelf(publications: Publications): Shelf {
  const known = new Map<string, { until: number; of: string; tables: Promise<TableInfo[]> }>();
  const shelf: Shelf = {
    async entries() {
      const all = await publications.list();
      const keys = new Set(all.map(keyOf));
      for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
      return Promise.all(all.map(shelf.entry));
    },

    async entry(publication) {
      const key = keyOf(publication);
      const of = publication.publishedAt.toISOString();
      const kept = known.get(key);
      if (kept !== undefined && kept.until > Date.now() && kept.of === of)
        return { publication, tables: await kept.tables };
      const tables = publications.tables(publication);
      known.set(key, { until: Date.now() + KEPT_MS, of, tables });
      tables.catch(() => known.delete(key));
      return { publication, tables: await tables };
    },
  };
  return shelf;
}

const keyOf = ({ project, dataset }: Publication): string => `${project}.${dataset}`;
