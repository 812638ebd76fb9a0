import { type Kysely, sql } from 'kysely';
import { ArcosError } from '../../base/errors.ts';
import type { Lake } from '../../lake/lake.ts';
import type { NativeRelation, Relation, TablePath } from '../../sql/catalog.ts';
import type { ExternalTableDefinition, TableInfo } from '../port.ts';
import { checkDatasetName, checkTableName, engineName } from '../tablename.ts';
import type { DatasetOptions, ExternalDefinition, ViewDefinition, WarehouseTables } from '../tables.ts';
import { externalRelation, withPartitionColumns } from './external.ts';
import { type FileStatistics, fileStatistics } from './filestatistics.ts';
import { type NativeTable, nativeTables } from './native.ts';
import { type DataFile, dataFiles } from './partitions.ts';
import { createRowPolicies, type RowPolicies } from './policies.ts';
import { createRoutines, type Routines } from './routines.ts';

export interface Dataset {
  readonly project: string;
  readonly dataset: string;
  readonly options: DatasetOptions;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

export interface View {
  readonly path: TablePath;
  readonly columns: TableInfo['columns'];
  readonly query: string;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What there is in the warehouse. Changes to native tables go through an engine; everything else is here. */
export interface WarehouseCatalog {
  datasets(project: string): Promise<Dataset[]>;
  dataset(project: string, dataset: string): Promise<Dataset | undefined>;
  /** Makes the dataset; CONFLICT if it exists. */
  createDataset(project: string, dataset: string, options: DatasetOptions): Promise<void>;
  setDatasetOptions(project: string, dataset: string, options: DatasetOptions): Promise<void>;
  /** Throws CONFLICT while it holds views or external tables, unless told to drop them too. */
  dropDataset(project: string, dataset: string, cascade: boolean): Promise<void>;
  tables(project: string, dataset: string): Promise<TableInfo[]>;
  table(path: TablePath): Promise<TableInfo | undefined>;
  native(path: TablePath): Promise<NativeTable | undefined>;
  /** What is known of the columns of a native table's files. */
  statistics(path: TablePath): Promise<FileStatistics[]>;
  /** The files of a dataset's native tables. */
  files(dataset: { readonly project: string; readonly dataset: string }): Promise<DataFile[]>;
  /** What a view or external table is defined by. */
  definition(path: TablePath): Promise<ViewDefinition | ExternalDefinition | undefined>;
  putView(view: View): Promise<void>;
  putExternal(definition: ExternalTableDefinition): Promise<void>;
  /** Removes a view or external table; whether there was one. */
  dropRelation(path: TablePath): Promise<boolean>;
  /** What a name stands for, for the binder; without anybody's row filters. */
  relation(path: TablePath): Promise<Relation | undefined>;
  readonly routines: Routines;
  readonly policies: RowPolicies;
}

/** @param db the store, or a transaction in it */
export function createCatalog(db: Kysely<WarehouseTables>, lake: Lake): WarehouseCatalog {
  function relationRows(project: string, dataset: string, name?: string) {
    let query = db
      .selectFrom('warehouse.relation')
      .selectAll()
      .where('project', '=', project)
      .where('dataset', '=', dataset);
    if (name !== undefined) query = query.where('name', '=', name);
    return query.orderBy('name').execute();
  }

  async function putRelation(
    path: TablePath,
    kind: 'view' | 'external',
    row: {
      columns: TableInfo['columns'];
      definition: ViewDefinition | ExternalDefinition;
      description?: string | undefined;
      labels?: Readonly<Record<string, string>> | undefined;
    },
  ): Promise<void> {
    checkTableName(path.table);
    const values = {
      kind,
      columns: JSON.stringify(row.columns),
      definition: JSON.stringify(row.definition),
      description: row.description ?? null,
      labels: JSON.stringify(row.labels ?? {}),
    };
    await mustHaveDataset(path);
    await db
      .insertInto('warehouse.relation')
      .values({ project: path.project, dataset: path.dataset, name: path.table, ...values })
      .onConflict((conflict) =>
        conflict.columns(['project', 'dataset', 'name']).doUpdateSet({ ...values, modified_at: sql<Date>`now()` }),
      )
      .execute();
  }

  async function mustHaveDataset({ project, dataset }: { project: string; dataset: string }): Promise<void> {
    if ((await catalog.dataset(project, dataset)) === undefined) throw datasetNotFound(project, dataset);
  }

  const catalog: WarehouseCatalog = {
    async datasets(project) {
      const rows = await db
        .selectFrom('warehouse.dataset')
        .selectAll()
        .where('project', '=', project)
        .orderBy('dataset')
        .execute();
      return rows.map(toDataset);
    },

    async dataset(project, dataset) {
      const row = await db
        .selectFrom('warehouse.dataset')
        .selectAll()
        .where('project', '=', project)
        .where('dataset', '=', dataset)
        .executeTakeFirst();
      return row === undefined ? undefined : toDataset(row);
    },

    async createDataset(project, dataset, options) {
      checkDatasetName(dataset);
      const row = await db
        .insertInto('warehouse.dataset')
        .values({ project, dataset, options: JSON.stringify(options) })
        .onConflict((conflict) => conflict.columns(['project', 'dataset']).doNothing())
        .returning('dataset')
        .executeTakeFirst();
      if (row === undefined) throw new ArcosError('CONFLICT', `Already Exists: Dataset ${project}:${dataset}`);
    },

    async setDatasetOptions(project, dataset, options) {
      const result = await db
        .updateTable('warehouse.dataset')
        .set({ options: JSON.stringify(options), modified_at: sql<Date>`now()` })
        .where('project', '=', project)
        .where('dataset', '=', dataset)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) throw datasetNotFound(project, dataset);
    },

    async dropDataset(project, dataset, cascade) {
      const held = await relationRows(project, dataset);
      if (held.length > 0 && !cascade) throw inUse(project, dataset);
      const result = await db
        .deleteFrom('warehouse.dataset')
        .where('project', '=', project)
        .where('dataset', '=', dataset)
        .executeTakeFirst();
      if (result.numDeletedRows === 0n) throw datasetNotFound(project, dataset);
    },

    async tables(project, dataset) {
      const [native, others] = await Promise.all([
        nativeTables(db as never, { project, dataset }),
        relationRows(project, dataset),
      ]);
      const infos = [
        ...native.map(nativeInfo),
        ...others.map((row) => relationInfo({ project, dataset, table: row.name }, row)),
      ];
      return infos.sort((a, b) => (a.path.table < b.path.table ? -1 : 1));
    },

    statistics: (path) => fileStatistics(db as never, path),

    files: (dataset) => dataFiles(db as never, dataset),

    async definition(path) {
      const [row] = await relationRows(path.project, path.dataset, path.table);
      return row?.definition;
    },

    async native(path) {
      const [table] = await nativeTables(db as never, path, path.table);
      return table;
    },

    async table(path) {
      const native = await catalog.native(path);
      if (native !== undefined) return nativeInfo(native);
      const [row] = await relationRows(path.project, path.dataset, path.table);
      return row === undefined ? undefined : relationInfo(path, row);
    },

    putView: ({ path, columns, query, description, labels }) =>
      putRelation(path, 'view', { columns, definition: { query }, description, labels }),

    async putExternal(external) {
      const { path, format, sourceUris, hivePrefix, csv, description, labels } = external;
      return putRelation(path, 'external', {
        columns: await withPartitionColumns(lake, external),
        definition: {
          format,
          sourceUris,
          ...(hivePrefix === undefined ? {} : { hivePrefix }),
          ...(csv === undefined ? {} : { csv }),
        },
        description,
        labels,
      });
    },

    async dropRelation(path) {
      const result = await db
        .deleteFrom('warehouse.relation')
        .where('project', '=', path.project)
        .where('dataset', '=', path.dataset)
        .where('name', '=', path.table)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },

    async relation(path) {
      const native = await catalog.native(path);
      if (native !== undefined) return nativeRelation(native);
      const [row] = await relationRows(path.project, path.dataset, path.table);
      if (row === undefined) return undefined;
      if (row.kind === 'view')
        return { kind: 'view', path, columns: row.columns, query: (row.definition as ViewDefinition).query };
      return externalRelation(lake, path, row.columns, row.definition as ExternalDefinition);
    },

    routines: createRoutines(db),
    policies: createRowPolicies(db),
  };
  return catalog;
}

export function datasetNotFound(project: string, dataset: string): ArcosError {
  return new ArcosError('NOT_FOUND', `Not found: Dataset ${project}:${dataset}`);
}

export function inUse(project: string, dataset: string): ArcosError {
  return new ArcosError('CONFLICT', `Dataset ${project}:${dataset} is still in use`, {
    data: { reason: 'resourceInUse' },
  });
}

export function nativeRelation({ path, document }: Pick<NativeTable, 'path' | 'document'>): NativeRelation {
  const { columns, partitioning, snapshot, createdAt, lifetime } = document;
  return {
    kind: 'native',
    path,
    columns,
    engineName: engineName(path),
    ...(snapshot === undefined ? {} : { snapshot }),
    createdAt: new Date(createdAt).toISOString(),
    ...(partitioning === undefined ? {} : { partitioning }),
    ...(lifetime?.requirePartitionFilter === true ? { requirePartitionFilter: true } : {}),
  };
}

function toDataset(row: {
  project: string;
  dataset: string;
  options: DatasetOptions;
  created_at: Date;
  modified_at: Date;
}): Dataset {
  return {
    project: row.project,
    dataset: row.dataset,
    options: row.options,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
  };
}

function nativeInfo({ path, document, rows, bytes, modifiedAt }: NativeTable): TableInfo {
  const { columns, partitioning, clustering, description, labels = {}, snapshot, createdAt, lifetime } = document;
  return {
    path,
    kind: 'native',
    ...(snapshot === undefined ? {} : { snapshot }),
    columns,
    ...(partitioning === undefined ? {} : { partitioning }),
    ...(clustering === undefined ? {} : { clustering }),
    ...(description === undefined ? {} : { description }),
    labels,
    ...(lifetime === undefined ? {} : { lifetime }),
    rows,
    bytes,
    createdAt: new Date(createdAt),
    modifiedAt,
  };
}

function relationInfo(
  path: TablePath,
  row: {
    kind: 'view' | 'external';
    columns: TableInfo['columns'];
    description: string | null;
    labels: Record<string, string>;
    created_at: Date;
    modified_at: Date;
  },
): TableInfo {
  return {
    path,
    kind: row.kind,
    columns: row.columns,
    ...(row.description === null ? {} : { description: row.description }),
    labels: row.labels,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
  };
}
