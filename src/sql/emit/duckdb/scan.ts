import type { BoundExpression, BoundFrom } from '../../bound.ts';
import type { ExternalFile, ExternalRelation, NativeRelation } from '../../catalog.ts';
import { TIMESTAMP } from '../../type.ts';
import { emitExpression } from './expression.ts';
import { failure } from './failure.ts';
import { quoteName, quoteText } from './name.ts';
import { duckdbType } from './type.ts';

/** A table in FROM: one of the engine's own, or the files of an external one. */
export function emitScan(scan: Extract<BoundFrom, { kind: 'scan' }>): string {
  const { relation, id } = scan;
  if (relation.kind === 'external') return `(${emitExternal(relation)}) AS ${id}`;
  const at = scan.asOf === undefined ? '' : ` AT (TIMESTAMP => ${emitMoment(relation, scan.asOf)})`;
  return `${relation.engineName} AS ${id}${at}`;
}

/** The moment of FOR SYSTEM_TIME AS OF, which DuckDB evaluates while it binds. */
function emitMoment({ createdAt, path }: NativeRelation, asOf: BoundExpression): string {
  const moment = emitExpression(asOf);
  if (createdAt === undefined) return moment;
  const early = failure(TIMESTAMP, `Invalid snapshot time for table ${path.table}: it was created at ${createdAt}`);
  return `CASE WHEN ${moment} < CAST(${quoteText(createdAt)} AS TIMESTAMPTZ) THEN ${early} ELSE ${moment} END`;
}

function emitExternal(relation: ExternalRelation): string {
  const { files } = relation;
  if (files.length === 0) {
    const columns = relation.columns.map(({ name, type }) => `CAST(NULL AS ${duckdbType(type)}) AS ${quoteName(name)}`);
    return `SELECT ${columns.join(', ')}, CAST(NULL AS VARCHAR) AS "_FILE_NAME" WHERE FALSE`;
  }
  // Files of one compression are read together; DuckDB finds the partition in their paths and skips files.
  const groups = Map.groupBy(
    files,
    (file) => `${file.compression ?? 'none'} ${inPath(file, relation) ? '' : JSON.stringify(file.partition)}`,
  );
  return [...groups.values()].map((group) => emitFiles(relation, group)).join(' UNION ALL BY NAME ');
}

/** Whether the values of the partition stand in the path the way DuckDB looks for them. */
function inPath(file: ExternalFile, relation: ExternalRelation): boolean {
  return relation.partitionKeys.every((key) => {
    const value = file.partition[key];
    return value !== undefined && /^[\w.:+-]+$/.test(value) && file.uri.includes(`/${key}=${value}/`);
  });
}

function emitFiles(relation: ExternalRelation, files: readonly ExternalFile[]): string {
  const [first] = files;
  if (first === undefined) return '';
  const hive = relation.partitionKeys.length > 0 && inPath(first, relation);
  const columns = relation.columns.map(({ name, type }) => {
    if (!relation.partitionKeys.includes(name)) return quoteName(name);
    const value = hive ? quoteName(name) : quoteText(first.partition[name] ?? '');
    return `CAST(${value} AS ${duckdbType(type)}) AS ${quoteName(name)}`;
  });
  return `SELECT ${columns.join(', ')}, filename AS "_FILE_NAME" FROM ${reader(relation, files, hive)}`;
}

function reader(relation: ExternalRelation, files: readonly ExternalFile[], hive: boolean): string {
  const list = `[${files.map(({ uri }) => quoteText(uri)).join(', ')}]`;
  const partitions = hive ? ', hive_partitioning = true, hive_types_autocast = false' : ', hive_partitioning = false';
  const options = `filename = true${partitions}`;
  const [first] = files;
  // The two readers have different words for it.
  const plain = relation.format === 'CSV' ? 'none' : 'uncompressed';
  const compression = `compression = ${quoteText(first?.compression ?? plain)}`;
  const own = relation.columns.filter(({ name }) => !relation.partitionKeys.includes(name));
  const types = `{${own.map(({ name, type }) => `${quoteText(name)}: ${quoteText(duckdbType(type))}`).join(', ')}}`;
  switch (relation.format) {
    case 'PARQUET':
      return `read_parquet(${list}, ${options}, union_by_name = true)`;
    case 'NEWLINE_DELIMITED_JSON':
      return `read_json(${list}, ${options}, ${compression}, format = 'newline_delimited', columns = ${types})`;
    case 'CSV':
      return `read_csv(${list}, ${options}, ${compression}, ${csvOptions(relation)}, columns = ${types})`;
  }
}

function csvOptions(relation: ExternalRelation): string {
  const { csv } = relation;
  const own = relation.columns.filter(({ name }) => !relation.partitionKeys.includes(name));
  const options = [
    'auto_detect = false',
    'header = false',
    `skip = ${csv?.skipLeadingRows ?? 0}`,
    `delim = ${quoteText(csv?.delimiter ?? ',')}`,
    `quote = ${quoteText(csv?.quote ?? '"')}`,
    `escape = ${quoteText(csv?.quote ?? '"')}`,
    `encoding = ${quoteText(csv?.encoding === 'ISO-8859-1' ? 'latin-1' : 'utf-8')}`,
    `null_padding = ${csv?.allowJaggedRows === true}`,
    ...(csv?.skipMalformed === true ? ['ignore_errors = true'] : []),
  ];
  // As BigQuery has it, nothing is NULL and "" an empty text, unless the table says what stands for NULL (null_marker).
  // The reader has one answer to "" for all columns, and in a number it must be NULL.
  if (csv?.nullMarker !== undefined) options.push(`nullstr = ${quoteText(csv.nullMarker)}`);
  else options.push(`allow_quoted_nulls = ${own.some(({ type }) => type.kind !== 'STRING')}`);
  return options.join(', ');
}
