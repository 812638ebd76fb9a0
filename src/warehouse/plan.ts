import { ArcosError } from '../base/errors.ts';
import type { BoundStatement } from '../sql/bound.ts';
import { type ColumnInfo, type TablePath, TEMPORARY_DATASET } from '../sql/catalog.ts';
import type { BoundMovement, BoundTableDdl, Options } from '../sql/ddl.ts';
import { emitDml, emitQuery } from '../sql/duckdb.ts';
import type { CreateMode } from '../sql/parse.ts';
import type { JavaScriptFunction, Routine, RoutinePath } from '../sql/routine.ts';
import type { TableDocument } from './catalog/document.ts';
import { documentOptions } from './catalog/document.ts';
import { lifetimeIn, withLifetime } from './catalog/lifetime.ts';
import type { RowPolicy } from './catalog/policies.ts';
import { createTableSteps, dropSchemaStep } from './engines/duckdb/ddl.ts';
import type { RenderColumn } from './engines/duckdb/rows.ts';
import { planAlter, planDrop } from './planchange.ts';
import type { TableInfo } from './port.ts';
import { displayName } from './tablename.ts';
import type { DatasetOptions } from './tables.ts';

/**
 * What a statement is going to do, as data: either steps for an engine, or a change of the catalog that
 * needs none.
 */
export type Plan = { readonly statementType: string; readonly javascript: readonly JavaScriptFunction[] } & (
  | {
      readonly kind: 'query';
      readonly sql: string;
      readonly render: readonly RenderColumn[];
      readonly columns: readonly ColumnInfo[];
      /** It reads no table. */
      readonly constant?: boolean;
    }
  /** In one transaction. */
  | {
      readonly kind: 'steps';
      readonly steps: readonly string[];
      /** A query whose rows the steps take. */
      readonly source?: string;
      /** The steps whose changed rows are counted. */
      readonly counted?: readonly number[];
      /** That must exist. */
      readonly dataset?: DatasetName;
      /** Rows to answer with when they are done. */
      readonly result?: ResultRows;
      /** Done to the catalog when the steps are. */
      readonly after?: CatalogChange;
    }
  | { readonly kind: 'catalog'; readonly change: CatalogChange }
  /** What is moved to or from files, or read in them, before it is known what there is to do. */
  | { readonly kind: 'movement'; readonly statement: BoundMovement | CreateExternal }
  /** IF [NOT] EXISTS spoke against it. */
  | { readonly kind: 'nothing' }
);

export type CreateExternal = Extract<BoundTableDdl, { kind: 'create_external_table' }>;

export interface ResultRows {
  readonly sql: string;
  readonly render: readonly RenderColumn[];
  readonly columns: readonly ColumnInfo[];
}

interface DatasetName {
  readonly project: string;
  readonly dataset: string;
}

export type CatalogChange =
  | { readonly kind: 'create_dataset'; readonly name: DatasetName; readonly options: Options; readonly orKeep: boolean }
  | {
      readonly kind: 'drop_dataset';
      readonly name: DatasetName;
      readonly cascade: boolean;
      readonly orNothing: boolean;
    }
  | {
      readonly kind: 'set_dataset_options';
      readonly name: DatasetName;
      readonly options: Options;
      readonly orNothing: boolean;
    }
  | {
      readonly kind: 'put_view';
      readonly path: TablePath;
      readonly columns: readonly ColumnInfo[];
      readonly query: string;
      readonly description?: string;
      readonly labels?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'put_external';
      readonly path: TablePath;
      readonly columns: readonly ColumnInfo[];
      readonly options: Options;
      readonly partitionColumns: readonly ColumnInfo[];
    }
  | { readonly kind: 'drop_relation'; readonly path: TablePath }
  /** What is kept of a native table beside itself goes with it. */
  | { readonly kind: 'forget_table'; readonly path: TablePath }
  | {
      readonly kind: 'grant' | 'revoke';
      readonly roles: readonly string[];
      /** A dataset, or one table of it. */
      readonly resource: { readonly project: string; readonly dataset: string; readonly table?: string };
      readonly grantees: readonly string[];
    }
  /** Of a view or external table. */
  | { readonly kind: 'set_relation_options'; readonly path: TablePath; readonly options: Options }
  /** The table had another name before; policies do not move with it, so it must have none. */
  | { readonly kind: 'rename_table'; readonly from: TablePath; readonly to: TablePath }
  | {
      readonly kind: 'put_routine';
      readonly routine: Routine;
      readonly mode: CreateMode;
      readonly description?: string;
    }
  | {
      readonly kind: 'drop_routine';
      readonly path: RoutinePath;
      readonly routine: Routine['kind'];
      readonly orNothing: boolean;
    }
  | {
      readonly kind: 'put_policy';
      readonly table: TablePath;
      readonly policy: Pick<RowPolicy, 'name' | 'grantees' | 'filter'>;
      readonly mode: CreateMode;
    }
  | {
      readonly kind: 'drop_policies';
      readonly table: TablePath;
      /** Absent: all of the table. */
      readonly name?: string;
      readonly orNothing: boolean;
    };

