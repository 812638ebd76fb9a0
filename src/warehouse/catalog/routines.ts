import { type Kysely, type Selectable, sql } from 'kysely';
import { ArcosError } from '../../base/errors.ts';
import type { CreateMode } from '../../sql/parse.ts';
import type { Routine, RoutinePath } from '../../sql/routine.ts';
import type { WarehouseTables } from '../tables.ts';

export interface RoutineInfo {
  readonly routine: Routine;
  readonly description?: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

/** Users' functions, table functions and procedures. */
export interface Routines {
  find(path: RoutinePath): Promise<RoutineInfo | undefined>;
  list(project: string, dataset: string): Promise<RoutineInfo[]>;
  /** Throws CONFLICT for a name that is taken, unless it is to be replaced or kept, and NOT_FOUND for a dataset that is not there. */
  put(routine: Routine, mode: CreateMode, description: string | undefined): Promise<void>;
  /** Whether there was one. */
  drop(path: RoutinePath, kind: Routine['kind']): Promise<boolean>;
}

export function displayRoutine({ project, dataset, routine }: RoutinePath): string {
  return `${project}:${dataset}.${routine}`;
}

export function createRoutines(db: Kysely<WarehouseTables>): Routines {
  return {
    async find({ project, dataset, routine }) {
      const row = await db
        .selectFrom('warehouse.routine')
        .selectAll()
        .where('project', '=', project)
        .where('dataset', '=', dataset)
        .where('name', '=', routine)
        .executeTakeFirst();
      return row === undefined ? undefined : toInfo(row);
    },

    async list(project, dataset) {
      const rows = await db
        .selectFrom('warehouse.routine')
        .selectAll()
        .where('project', '=', project)
        .where('dataset', '=', dataset)
        .orderBy('name')
        .execute();
      return rows.map(toInfo);
    },

    async put(routine, mode, description) {
      const { project, dataset, routine: name } = routine.path;
      const values = { definition: JSON.stringify(routine), description: description ?? null };
      const row = await db
        .insertInto('warehouse.routine')
        .values({ project, dataset, name, ...values })
        .onConflict((conflict) => {
          const taken = conflict.columns(['project', 'dataset', 'name']);
          return mode === 'replace'
            ? taken.doUpdateSet({ ...values, modified_at: sql<Date>`now()` })
            : taken.doNothing();
        })
        .returning('name')
        .executeTakeFirst();
      if (row !== undefined || mode === 'if_not_exists') return;
      throw new ArcosError('CONFLICT', `Already Exists: Routine ${displayRoutine(routine.path)}`, {
        data: { reason: 'duplicate' },
      });
    },

    async drop({ project, dataset, routine }, kind) {
      const result = await db
        .deleteFrom('warehouse.routine')
        .where('project', '=', project)
        .where('dataset', '=', dataset)
        .where('name', '=', routine)
        .where(sql<boolean>`definition->>'kind' = ${kind}`)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}

function toInfo(row: Selectable<WarehouseTables['warehouse.routine']>): RoutineInfo {
  return {
    routine: row.definition,
    ...(row.description === null ? {} : { description: row.description }),
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
  };
}
