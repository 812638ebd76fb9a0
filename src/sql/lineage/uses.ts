import type { TablePath } from '../catalog.ts';

/**
 * How a column is used (OpenLineage, Column Level Lineage Dataset Facet, transformation subtypes). The first
 * three are direct: the value itself comes from the column. The others are indirect: the column decides
 * which rows there are, how they come together, or which value is taken.
 */
export type ColumnUse = DirectUse | IndirectUse;
export type DirectUse = 'identity' | 'transformation' | 'aggregation';
export type IndirectUse = 'filter' | 'join' | 'group_by' | 'sort' | 'window' | 'conditional';

const DIRECT: ReadonlySet<ColumnUse> = new Set<ColumnUse>(['identity', 'transformation', 'aggregation']);

export function isDirect(use: ColumnUse): use is DirectUse {
  return DIRECT.has(use);
}

interface Used {
  readonly table: TablePath;
  readonly column: string;
  readonly uses: Set<ColumnUse>;
}

/** Source columns with how they are used. */
export class Uses {
  readonly #byColumn = new Map<string, Used>();

  get all(): Used[] {
    return [...this.#byColumn.values()];
  }

  /** How much is known: it only grows. */
  get size(): number {
    return this.all.reduce((total, { uses }) => total + uses.size, 0);
  }

  use(table: TablePath, column: string, use: ColumnUse): this {
    const key = `${table.project}\0${table.dataset}\0${table.table}\0${column.toLowerCase()}`;
    const known = this.#byColumn.get(key);
    if (known === undefined) this.#byColumn.set(key, { table, column, uses: new Set([use]) });
    else known.uses.add(use);
    return this;
  }

  /** What another uses, as it does or, through an expression or clause, in the way `through` says. */
  add(other: Uses, through?: Exclude<ColumnUse, 'identity'>): this {
    for (const { table, column, uses } of other.all) {
      for (const use of uses) this.use(table, column, through === undefined ? use : passed(use, through));
    }
    return this;
  }
}

/** What becomes of a use when its value is used again: an indirect one stays what it was, an aggregate stays one. */
function passed(use: ColumnUse, through: Exclude<ColumnUse, 'identity'>): ColumnUse {
  if (!isDirect(use)) return use;
  return through === 'transformation' && use === 'aggregation' ? use : through;
}

export const NO_USES = new Uses();
