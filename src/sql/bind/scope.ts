import { nearest } from '../../base/nearest.ts';
import type { BoundExpression } from '../bound.ts';

/** A name that expressions can use for a value: a column, or a parameter of a function being expanded. */
export interface ScopeColumn {
  /** Absent for a column without a name, which only `*` can reach. */
  readonly name?: string;
  readonly expression: BoundExpression;
  /** Left out of `*`: pseudo columns such as _PARTITIONTIME. */
  readonly hidden?: boolean;
}

/** A table in FROM, for names such as `t.x`, `t.*` and `t`. */
export interface ScopeTable {
  readonly alias?: string;
  readonly columns: readonly ScopeColumn[];
  /** The row itself where rows are single values: an unnested array, SELECT AS STRUCT. */
  readonly value?: BoundExpression;
}

/** Whether two column or alias names are the same: case does not count. */
export function sameName(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}

/** The names that are visible at one place, and those of the queries around it. */
export class Scope {
  readonly parent: Scope | undefined;
  /** By alias. */
  readonly tables: readonly ScopeTable[];
  /** Every column, in the order of `*`; those joined by USING stand once, first. */
  readonly columns: readonly ScopeColumn[];
  readonly #byName = new Map<string, ScopeColumn[]>();

  constructor(parent: Scope | undefined, tables: readonly ScopeTable[] = [], columns?: readonly ScopeColumn[]) {
    this.parent = parent;
    this.tables = tables;
    this.columns = columns ?? tables.flatMap((table) => table.columns);
    for (const column of this.columns) {
      if (column.name === undefined) continue;
      const key = column.name.toLowerCase();
      const found = this.#byName.get(key);
      if (found === undefined) this.#byName.set(key, [column]);
      else found.push(column);
    }
  }

  /** The columns of this scope alone with that name. */
  named(name: string): readonly ScopeColumn[] {
    return this.#byName.get(name.toLowerCase()) ?? [];
  }

  table(alias: string): ScopeTable | undefined {
    return this.tables.find((table) => table.alias !== undefined && sameName(table.alias, alias));
  }

  /** The visible name closest to one that is not there. */
  suggestion(name: string): string | undefined {
    const names: string[] = [];
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      for (const column of scope.columns) if (column.name !== undefined) names.push(column.name);
      for (const table of scope.tables) if (table.alias !== undefined) names.push(table.alias);
    }
    return nearest(name, names);
  }
}
