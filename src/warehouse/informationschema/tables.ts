import { BOOL, INT64, STRING, TIMESTAMP } from '../../sql/type.ts';
import { type Partition, partitionsOf } from '../catalog/partitions.ts';
import type { TableInfo } from '../port.ts';
import { tableDdl, tableOptions } from './ddl.ts';
import { type SchemaView, type Scope, tableColumns, yesNo } from './view.ts';

const NAME = { table_catalog: STRING, table_schema: STRING, table_name: STRING };
const KINDS = { native: 'BASE TABLE', view: 'VIEW', external: 'EXTERNAL' } as const;

export const TABLES: SchemaView = {
  columns: {
    ...NAME,
    table_type: STRING,
    managed_table_type: STRING,
    is_insertable_into: STRING,
    is_fine_grained_mutations_enabled: STRING,
    is_typed: STRING,
    is_change_history_enabled: STRING,
    creation_time: TIMESTAMP,
    base_table_catalog: STRING,
    base_table_schema: STRING,
    base_table_name: STRING,
    snapshot_time_ms: TIMESTAMP,
    ddl: STRING,
    default_collation_name: STRING,
    upsert_stream_apply_watermark: TIMESTAMP,
  },
  async *rows(scope) {
    for (const info of await scope.tables()) {
      const definition = info.kind === 'native' ? undefined : await scope.catalog.definition(info.path);
      yield {
        ...tableColumns(info),
        table_type: info.snapshot === true ? 'SNAPSHOT' : KINDS[info.kind],
        managed_table_type: 'NATIVE',
        is_insertable_into: yesNo(info.kind === 'native' && info.snapshot !== true),
        is_fine_grained_mutations_enabled: 'NO',
        is_typed: 'NO',
        is_change_history_enabled: 'NO',
        creation_time: info.createdAt,
        ddl: tableDdl(info, definition),
        default_collation_name: 'NULL',
      };
    }
  },
};

export const TABLE_OPTIONS: SchemaView = {
  columns: { ...NAME, option_name: STRING, option_type: STRING, option_value: STRING },
  rows: async (scope) =>
    (await scope.tables()).flatMap((info) =>
      tableOptions(info).map(({ name, type, value }) => ({
        ...tableColumns(info),
        option_name: name,
        option_type: type,
        option_value: value,
      })),
    ),
};

export const VIEWS: SchemaView = {
  columns: { ...NAME, view_definition: STRING, check_option: STRING, use_standard_sql: STRING },
  async *rows(scope) {
    for (const info of await scope.tables()) {
      const definition = info.kind === 'view' ? await scope.catalog.definition(info.path) : undefined;
      if (definition !== undefined && 'query' in definition)
        yield { ...tableColumns(info), view_definition: definition.query, use_standard_sql: 'YES' };
    }
  },
};

/** The native tables that the reader sees, each with its partitions. */
async function partitioned(scope: Scope): Promise<{ info: TableInfo; partitions: readonly Partition[] }[]> {
  const natives = (await scope.tables()).filter(({ kind }) => kind === 'native');
  const datasets = [...new Set(natives.map(({ path }) => path.dataset))];
  const found = await Promise.all(datasets.map((dataset) => scope.catalog.files({ project: scope.project, dataset })));
  const files = Map.groupBy(found.flat(), ({ dataset, table }) => `${dataset}.${table}`);
  return natives.map((info) => {
    const own = files.get(`${info.path.dataset}.${info.path.table}`) ?? [];
    return { info, partitions: partitionsOf(info, own) };
  });
}

export const PARTITIONS: SchemaView = {
  columns: {
    ...NAME,
    partition_id: STRING,
    total_rows: INT64,
    total_logical_bytes: INT64,
    last_modified_time: TIMESTAMP,
    storage_tier: STRING,
  },
  rows: async (scope) =>
    (await partitioned(scope)).flatMap(({ info, partitions }) =>
      partitions.map(({ id, rows, bytes, modifiedAt }) => ({
        ...tableColumns(info),
        partition_id: id,
        total_rows: rows,
        total_logical_bytes: bytes,
        last_modified_time: modifiedAt,
        storage_tier: 'ACTIVE',
      })),
    ),
};

/** Files are compressed and there is one tier: physical, logical and active bytes are the same here. */
export const TABLE_STORAGE: SchemaView = {
  columns: {
    project_id: STRING,
    ...NAME,
    creation_time: TIMESTAMP,
    total_rows: INT64,
    total_partitions: INT64,
    total_logical_bytes: INT64,
    active_logical_bytes: INT64,
    long_term_logical_bytes: INT64,
    current_physical_bytes: INT64,
    total_physical_bytes: INT64,
    active_physical_bytes: INT64,
    long_term_physical_bytes: INT64,
    storage_last_modified_time: TIMESTAMP,
    deleted: BOOL,
    table_type: STRING,
    managed_table_type: STRING,
  },
  rows: async (scope) =>
    (await partitioned(scope)).map(({ info, partitions }) => ({
      project_id: info.path.project,
      ...tableColumns(info),
      creation_time: info.createdAt,
      total_rows: info.rows,
      total_partitions: info.partitioning === undefined ? 0 : partitions.length,
      total_logical_bytes: info.bytes,
      active_logical_bytes: info.bytes,
      long_term_logical_bytes: 0,
      current_physical_bytes: info.bytes,
      total_physical_bytes: info.bytes,
      active_physical_bytes: info.bytes,
      long_term_physical_bytes: 0,
      storage_last_modified_time: info.modifiedAt,
      deleted: false,
      table_type: KINDS[info.kind],
      managed_table_type: 'NATIVE',
    })),
};
