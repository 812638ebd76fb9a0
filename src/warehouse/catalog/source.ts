import type { Principal } from '../../access/principal.ts';
import type { Lake } from '../../lake/lake.ts';
import { type NativeRelation, type Relation, type TablePath, TEMPORARY_DATASET } from '../../sql/catalog.ts';
import type { CatalogSource } from '../../sql/load.ts';
import type { Authoriser } from '../authorise.ts';
import { informationSchema, isInformationSchema, SCHEMA_VIEWS } from '../informationschema/relation.ts';
import type { Jobs } from '../jobs.ts';
import type { Scratch } from '../scratch.ts';
import { nativeRelation, type WarehouseCatalog } from './catalog.ts';
import type { TableDocument } from './document.ts';
import { filtersFor } from './policies.ts';

/** Who reads, and what nobody else sees. */
export interface Reader {
  readonly principal: Principal;
  readonly authoriser: Authoriser;
  /** Temporary tables of the script by lower-case name. */
  readonly temporary: ReadonlyMap<string, TableDocument>;
  /** Relations of this statement's own, by the name that it has for them in the temporary dataset. */
  readonly given?: ReadonlyMap<string, Relation>;
  /** For the rows of INFORMATION_SCHEMA. */
  readonly scratch: Scratch;
}

export interface Known {
  readonly lake: Lake;
  readonly catalog: WarehouseCatalog;
  readonly jobs: Jobs;
}

/** All that a reader's statement can name: what he may read is asked for when it is known what the statement does. */
export function catalogSource(known: Known, reader: Reader): CatalogSource {
  const { catalog } = known;

  /** A table as the reader sees it. */
  async function seen(relation: NativeRelation): Promise<NativeRelation> {
    const filters = filtersFor(await catalog.policies.list(relation.path), reader.principal);
    return filters === undefined ? relation : { ...relation, rowFilters: filters };
  }

  async function wildcard(path: TablePath): Promise<Relation | undefined> {
    const prefix = path.table.slice(0, -1);
    const infos = (await catalog.tables(path.project, path.dataset)).filter(
      (info) => info.kind === 'native' && info.path.table.startsWith(prefix),
    );
    const found = await Promise.all(infos.map((info) => catalog.native(info.path)));
    const natives = found.filter((table) => table !== undefined);
    const newest = natives.reduce<(typeof natives)[number] | undefined>(
      (best, table) => (best === undefined || table.document.createdAt >= best.document.createdAt ? table : best),
      undefined,
    );
    if (newest === undefined) return undefined;
    const tables = natives.map(async (table) => ({
      suffix: table.path.table.slice(prefix.length),
      relation: await seen(nativeRelation(table)),
    }));
    return { kind: 'wildcard', path, columns: newest.document.columns, tables: await Promise.all(tables) };
  }

  return {
    async relation(path) {
      if (path.dataset === TEMPORARY_DATASET || path.dataset.toUpperCase() === '_SESSION') {
        const given = reader.given?.get(path.table);
        if (given !== undefined) return given;
        const document = reader.temporary.get(path.table.toLowerCase());
        return document && nativeRelation({ path: { ...path, dataset: TEMPORARY_DATASET }, document });
      }
      if (isInformationSchema(path)) return informationSchema(known, reader, path);
      if (path.table.endsWith('*')) return wildcard(path);
      const relation = await catalog.relation(path);
      return relation?.kind === 'native' ? seen(relation) : relation;
    },

    async routine(path) {
      // To call a function is to read its text; to others it does not exist.
      if (!(await reader.authoriser.allows('table.read', path.project, path.dataset))) return undefined;
      return (await catalog.routines.find(path))?.routine;
    },

    async neighbours(path) {
      if (isInformationSchema(path)) return SCHEMA_VIEWS;
      const tables = await catalog.tables(path.project, path.dataset);
      return tables.map((table) => table.path.table);
    },
  };
}