/** What is there already under the name that a statement is about. */
export interface Existing {
  readonly info: TableInfo;
  /** Of a native table. */
  readonly document?: TableDocument;
}

/** The plan of a bound statement. Throws CONFLICT, NOT_FOUND and UNSUPPORTED. */
export function planStatement(
  statement: BoundStatement,
  existing: Existing | undefined,
  now: Date,
  defaults: DatasetOptions = {},
): Plan {
  const javascript = 'javascript' in statement ? statement.javascript : [];
  switch (statement.kind) {
    case 'query': {
      const render = statement.query.columns.map(({ key, type }) => ({ key, type }));
      return {
        statementType: 'SELECT',
        javascript,
        kind: 'query',
        sql: emitQuery(statement.query),
        render,
        columns: statement.columns,
        constant: statement.reads.length === 0,
      };
    }
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
    case 'truncate': {
      const statementType = statement.kind === 'truncate' ? 'TRUNCATE_TABLE' : statement.kind.toUpperCase();
      return { statementType, javascript, kind: 'steps', ...emitDml(statement) };
    }
    case 'create_table':
      return { javascript, ...planCreateTable(statement, existing, now, defaults) };
    case 'create_view': {
      if (statement.materialized) throw unsupported('Materialized views');
      const { path, columns, text, options } = statement;
      const keep = mustBeNew(statement.mode, path, existing, 'view');
      if (keep) return { statementType: 'CREATE_VIEW', javascript, kind: 'nothing' };
      const change = {
        kind: 'put_view' as const,
        path,
        columns: withoutOptions(columns),
        query: text,
        ...documentOptions(options),
      };
      return { statementType: 'CREATE_VIEW', javascript, kind: 'catalog', change };
    }
    case 'create_external_table': {
      const { path, columns, partitionColumns, options } = statement;
      const keep = mustBeNew(statement.mode, path, existing, 'external');
      if (keep) return { statementType: 'CREATE_EXTERNAL_TABLE', javascript, kind: 'nothing' };
      if (columns === undefined)
        return { statementType: 'CREATE_EXTERNAL_TABLE', javascript, kind: 'movement', statement };
      const change = {
        kind: 'put_external' as const,
        path,
        columns: withoutOptions(columns),
        partitionColumns: withoutOptions(partitionColumns ?? []),
        options,
      };
      return { statementType: 'CREATE_EXTERNAL_TABLE', javascript, kind: 'catalog', change };
    }
    case 'create_schema': {
      const { project, dataset, mode, options } = statement;
      const change = {
        kind: 'create_dataset' as const,
        name: { project, dataset },
        options,
        orKeep: mode !== 'create',
      };
      return { statementType: 'CREATE_SCHEMA', javascript, kind: 'catalog', change };
    }
    case 'drop_schema': {
      const { project, dataset, cascade, ifExists } = statement;
      const change = { kind: 'drop_dataset' as const, name: { project, dataset }, cascade, orNothing: ifExists };
      // Without CASCADE the catalog has seen that nothing is in it.
      return {
        statementType: 'DROP_SCHEMA',
        javascript,
        kind: 'steps',
        steps: [dropSchemaStep(change.name)],
        after: change,
      };
    }
    case 'drop':
      return { javascript, ...planDrop(statement, existing) };
    case 'alter':
      return { javascript, ...planAlter(statement, existing) };
    case 'create_routine':
    case 'drop_routine':
    case 'create_row_access_policy':
    case 'drop_row_access_policy':
      return { javascript, ...planDefinition(statement) };
    case 'grant':
    case 'revoke': {
      const { kind, roles, grantees, path, what } = statement;
      const { project, dataset, table } = path;
      if (what !== 'SCHEMA' && existing === undefined)
        throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`);
      const resource = { project, dataset, ...(what === 'SCHEMA' ? {} : { table }) };
      const change = { kind, roles, resource, grantees };
      return { statementType: kind.toUpperCase(), javascript, kind: 'catalog', change };
    }
    case 'export_data':
    case 'load_data':
      return { statementType: statement.kind.toUpperCase(), javascript, kind: 'movement', statement };
    default:
      throw unsupported(statement.kind.replaceAll('_', ' ').toUpperCase());
  }
}

export type Unspecific<Of> = Of extends unknown ? Omit<Of, 'javascript'> : never;

function planCreateTable(
  statement: Extract<BoundStatement, { kind: 'create_table' }>,
  existing: Existing | undefined,
  now: Date,
  defaults: DatasetOptions,
): Unspecific<Plan> {
  const { path, mode, partitioning, clustering, options, query } = statement;
  const statementType = query === undefined ? 'CREATE_TABLE' : 'CREATE_TABLE_AS_SELECT';
  if (mustBeNew(mode, path, existing, 'native')) return { statementType, kind: 'nothing' };
  const lifetime = lifetimeIn(defaults, withLifetime({}, options), partitioning !== undefined, now);
  const document: TableDocument = {
    version: 1,
    columns: withoutOptions(statement.columns),
    ...(Object.keys(lifetime).length === 0 ? {} : { lifetime }),
    ...(partitioning === undefined ? {} : { partitioning }),
    ...(clustering.length === 0 ? {} : { clustering }),
    ...documentOptions(options),
    ...(statement.source?.how === 'SNAPSHOT' ? { snapshot: true as const } : {}),
    createdAt: existing?.document?.createdAt ?? now.getTime(),
  };
  const dataset = path.dataset === TEMPORARY_DATASET ? {} : { dataset: path };
  return { statementType, kind: 'steps', ...createTableSteps(statement, document), ...dataset };
}

/** Whether a statement that creates has nothing to do. Throws CONFLICT when the name is taken. */
function mustBeNew(
  mode: 'create' | 'replace' | 'if_not_exists',
  path: TablePath,
  existing: Existing | undefined,
  kind: TableInfo['kind'],
): boolean {
  if (existing === undefined) return false;
  if (mode === 'if_not_exists') return true;
  if (mode === 'replace' && existing.info.kind === kind) return false;
  throw new ArcosError('CONFLICT', `Already Exists: Table ${displayName(path)}`, {
    ...(mode === 'replace' ? { hint: `It is of another kind (${existing.info.kind}): drop it first.` } : {}),
    data: { reason: 'duplicate' },
  });
}

const ROUTINE_WORDS: Readonly<Record<Routine['kind'], string>> = {
  function: 'FUNCTION',
  table_function: 'TABLE_FUNCTION',
  procedure: 'PROCEDURE',
};
const ROUTINE_KINDS = { FUNCTION: 'function', 'TABLE FUNCTION': 'table_function', PROCEDURE: 'procedure' } as const;

/** Routines and row access policies: all of it is in the catalog. */
function planDefinition(
  statement: Extract<BoundStatement, { kind: `${string}_routine` | `${string}_row_access_policy` }>,
): Unspecific<Plan> {
  switch (statement.kind) {
    case 'create_routine': {
      const { routine, mode, options } = statement;
      const statementType = `CREATE_${ROUTINE_WORDS[routine.kind]}`;
      const { description } = options;
      const said = typeof description === 'string' ? { description } : {};
      return { statementType, kind: 'catalog', change: { kind: 'put_routine', routine, mode, ...said } };
    }
    case 'drop_routine': {
      const { what, path, ifExists: orNothing } = statement;
      const change = { kind: 'drop_routine', path, routine: ROUTINE_KINDS[what], orNothing } as const;
      return { statementType: `DROP_${what.replaceAll(' ', '_')}`, kind: 'catalog', change };
    }
    case 'create_row_access_policy': {
      const { table, name, grantees, filter, mode } = statement;
      const change = { kind: 'put_policy', table, policy: { name, grantees, filter }, mode } as const;
      return { statementType: 'CREATE_ROW_ACCESS_POLICY', kind: 'catalog', change };
    }
    case 'drop_row_access_policy': {
      const { table, name, ifExists: orNothing } = statement;
      const change = { kind: 'drop_policies', table, orNothing, ...(name === undefined ? {} : { name }) } as const;
      return { statementType: 'DROP_ROW_ACCESS_POLICY', kind: 'catalog', change };
    }
  }
}

function withoutOptions(columns: readonly (ColumnInfo & { readonly options?: unknown })[]): ColumnInfo[] {
  return columns.map(({ options: _options, ...column }) => column);
}

export function unsupported(what: string): ArcosError {
  return new ArcosError('UNSUPPORTED', `${what} are not supported yet`);
}
