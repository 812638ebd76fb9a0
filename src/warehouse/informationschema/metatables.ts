import { INT64, STRING, TIMESTAMP } from '../../sql/type.ts';
import type { SchemaView } from './view.ts';

const KINDS = { native: 1, view: 2, external: 3 } as const;

/** `dataset.__TABLES__`, which dbt reads its catalog from; times are milliseconds since 1970. */
export const META_TABLES: SchemaView = {
  columns: {
    project_id: STRING,
    dataset_id: STRING,
    table_id: STRING,
    creation_time: INT64,
    last_modified_time: INT64,
    row_count: INT64,
    size_bytes: INT64,
    type: INT64,
  },
  rows: async (scope) =>
    (await scope.tables()).map(({ path, kind, createdAt, modifiedAt, rows = 0, bytes = 0 }) => ({
      project_id: path.project,
      dataset_id: path.dataset,
      table_id: path.table,
      creation_time: createdAt.getTime(),
      last_modified_time: modifiedAt.getTime(),
      row_count: rows,
      size_bytes: bytes,
      type: KINDS[kind],
    })),
};

/** There are none yet: dbt asks for them by name. */
export const MATERIALIZED_VIEWS: SchemaView = {
  columns: {
    table_catalog: STRING,
    table_schema: STRING,
    table_name: STRING,
    last_refresh_time: TIMESTAMP,
    refresh_watermark: TIMESTAMP,
  },
  rows: async () => [],
};
