import { ArcosError } from '../../../src/base/errors.ts';
import type { ColumnInfo, NativeRelation, Relation, TablePath } from '../../../src/sql/catalog.ts';
import type { BoundAlter, BoundDdl } from '../../../src/sql/ddl.ts';
import { duckdbType, emitQuery, quoteName } from '../../../src/sql/duckdb.ts';
import type { CatalogSource } from '../../../src/sql/load.ts';
import type { Routine, RoutinePath } from '../../../src/sql/routine.ts';
import type { Engine } from './engine.ts';

const SCHEMA = 'conformance';

type Create = Extract<BoundDdl, { kind: 'create_table' }>;
type Alter = Extract<BoundDdl, { kind: 'alter' }>;

/** Tables, views and routines of one case. */
export class Store implements CatalogSource {
  readonly #engine: Engine;
  readonly #relations = new Map<string, Relation>();
  readonly #routines = new Map<string, Routine>();
  /** Conditions of a table's row access policies with who they are for. */
  readonly #policies = new Map<string, { readonly filter: string; readonly grantees: readonly string[] }[]>();
  /** Names that the reader goes by: himself and his groups. */
  reader: readonly string[] = [];

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  static async create(engine: Engine): Promise<Store> {
    await engine.run(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
    await engine.run(`CREATE SCHEMA ${SCHEMA}`);
    return new Store(engine);
  }

  async relation(path: TablePath): Promise<Relation | undefined> {
    if (path.table.endsWith('*')) return this.#wildcard(path);
    const found = this.#relations.get(tableKey(path));
    const policies = this.#policies.get(tableKey(path));
    if (found?.kind !== 'native' || policies === undefined) return found;
    const granted = policies.filter(({ grantees }) => grantees.some((grantee) => this.reader.includes(grantee)));
    return { ...found, rowFilters: granted.map(({ filter }) => filter) };
  }

  #wildcard(path: TablePath): Relation | undefined {
    const prefix = tableKey({ ...path, table: path.table.slice(0, -1) });
    const tables = [...this.#relations.values()].flatMap((relation) => {
      const key = tableKey(relation.path);
      if (relation.kind !== 'native' || !key.startsWith(prefix)) return [];
      return [{ suffix: key.slice(prefix.length), relation }];
    });
    const newest = tables.at(-1);
    return newest && { kind: 'wildcard', path, columns: newest.relation.columns, tables };
  }

  async routine(path: RoutinePath): Promise<Routine | undefined> {
    return this.#routines.get(routineKey(path));
  }

  addPolicy(path: TablePath, filter: string, grantees: readonly string[]): void {
    const key = tableKey(path);
    this.#policies.set(key, [...(this.#policies.get(key) ?? []), { filter, grantees }]);
  }

  async execute(ddl: BoundDdl): Promise<void> {
    switch (ddl.kind) {
      case 'create_table':
        await this.#createTable(ddl);
        return;
      case 'create_view':
        if (this.#mayCreate(ddl)) {
          const { path, columns, text: query } = ddl;
          this.#relations.set(tableKey(path), { kind: 'view', path, columns, query });
        }
        return;
      case 'create_routine':
        this.#routines.set(routineKey(ddl.routine.path), ddl.routine);
        return;
      case 'drop':
        if (!this.#relations.delete(tableKey(ddl.path)) && !ddl.ifExists) throw missing(ddl.path);
        return;
      case 'drop_routine':
        this.#routines.delete(routineKey(ddl.path));
        return;
      case 'alter':
        await this.#alter(ddl);
        return;
      case 'create_row_access_policy':
        this.addPolicy(ddl.table, ddl.filter, ddl.grantees);
        return;
      case 'drop_row_access_policy':
        this.#policies.delete(tableKey(ddl.table));
        return;
      case 'create_schema':
      case 'drop_schema':
      case 'undrop_schema':
      case 'create_index':
      case 'drop_index':
      case 'grant':
      case 'revoke':
        return;
      case 'create_external_table':
        throw new ArcosError('UNSUPPORTED', 'An external table needs the warehouse');
    }
  }

  #mayCreate({ mode, path }: Pick<Create, 'mode' | 'path'>): boolean {
    const exists = this.#relations.has(tableKey(path));
    if (exists && mode === 'create') throw new ArcosError('CONFLICT', `Already Exists: Table ${tableKey(path)}`);
    return !exists || mode === 'replace';
  }

  async #createTable(ddl: Create): Promise<void> {
    if (!this.#mayCreate(ddl)) return;
    const { path, columns, partitioning, query } = ddl;
    const engineName = `${SCHEMA}.${quoteName(tableKey(path))}`;
    const definitions = columns.map(definition);
    if (partitioning?.kind === 'ingestion') {
      definitions.push(`"_PARTITIONTIME" TIMESTAMPTZ DEFAULT date_trunc('${partitioning.unit}', now())`);
    }
    // An empty table has no columns in DuckDB.
    if (definitions.length === 0) definitions.push('"_empty" BOOLEAN');
    const fill = query === undefined ? undefined : await this.#filled(emitQuery(query));
    await this.#engine.run(`CREATE OR REPLACE TABLE ${engineName} (${definitions.join(', ')})`);
    if (fill !== undefined) {
      const names = columns.map(({ name }) => quoteName(name)).join(', ');
      await this.#engine.run(`INSERT INTO ${engineName} (${names}) FROM ${fill}`);
    }
    const relation: NativeRelation = {
      kind: 'native',
      path,
      columns,
      engineName,
      ...(partitioning === undefined ? {} : { partitioning }),
    };
    this.#relations.delete(tableKey(path));
    this.#relations.set(tableKey(path), relation);
  }

  /** The rows in a table of their own, since the query may read the table that is replaced. */
  async #filled(sql: string): Promise<string> {
    await this.#engine.run(`CREATE OR REPLACE TABLE ${SCHEMA}._filled AS ${sql}`);
    return `${SCHEMA}._filled`;
  }

  async #alter(ddl: Alter): Promise<void> {
    if (ddl.what === 'SCHEMA') return;
    const relation = this.#relations.get(tableKey(ddl.path));
    if (relation === undefined && ddl.ifExists) return;
    if (relation === undefined) throw missing(ddl.path);
    if (relation.kind !== 'native') return;
    let columns = relation.columns;
    for (const action of ddl.actions) {
      const sql = alteration(action);
      if (sql !== undefined) await this.#engine.run(`ALTER TABLE ${relation.engineName} ${sql}`);
      columns = altered(columns, action);
      if (action.kind === 'rename') {
        this.#relations.delete(tableKey(ddl.path));
        const path = { ...ddl.path, table: action.to };
        this.#relations.set(tableKey(path), { ...relation, path, columns });
        return;
      }
    }
    this.#relations.set(tableKey(ddl.path), { ...relation, columns });
  }
}

