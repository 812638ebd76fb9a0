import { ArcosError } from '../../../base/errors.ts';
import type { BoundQueryStatement } from '../../../sql/bound.ts';
import { emitQuery, quoteName, quoteText } from '../../../sql/duckdb.ts';
import type { SqlType } from '../../../sql/type.ts';

export type ExportFormat = 'csv' | 'parquet' | 'geojson';

export interface ExportStyle {
  /** By gzip; Parquet is compressed as it is. */
  readonly compressed?: boolean;
  readonly header?: boolean;
  readonly delimiter?: string;
}

/** Rows of the engine, and what people call their columns. */
export interface ExportRows {
  /** What stands behind FROM. */
  readonly from: string;
  readonly columns: readonly { readonly key: string; readonly name: string; readonly type: SqlType }[];
}

/** Steps that write a query's rows to a file. */
export function exportSteps(
  { query, columns }: BoundQueryStatement,
  format: ExportFormat | 'jsonl',
  file: string,
  style: ExportStyle = {},
): string[] {
  const named = query.columns.map(({ key, type }, index) => ({ key, type, name: columns[index]?.name ?? key }));
  return exportRowsSteps({ from: `(${emitQuery(query)}) AS _rows`, columns: named }, format, file, style);
}

/** Steps that write rows to a file. */
export function exportRowsSteps(
  rows: ExportRows,
  format: ExportFormat | 'jsonl',
  file: string,
  { compressed = false, header = true, delimiter = ',' }: ExportStyle = {},
): string[] {
  const { from } = rows;
  const compression = compressed ? ', COMPRESSION gzip' : '';
  switch (format) {
    case 'parquet':
      return [
        `COPY (SELECT ${namedColumns(rows)} FROM ${from}) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION zstd)`,
      ];
    case 'csv': {
      const options = `FORMAT csv, HEADER ${header}, DELIMITER ${quoteText(delimiter)}${compression}`;
      return [`COPY (SELECT ${csvColumns(rows)} FROM ${from}) TO ${quoteText(file)} (${options})`];
    }
    case 'jsonl':
      return [`COPY (SELECT ${jsonColumns(rows)} FROM ${from}) TO ${quoteText(file)} (FORMAT json${compression})`];
    case 'geojson':
      return [
        `COPY (${featureCollection(rows)}) TO ${quoteText(file)} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\u0001')`,
      ];
  }
}

/** The columns under the names that people gave them. */
function namedColumns({ columns }: ExportRows): string {
  return columns.map(({ key, name }) => `${quoteName(key)} AS ${quoteName(name)}`).join(', ');
}

/** What JSON has no type for is text (BigQuery, Exporting table data). */
function jsonColumns({ columns }: ExportRows): string {
  const texts: Readonly<Record<string, string>> = {
    GEOGRAPHY: 'bq_wkt',
    TIMESTAMP: 'bq_timestamp_json',
    NUMERIC: 'bq_numeric_text',
    BIGNUMERIC: 'bq_numeric_text',
    BYTES: 'to_base64',
  };
  const written = columns.map(({ key, name, type }) => {
    const macro = texts[type.kind];
    const value = quoteName(key);
    const text =
      type.kind === 'INT64' ? `CAST(${value} AS VARCHAR)` : macro === undefined ? value : `${macro}(${value})`;
    return `${text} AS ${quoteName(name)}`;
  });
  return written.join(', ');
}

function csvColumns({ columns }: ExportRows): string {
  const written = columns.map(({ key, name, type }) => {
    const value = quoteName(key);
    const text =
      type.kind === 'GEOGRAPHY'
        ? `bq_wkt(${value})`
        : type.kind === 'TIMESTAMP'
          ? `bq_timestamp_json(${value})`
          : type.kind === 'NUMERIC' || type.kind === 'BIGNUMERIC'
            ? `bq_numeric_text(${value})`
            : type.kind === 'ARRAY' || type.kind === 'STRUCT'
              ? `to_json(${value})`
              : value;
    return `${text} AS ${quoteName(name)}`;
  });
  return written.join(', ');
}

/**
 * One line of GeoJSON for each row (RFC 7946), written through the CSV writer with nothing quoted: a
 * FeatureCollection of any size in flat memory. The first GEOGRAPHY column is the geometry.
 */
function featureCollection({ from, columns }: ExportRows): string {
  const geometry = columns.find(({ type }) => type.kind === 'GEOGRAPHY');
  if (geometry === undefined)
    throw new ArcosError('INVALID', 'GeoJSON needs a column of type GEOGRAPHY, and there is none');
  const properties = columns.flatMap((column) => {
    if (column === geometry) return [];
    const value = column.type.kind === 'GEOGRAPHY' ? `bq_wkt(${quoteName(column.key)})` : quoteName(column.key);
    return [`${quoteText(column.name)}, ${value}`];
  });
  const shape = `coalesce(CAST(ST_AsGeoJSON(${quoteName(geometry.key)}) AS VARCHAR), 'null')`;
  const feature = `'{"type":"Feature","geometry":' || ${shape} || ',"properties":' || CAST(json_object(${properties.join(', ')}) AS VARCHAR) || '}'`;
  return `SELECT '{"type":"FeatureCollection","features":[' AS line
    UNION ALL SELECT CASE WHEN row_number() OVER () > 1 THEN ',' ELSE '' END || ${feature} FROM ${from}
    UNION ALL SELECT ']}'`;
}
