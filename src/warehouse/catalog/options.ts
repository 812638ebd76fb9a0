import { ArcosError } from '../../base/errors.ts';
import type { CsvOptions } from '../../sql/catalog.ts';
import type { Options } from '../../sql/ddl.ts';
import type { CatalogChange } from '../plan.ts';
import type { ExternalTableDefinition } from '../port.ts';
import { documentOptions } from './document.ts';

const FORMATS: Readonly<Record<string, ExternalTableDefinition['format']>> = {
  CSV: 'CSV',
  JSON: 'NEWLINE_DELIMITED_JSON',
  NEWLINE_DELIMITED_JSON: 'NEWLINE_DELIMITED_JSON',
  PARQUET: 'PARQUET',
};

/** An external table from the options of CREATE EXTERNAL TABLE (GoogleSQL, external_table_option_list). */
export function externalOptions({
  path,
  columns,
  partitionColumns,
  options,
}: Extract<CatalogChange, { kind: 'put_external' }>): ExternalTableDefinition {
  const format = FORMATS[String(options['format'] ?? '').toUpperCase()];
  if (format === undefined) {
    throw new ArcosError('INVALID', `Unsupported format ${JSON.stringify(options['format'] ?? null)}`, {
      hint: 'Use CSV, NEWLINE_DELIMITED_JSON or PARQUET.',
    });
  }
  const { uris, hive_partition_uri_prefix: hivePrefix } = options;
  return {
    path,
    columns: [...columns, ...partitionColumns],
    format,
    sourceUris: Array.isArray(uris) ? uris.map(String) : [],
    ...(typeof hivePrefix === 'string' ? { hivePrefix } : {}),
    ...(format === 'CSV' ? { csv: csvOptions(options) } : {}),
    ...documentOptions(options),
  };
}

function csvOptions(options: Options): Partial<CsvOptions> {
  const { field_delimiter: delimiter, quote, skip_leading_rows: skip, encoding, null_marker: nullMarker } = options;
  return {
    ...(typeof delimiter === 'string' ? { delimiter } : {}),
    ...(typeof quote === 'string' ? { quote } : {}),
    ...(typeof skip === 'number' ? { skipLeadingRows: skip } : {}),
    ...(encoding === 'ISO-8859-1' ? { encoding } : {}),
    ...(typeof nullMarker === 'string' ? { nullMarker } : {}),
    allowQuotedNewlines: options['allow_quoted_newlines'] === true,
    allowJaggedRows: options['allow_jagged_rows'] === true,
  };
}
