import type { Partitioning } from '../../sql/catalog.ts';
import type { Routine } from '../../sql/routine.ts';
import { typeName } from '../../sql/type.ts';
import type { Dataset } from '../catalog/catalog.ts';
import type { TableInfo } from '../port.ts';
import type { ExternalDefinition, ViewDefinition } from '../tables.ts';

/** The value of an option with its type, as TABLE_OPTIONS shows it and OPTIONS takes it. */
export interface WrittenOption {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

const quote = (text: string): string => JSON.stringify(text);

export function tableOptions({
  description,
  labels,
  lifetime = {},
}: Pick<TableInfo, 'description' | 'labels' | 'lifetime'>): WrittenOption[] {
  const { requirePartitionFilter, partitionExpirationMs, expiresAt } = lifetime;
  const pairs = Object.entries(labels);
  const written = pairs.map(([key, value]) => `STRUCT(${quote(key)}, ${quote(value)})`).join(', ');
  const until = expiresAt === undefined ? '' : new Date(expiresAt).toISOString();
  return [
    ...(until === '' ? [] : [{ name: 'expiration_timestamp', type: 'TIMESTAMP', value: `TIMESTAMP ${quote(until)}` }]),
    ...(partitionExpirationMs === undefined
      ? []
      : [{ name: 'partition_expiration_days', type: 'FLOAT64', value: String(partitionExpirationMs / 86_400_000) }]),
    ...(requirePartitionFilter === true ? [{ name: 'require_partition_filter', type: 'BOOL', value: 'true' }] : []),
    ...(description === undefined ? [] : [{ name: 'description', type: 'STRING', value: quote(description) }]),
    ...(pairs.length === 0 ? [] : [{ name: 'labels', type: 'ARRAY<STRUCT<STRING, STRING>>', value: `[${written}]` }]),
  ];
}

export function datasetOptions({ options }: Dataset): WrittenOption[] {
  const { description, friendlyName, labels = {} } = options;
  return [
    ...tableOptions({ ...(description === undefined ? {} : { description }), labels }),
    ...(friendlyName === undefined ? [] : [{ name: 'friendly_name', type: 'STRING', value: quote(friendlyName) }]),
  ];
}

/** The statement that makes the dataset. */
export function schemaDdl(dataset: Dataset): string {
  return `CREATE SCHEMA \`${dataset.project}.${dataset.dataset}\`${optionsClause(datasetOptions(dataset))};`;
}

/** The statement that makes the table, view or external table. */
export function tableDdl(info: TableInfo, definition: ViewDefinition | ExternalDefinition | undefined): string {
  const { project, dataset, table } = info.path;
  const name = `\`${project}.${dataset}.${table}\``;
  if (definition !== undefined && 'query' in definition) {
    return `CREATE VIEW ${name}${optionsClause(tableOptions(info))}\nAS ${definition.query};`;
  }
  const columns = info.columns.map(({ name: column, type, nullable, description }) => {
    const options = description === undefined ? '' : ` OPTIONS(description=${quote(description)})`;
    return `  ${column} ${typeName(type)}${nullable ? '' : ' NOT NULL'}${options}`;
  });
  const body = `${name}\n(\n${columns.join(',\n')}\n)`;
  if (definition !== undefined) {
    const uris = definition.sourceUris.map(quote).join(', ');
    const options = [
      ...tableOptions(info),
      { name: 'format', type: 'STRING', value: quote(definition.format) },
      { name: 'uris', type: 'ARRAY<STRING>', value: `[${uris}]` },
    ];
    return `CREATE EXTERNAL TABLE ${body}${optionsClause(options)};`;
  }
  const partition = info.partitioning === undefined ? '' : `\nPARTITION BY ${partitionExpression(info)}`;
  const cluster = info.clustering === undefined ? '' : `\nCLUSTER BY ${info.clustering.join(', ')}`;
  return `CREATE TABLE ${body}${partition}${cluster}${optionsClause(tableOptions(info))};`;
}

function optionsClause(options: readonly WrittenOption[]): string {
  if (options.length === 0) return '';
  return `\nOPTIONS(\n${options.map(({ name, value }) => `  ${name}=${value}`).join(',\n')}\n)`;
}

function partitionExpression({ partitioning, columns }: TableInfo): string {
  if (partitioning === undefined) return '';
  switch (partitioning.kind) {
    case 'range': {
      const { column, start, end, interval } = partitioning;
      return `RANGE_BUCKET(${column}, GENERATE_ARRAY(${start}, ${end}, ${interval}))`;
    }
    case 'ingestion':
      return partitioning.unit === 'DAY' ? '_PARTITIONDATE' : `TIMESTAMP_TRUNC(_PARTITIONTIME, ${partitioning.unit})`;
    case 'time':
      return timeExpression(partitioning, columns);
  }
}

function timeExpression(
  { column, unit }: Extract<Partitioning, { kind: 'time' }>,
  columns: TableInfo['columns'],
): string {
  const kind = columns.find(({ name }) => name === column)?.type.kind;
  if (kind === 'DATE') return unit === 'DAY' ? column : `DATE_TRUNC(${column}, ${unit})`;
  return `${kind === 'DATETIME' ? 'DATETIME' : 'TIMESTAMP'}_TRUNC(${column}, ${unit})`;
}

/** The statement that makes the routine. */
export function routineDdl(routine: Routine): string {
  const { project, dataset, routine: name } = routine.path;
  const parameters = routine.parameters.map(({ name: parameter, type, table, mode }) => {
    const columns = table?.map((column) => `${column.name} ${typeName(column.type)}`).join(', ');
    const of = columns === undefined ? (type === undefined ? 'ANY TYPE' : typeName(type)) : `TABLE<${columns}>`;
    return [mode, parameter, of].filter((part) => part !== undefined).join(' ');
  });
  const head = `\`${project}.${dataset}.${name}\`(${parameters.join(', ')})`;
  switch (routine.kind) {
    case 'procedure':
      return `CREATE PROCEDURE ${head}\nBEGIN\n${routine.body}\nEND;`;
    case 'table_function':
      return `CREATE TABLE FUNCTION ${head}\nAS (\n${routine.body}\n);`;
    case 'function': {
      const returns = routine.returns === undefined ? '' : ` RETURNS ${typeName(routine.returns)}`;
      const aggregate = routine.aggregate ? 'AGGREGATE ' : '';
      if (routine.language === 'SQL') return `CREATE ${aggregate}FUNCTION ${head}${returns}\nAS (\n${routine.body}\n);`;
      return `CREATE ${aggregate}FUNCTION ${head}${returns}\nLANGUAGE js AS r"""\n${routine.body}\n""";`;
    }
  }
}
