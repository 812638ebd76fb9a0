import { ArcosError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import type { WarehouseTables } from './tables.ts';

/** A query that somebody kept for everyone of the project. */
export interface SavedQuery {
  readonly name: string;
  readonly sql: string;
  readonly owner: string;
  readonly updatedAt: Date;
}

/** Who changes a query: its owner, or someone who may change everyone's. */
export interface Editor {
  readonly id: string;
  readonly name: string;
  readonly all: boolean;
}

export interface SavedQueries {
  /** By name. */
  list(project: string): Promise<SavedQuery[]>;
  /** Throws CONFLICT for a name that somebody else took, and QUOTA when the project has too many. */
  put(project: string, name: string, sql: string, editor: Editor): Promise<void>;
  /** Throws NOT_FOUND. */
  remove(project: string, name: string, editor: Editor): Promise<void>;
}

const MOST = 1000;

export function createSavedQueries(store: Store): SavedQueries {
  const db = store.tables<WarehouseTables>();
  return {
    async list(project) {
      const rows = await db
        .selectFrom('warehouse.saved_query')
        .selectAll()
        .where('project', '=', project)
        .orderBy('name')
        .limit(MOST)
        .execute();
      return rows.map(({ name, sql, owner_name: owner, updated_at: updatedAt }) => ({ name, sql, owner, updatedAt }));
    },

    async put(project, name, sql, { id, name: by, all }) {
      const { count } = await db
        .selectFrom('warehouse.saved_query')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('project', '=', project)
        .executeTakeFirstOrThrow();
      if (count >= MOST) throw new ArcosError('QUOTA', `A project keeps ${MOST} queries at the most`);
      const row = { sql, owner: id, owner_name: by, updated_at: new Date() };
      const { numInsertedOrUpdatedRows = 0n } = await db
        .insertInto('warehouse.saved_query')
        .values({ project, name, ...row })
        .onConflict((conflict) => {
          const update = conflict.columns(['project', 'name']).doUpdateSet(row);
          return all ? update : update.where('warehouse.saved_query.owner', '=', id);
        })
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows === 0n) {
        throw new ArcosError('CONFLICT', `"${name}" is a query of somebody else`, { hint: 'Choose another name.' });
      }
    },

    async remove(project, name, { id, all }) {
      let query = db.deleteFrom('warehouse.saved_query').where('project', '=', project).where('name', '=', name);
      if (!all) query = query.where('owner', '=', id);
      const { numDeletedRows } = await query.executeTakeFirst();
      if (numDeletedRows === 0n) throw new ArcosError('NOT_FOUND', `You have no query "${name}" here`);
    },
  };
}
