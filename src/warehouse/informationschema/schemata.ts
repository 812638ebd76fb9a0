import { STRING, TIMESTAMP } from '../../sql/type.ts';
import { datasetOptions, schemaDdl } from './ddl.ts';
import type { SchemaView } from './view.ts';

export const SCHEMATA: SchemaView = {
  columns: {
    catalog_name: STRING,
    schema_name: STRING,
    schema_owner: STRING,
    creation_time: TIMESTAMP,
    last_modified_time: TIMESTAMP,
    location: STRING,
    ddl: STRING,
    default_collation_name: STRING,
  },
  rows: async (scope) =>
    (await scope.datasets()).map((dataset) => ({
      catalog_name: dataset.project,
      schema_name: dataset.dataset,
      creation_time: dataset.createdAt,
      last_modified_time: dataset.modifiedAt,
      location: 'US',
      ddl: schemaDdl(dataset),
      default_collation_name: 'NULL',
    })),
};

export const SCHEMATA_OPTIONS: SchemaView = {
  columns: {
    catalog_name: STRING,
    schema_name: STRING,
    option_name: STRING,
    option_type: STRING,
    option_value: STRING,
  },
  rows: async (scope) =>
    (await scope.datasets()).flatMap((dataset) =>
      datasetOptions(dataset).map(({ name, type, value }) => ({
        catalog_name: dataset.project,
        schema_name: dataset.dataset,
        option_name: name,
        option_type: type,
        option_value: value,
      })),
    ),
};
