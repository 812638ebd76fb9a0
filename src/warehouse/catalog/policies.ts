import { type Kysely, sql } from 'kysely';
import type { Principal } from '../../access/principal.ts';
import { ArcosError } from '../../base/errors.ts';
import type { TablePath } from '../../sql/catalog.ts';
import type { CreateMode } from '../../sql/parse.ts';
import { displayName } from '../tablename.ts';
import type { WarehouseTables } from '../tables.ts';

/** Who sees which rows of a table (BigQuery, Row-level security). */
export interface RowPolicy {
  readonly name: string;
  /** `user:ana@rio`, `serviceAccount:painel@rio`, `domain:rio`, `allAuthenticatedUsers` */
  readonly grantees: readonly string[];
  /** GoogleSQL of the condition. */
  readonly filter: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

export interface RowPolicies {
  list(table: TablePath): Promise<RowPolicy[]>;
  /** Throws CONFLICT for a name that is taken. */
  put(table: TablePath, policy: Pick<RowPolicy, 'name' | 'grantees' | 'filter'>, mode: CreateMode): Promise<void>;
  /** One policy, or all of a table; how many there were. */
  drop(table: TablePath, name?: string): Promise<number>;
}

export function createRowPolicies(db: Kysely<WarehouseTables>): RowPolicies {
  return {
    async list({ project, dataset, table }) {
      const rows = await db
        .selectFrom('warehouse.row_policy')
        .selectAll()
        .where('project', '=', project)
        .where('dataset', '=', dataset)
        .where('table_name', '=', table)
        .orderBy('name')
        .execute();
      return rows.map(({ name, grantees, filter, created_at: createdAt, modified_at: modifiedAt }) => ({
        name,
        grantees,
        filter,
        createdAt,
        modifiedAt,
      }));
    },

    async put(path, { name, grantees, filter }, mode) {
      const { project, dataset, table } = path;
      const values = { grantees: JSON.stringify(grantees), filter };
      const row = await db
        .insertInto('warehouse.row_policy')
        .values({ project, dataset, table_name: table, name, ...values })
        .onConflict((conflict) => {
          const taken = conflict.columns(['project', 'dataset', 'table_name', 'name']);
          return mode === 'replace'
            ? taken.doUpdateSet({ ...values, modified_at: sql<Date>`now()` })
            : taken.doNothing();
        })
        .returning('name')
        .executeTakeFirst();
      if (row !== undefined || mode === 'if_not_exists') return;
      throw new ArcosError('CONFLICT', `Already Exists: Row access policy ${name} on table ${displayName(path)}`, {
        data: { reason: 'duplicate' },
      });
    },

    async drop({ project, dataset, table }, name) {
      let query = db
        .deleteFrom('warehouse.row_policy')
        .where('project', '=', project)
        .where('dataset', '=', dataset)
        .where('table_name', '=', table);
      if (name !== undefined) query = query.where('name', '=', name);
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
  };
}

/** Conditions of the policies that name the reader. Absent: the table has no policies. */
export function filtersFor(policies: readonly RowPolicy[], reader: Principal): readonly string[] | undefined {
  if (policies.length === 0) return undefined;
  const names = namesOf(reader);
  return policies.flatMap(({ grantees, filter }) =>
    grantees.some((grantee) => names.has(grantee.toLowerCase())) ? [filter] : [],
  );
}

/** What a policy may call a principal. */
function namesOf({ kind, name }: Principal): ReadonlySet<string> {
  if (kind === 'anonymous') return new Set(['allusers']);
  const lower = name.toLowerCase();
  const own = kind === 'user' ? [`user:${lower}`] : [`user:${lower}`, `serviceaccount:${lower}`];
  const [, domain] = lower.split('@');
  return new Set([...own, ...(domain === undefined ? [] : [`domain:${domain}`]), 'allauthenticatedusers', 'allusers']);
}

/** Whether the reader sees every row: what a statement needs that changes or copies rows (BigQuery, TRUE filter). */
export function seesAll(filters: readonly string[] | undefined): boolean {
  return filters === undefined || filters.some((filter) => filter.trim().toUpperCase() === 'TRUE');
}
