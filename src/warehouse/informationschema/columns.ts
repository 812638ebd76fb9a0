import type { ColumnInfo } from '../../sql/catalog.ts';
import { arrayOf, INT64, type SqlType, STRING, typeName } from '../../sql/type.ts';
import type { TableInfo } from '../port.ts';
import { type SchemaView, tableColumns, yesNo } from './view.ts';

const NAME = { table_catalog: STRING, table_schema: STRING, table_name: STRING, column_name: STRING };

export const COLUMNS: SchemaView = {
  columns: {
    ...NAME,
    ordinal_position: INT64,
    is_nullable: STRING,
    data_type: STRING,
    is_generated: STRING,
    generation_expression: STRING,
    is_stored: STRING,
    is_hidden: STRING,
    is_updatable: STRING,
    is_system_defined: STRING,
    is_partitioning_column: STRING,
    clustering_ordinal_position: INT64,
    collation_name: STRING,
    column_default: STRING,
    rounding_mode: STRING,
    policy_tags: arrayOf(STRING),
  },
  rows: async (scope) =>
    (await scope.tables()).flatMap((info) => info.columns.map((column, index) => columnRow(info, column, index))),
};

function columnRow(info: TableInfo, column: ColumnInfo, index: number) {
  const { partitioning, clustering = [] } = info;
  const partitions = partitioning !== undefined && 'column' in partitioning && partitioning.column === column.name;
  const position = clustering.indexOf(column.name);
  return {
    ...tableColumns(info),
    column_name: column.name,
    ordinal_position: index + 1,
    is_nullable: yesNo(column.nullable && column.type.kind !== 'ARRAY'),
    data_type: typeName(column.type),
    is_generated: 'NEVER',
    is_hidden: 'NO',
    is_system_defined: 'NO',
    is_partitioning_column: yesNo(partitions),
    clustering_ordinal_position: position < 0 ? null : position + 1,
    collation_name: 'NULL',
    column_default: column.default ?? 'NULL',
    policy_tags: [],
  };
}

export const COLUMN_FIELD_PATHS: SchemaView = {
  columns: {
    ...NAME,
    field_path: STRING,
    data_type: STRING,
    description: STRING,
    collation_name: STRING,
    rounding_mode: STRING,
    policy_tags: arrayOf(STRING),
  },
  rows: async (scope) =>
    (await scope.tables()).flatMap((info) =>
      info.columns.flatMap((column) =>
        fieldPaths(column.name, column.type).map(({ path, type }) => ({
          ...tableColumns(info),
          column_name: column.name,
          field_path: path,
          data_type: typeName(type),
          description: path === column.name ? column.description : undefined,
          collation_name: 'NULL',
          policy_tags: [],
        })),
      ),
    ),
};

/** A column and every field in it, through structs and arrays of structs. */
function fieldPaths(path: string, type: SqlType): { path: string; type: SqlType }[] {
  const inner = type.kind === 'ARRAY' ? type.element : type;
  const fields = inner.kind === 'STRUCT' ? inner.fields : [];
  return [
    { path, type },
    ...fields.flatMap((field) => (field.name === undefined ? [] : fieldPaths(`${path}.${field.name}`, field.type))),
  ];
}
