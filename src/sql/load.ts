import type { Catalog, Relation, TablePath } from './catalog.ts';
import { type Names, namesOfRoutine, namesOfView } from './relations.ts';
import type { Routine, RoutinePath } from './routine.ts';

/** Where relations and routines are kept; undefined for those that do not exist. */
export interface CatalogSource {
  relation(path: TablePath): Promise<Relation | undefined>;
  routine(path: RoutinePath): Promise<Routine | undefined>;
  /** Names near one that was not found, for hints. */
  neighbours?(path: TablePath): Promise<readonly string[]>;
}

/** A catalog of everything that is named, and of what the views and routines among it name in turn. */
export async function loadCatalog(names: Names, source: CatalogSource): Promise<Catalog> {
  const relations = new Map<string, Relation | undefined>();
  const routines = new Map<string, Routine | undefined>();
  const neighbours = new Map<string, readonly string[]>();

  const load = async (wanted: Names): Promise<void> => {
    for (const path of wanted.relations) {
      const key = tableKey(path);
      if (relations.has(key)) continue;
      const relation = await source.relation(path);
      relations.set(key, relation);
      if (relation === undefined) neighbours.set(key, (await source.neighbours?.(path)) ?? []);
      if (relation?.kind === 'view') await load(namesOfView(relation));
    }
    for (const path of wanted.routines) {
      const key = routineKey(path);
      if (routines.has(key)) continue;
      const routine = await source.routine(path);
      routines.set(key, routine);
      if (routine !== undefined) await load(namesOfRoutine(routine));
    }
  };
  await load(names);

  return {
    relation: (path) => relations.get(tableKey(path)),
    routine: (path) => routines.get(routineKey(path)),
    neighbours: (path) => neighbours.get(tableKey(path)) ?? [],
  };
}

const tableKey = ({ project, dataset, table }: TablePath): string => [project, dataset, table].join('\0');
const routineKey = ({ project, dataset, routine }: RoutinePath): string => [project, dataset, routine].join('\0');
