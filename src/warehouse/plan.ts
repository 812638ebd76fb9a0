import { ArcosError } from '../base/errors.ts';
import type { BoundStatement } from '../sql/bound.ts';
import { type ColumnInfo, type TablePath, TEMPORARY_DATASET } from '../sql/catalog.ts';
import type { Options } from '../sql/ddl.ts';
import { emitDml, emitQuery } from '../sql/duckdb.ts';
import type { CreateMode } from '../sql/parse.ts';
import type { JavaScriptFunction, Routine, RoutinePath } from '../sql/routine.ts';
import type { TableDocument } from './catalog/document.ts';
import { documentOptions } from './catalog/document.ts';
import type { RowPolicy } from './catalog/policies.ts';
import { alterSteps } from './engines/duckdb/alter.ts';
import { createTableSteps, dropSchemaStep, dropTableStep } from './engines/duckdb/ddl.ts';
import type { RenderColumn } from './engines/duckdb/rows.ts';
import type { TableInfo } from './port.ts';
import { displayName } from './tablename.ts';

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
    }
  /** In one transaction. */
  | {
      readonly kind: 'steps';
      readonly steps: readonly string[];
      /** A query whose rows the steps take. */
      readonly source?: string;
      /** The step whose changed rows are counted. */
      readonly counted?: number;
      /** That must exist. */
      readonly dataset?: DatasetName;
      /** Rows to answer with when they are done. */
      readonly result?: ResultRows;
      /** Done to the catalog when the steps are. */
      readonly after?: CatalogChange;
    }
  | { readonly kind: 'catalog'; readonly change: CatalogChange }
  /** IF [NOT] EXISTS spoke against it. */
  | { readonly kind: 'nothing' }
);

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
  | { readonly kind: 'set_dataset_options'; readonly name: DatasetName; readonly options: Options }
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
export function planStatement(statement: BoundStatement, existing: Existing | undefined, now: Date): Plan {
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
      };
    }
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
    case 'truncate': {
      const statementType = statement.kind === 'truncate' ? 'TRUNCATE_TABLE' : statement.kind.toUpperCase();
      return { statementType, javascript, kind: 'steps', steps: [emitDml(statement)], counted: 0 };
    }
    case 'create_table':
      return { javascript, ...planCreateTable(statement, existing, now) };
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
      if (columns === undefined) throw unsupported('External tables whose columns are to be found from the files');
      const keep = mustBeNew(statement.mode, path, existing, 'external');
      if (keep) return { statementType: 'CREATE_EXTERNAL_TABLE', javascript, kind: 'nothing' };
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
    default:
      throw unsupported(statement.kind.replaceAll('_', ' ').toUpperCase());
  }
}

type Unspecific<Of> = Of extends unknown ? Omit<Of, 'javascript'> : never;

function planCreateTable(
  statement: Extract<BoundStatement, { kind: 'create_table' }>,
  existing: Existing | undefined,
  now: Date,
): Unspecific<Plan> {
  const { path, mode, partitioning, clustering, options, query } = statement;
  const statementType = query === undefined ? 'CREATE_TABLE' : 'CREATE_TABLE_AS_SELECT';
  if (mustBeNew(mode, path, existing, 'native')) return { statementType, kind: 'nothing' };
  const document: TableDocument = {
    version: 1,
    columns: withoutOptions(statement.columns),
    ...(partitioning === undefined ? {} : { partitioning }),
    ...(clustering.length === 0 ? {} : { clustering }),
    ...documentOptions(options),
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

const DROPPED_KIND: Readonly<Record<string, TableInfo['kind']>> = {
  TABLE: 'native',
  'SNAPSHOT TABLE': 'native',
  'EXTERNAL TABLE': 'external',
  VIEW: 'view',
};

function planDrop(
  statement: Extract<BoundStatement, { kind: 'drop' }>,
  existing: Existing | undefined,
): Unspecific<Plan> {
  const { what, path, ifExists } = statement;
  const statementType = `DROP_${what.replaceAll(' ', '_')}`;
  if (existing === undefined) {
    if (ifExists) return { statementType, kind: 'nothing' };
    throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`);
  }
  const { kind } = existing.info;
  // DROP TABLE takes external tables too.
  if (DROPPED_KIND[what] !== kind && !(what === 'TABLE' && kind === 'external')) {
    throw new ArcosError('INVALID', `${displayName(path)} is not a ${what.toLowerCase()}`, {
      data: { reason: 'invalid' },
    });
  }
  if (kind === 'native') {
    const after: CatalogChange = { kind: 'drop_policies', table: path, orNothing: true };
    return { statementType, kind: 'steps', steps: [dropTableStep(path)], after };
  }
  return { statementType, kind: 'catalog', change: { kind: 'drop_relation', path } };
}

function planAlter(
  statement: Extract<BoundStatement, { kind: 'alter' }>,
  existing: Existing | undefined,
): Unspecific<Plan> {
  const { what, path, ifExists, actions } = statement;
  const statementType = `ALTER_${what.replaceAll(' ', '_')}`;
  if (what === 'SCHEMA') {
    const given = actions.map((action) => (action.kind === 'set_options' ? action.options : {}));
    const options: Options = Object.assign({}, ...given);
    return { statementType, kind: 'catalog', change: { kind: 'set_dataset_options', name: path, options } };
  }
  if (existing === undefined) {
    if (ifExists) return { statementType, kind: 'nothing' };
    throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`);
  }
  if (existing.document === undefined) throw unsupported(`${statementType} of a ${existing.info.kind}`);
  return { statementType, kind: 'steps', steps: alterSteps(path, existing.document, actions) };
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

function unsupported(what: string): ArcosError {
  return new ArcosError('UNSUPPORTED', `${what} are not supported yet`);
}