function definition({ name, type, nullable }: ColumnInfo): string {
  return `${quoteName(name)} ${duckdbType(type)}${nullable ? '' : ' NOT NULL'}`;
}

function alteration(action: BoundAlter): string | undefined {
  switch (action.kind) {
    case 'add_column':
      return `ADD COLUMN ${action.ifNotExists ? 'IF NOT EXISTS ' : ''}${definition(action.column)}`;
    case 'drop_column':
      return `DROP COLUMN ${action.ifExists ? 'IF EXISTS ' : ''}${quoteName(action.column)}`;
    case 'rename_column':
      return `RENAME COLUMN ${quoteName(action.column)} TO ${quoteName(action.to)}`;
    case 'alter_column': {
      const column = `ALTER COLUMN ${quoteName(action.column)}`;
      if (action.change.kind === 'set_type') return `${column} SET DATA TYPE ${duckdbType(action.change.type)}`;
      return action.change.kind === 'drop_not_null' ? `${column} DROP NOT NULL` : undefined;
    }
    default:
      return undefined;
  }
}

function altered(columns: readonly ColumnInfo[], action: BoundAlter): readonly ColumnInfo[] {
  switch (action.kind) {
    case 'add_column':
      return columns.some(({ name }) => name === action.column.name) ? columns : [...columns, action.column];
    case 'drop_column':
      return columns.filter(({ name }) => name.toLowerCase() !== action.column.toLowerCase());
    case 'rename_column':
      return columns.map((column) => (column.name === action.column ? { ...column, name: action.to } : column));
    case 'alter_column':
      return columns.map((column) => (column.name === action.column ? changed(column, action.change) : column));
    default:
      return columns;
  }
}

function changed(column: ColumnInfo, change: Extract<BoundAlter, { kind: 'alter_column' }>['change']): ColumnInfo {
  switch (change.kind) {
    case 'set_type':
      return { ...column, type: change.type };
    case 'set_default':
      return { ...column, default: change.expression };
    case 'drop_not_null':
      return { ...column, nullable: true };
    default:
      return column;
  }
}

function missing(path: TablePath): ArcosError {
  return new ArcosError('NOT_FOUND', `Not found: Table ${tableKey(path)}`);
}

const tableKey = ({ project, dataset, table }: TablePath): string => `${project}:${dataset}.${table}`;
const routineKey = ({ project, dataset, routine }: RoutinePath): string => `${project}:${dataset}.${routine}`;
