import type { BoundDml, BoundQuery } from './bound.ts';
import { demandWithinStack } from './depth.ts';
import { type DmlSteps, emitDml as dml } from './emit/duckdb/dml.ts';
import { CELLS } from './emit/duckdb/host/cell.ts';
import { CENTROIDS } from './emit/duckdb/host/centroid.ts';
import { CLUSTERS } from './emit/duckdb/host/cluster.ts';
import { DECIMALS } from './emit/duckdb/host/decimal.ts';
import { FINGERPRINT_FUNCTIONS } from './emit/duckdb/host/fingerprint.ts';
import type { HostFunction } from './emit/duckdb/host/function.ts';
import { GEOMETRY_TEXTS } from './emit/duckdb/host/geometrytext.ts';
import { JSON_HOST_FUNCTIONS } from './emit/duckdb/host/json.ts';
import { LINES } from './emit/duckdb/host/line.ts';
import { MEASURES } from './emit/duckdb/host/measure.ts';
import { NET_FUNCTIONS } from './emit/duckdb/host/net.ts';
import { NUMBER_FORMATS } from './emit/duckdb/host/numberformat.ts';
import { PLANES } from './emit/duckdb/host/plane.ts';
import { PRINTERS } from './emit/duckdb/host/printf.ts';
import { DIGESTS } from './emit/duckdb/host/sha512.ts';
import { SKETCHES } from './emit/duckdb/host/sketch.ts';
import { TEXT_FUNCTIONS } from './emit/duckdb/host/text.ts';
import { TIME_FORMATS } from './emit/duckdb/host/timeformat.ts';
import { TIME_READERS } from './emit/duckdb/host/timeread.ts';
import { PRELUDE } from './emit/duckdb/prelude.ts';
import { emitQuery as query } from './emit/duckdb/query.ts';
import { emitLiteralRows as literalRows, emitRestRow as restRow } from './emit/duckdb/rows.ts';
import { duckdbType as type } from './emit/duckdb/type.ts';
import type { SqlType } from './type.ts';

export type { DmlSteps } from './emit/duckdb/dml.ts';
export { FAILURE_MARK } from './emit/duckdb/failure.ts';
export type { HostFunction, HostType, HostValue } from './emit/duckdb/host/function.ts';
export { fieldName, quoteName, quoteText } from './emit/duckdb/name.ts';

/** A query as DuckDB's SQL: its columns have their keys as names. Throws UNSUPPORTED for what DuckDB cannot do. */
export function emitQuery(bound: BoundQuery): string {
  return demandWithinStack(() => query(bound));
}

/** A query whose one column, `row`, is each row as the JSON text of an array of LiteralValues: what scripts and parameters are made of. */
export function emitLiteralRows(bound: BoundQuery): string {
  return demandWithinStack(() => literalRows(bound));
}

/** An expression over columns of these names: the row as the REST API writes it, `{"f":[{"v":"1"}]}`. */
export function emitRestRow(columns: readonly { readonly name: string; readonly type: SqlType }[]): string {
  return restRow(columns);
}

/** A statement that changes rows, as steps of DuckDB's SQL. Throws UNSUPPORTED for what DuckDB cannot do. */
export function emitDml(bound: BoundDml): DmlSteps {
  return demandWithinStack(() => dml(bound));
}

/** The DuckDB type that holds a GoogleSQL type. */
export function duckdbType(of: SqlType): string {
  return type(of);
}

/** Functions to register in an engine before its prelude. */
export const HOST_FUNCTIONS: readonly HostFunction[] = [
  ...TEXT_FUNCTIONS,
  ...FINGERPRINT_FUNCTIONS,
  ...DECIMALS,
  ...DIGESTS,
  ...CELLS,
  ...CENTROIDS,
  ...CLUSTERS,
  ...GEOMETRY_TEXTS,
  ...LINES,
  ...MEASURES,
  ...NET_FUNCTIONS,
  ...NUMBER_FORMATS,
  ...PLANES,
  ...PRINTERS,
  ...SKETCHES,
  ...TIME_FORMATS,
  ...TIME_READERS,
  ...JSON_HOST_FUNCTIONS,
];

/** Statements to run once in an engine: macros that emitted SQL uses. */
export const DUCKDB_PRELUDE: readonly string[] = PRELUDE;
