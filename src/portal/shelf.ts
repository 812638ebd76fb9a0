import type { TableInfo } from '../warehouse/port.ts';
import { notFound, type Publication, type Publications } from './publication.ts';
import type { Entry } from './search.ts';

/** How long what pages tell may be out of date: what another server published, and what was written into a table. */
const KEPT_MS = 1000;
/** How long what lists and feeds tell of tables may be. */
const LISTED_MS = 10_000;

/** Publications with their tables, for pages, lists and feeds: asked for once, however many want to know. */
export interface Shelf {
  entries(): Promise<Entry[]>;
  /** Throws NOT_FOUND for what is not published. */
  find(path: { readonly project: string; readonly dataset: string }): Promise<Entry>;
  /** This server published or withdrew something: that is seen at once. */
  forget(): void;
}

interface Kept<Value> {
  readonly at: number;
  readonly value: Promise<Value>;
}

export function createShelf(publications: Publications): Shelf {
  let list: Kept<Publication[]> | undefined;
  const tables = new Map<string, Kept<TableInfo[]> & { readonly of: string }>();

  function all(): Promise<Publication[]> {
    if (list !== undefined && list.at > Date.now() - KEPT_MS) return list.value;
    const value = publications.list().then((found) => {
      const keys = new Set(found.map(keyOf));
      for (const key of tables.keys()) if (!keys.has(key)) tables.delete(key);
      return found;
    });
    const kept = { at: Date.now(), value };
    list = kept;
    value.catch(() => {
      if (list === kept) list = undefined;
    });
    return value;
  }

  async function entry(publication: Publication, oldest: number): Promise<Entry> {
    const key = keyOf(publication);
    const of = publication.publishedAt.toISOString();
    const kept = tables.get(key);
    if (kept !== undefined && kept.at > Date.now() - oldest && kept.of === of)
      return { publication, tables: await kept.value };
    const value = publications.tables(publication);
    tables.set(key, { at: Date.now(), of, value });
    value.catch(() => tables.delete(key));
    return { publication, tables: await value };
  }

  return {
    async entries() {
      return Promise.all((await all()).map((publication) => entry(publication, LISTED_MS)));
    },

    async find({ project, dataset }) {
      const publication = (await all()).find((each) => each.project === project && each.dataset === dataset);
      if (publication === undefined) throw notFound();
      return entry(publication, KEPT_MS);
    },

    forget() {
      list = undefined;
      tables.clear();
    },
  };
}

const keyOf = ({ project, dataset }: Publication): string => `${project}.${dataset}`;
