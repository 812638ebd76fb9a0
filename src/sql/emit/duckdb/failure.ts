import type { SqlType } from '../../type.ts';
import { quoteText } from './name.ts';
import { duckdbType } from './type.ts';

/** Stands before the messages of errors that emitted SQL raises, so that the engine can tell them from DuckDB's own. */
export const FAILURE_MARK = 'GoogleSQL: ';

/**
 * An expression of a type that ends the query with a message when it is evaluated: a text, or an SQL
 * expression for one. It is a cast that cannot succeed, since DuckDB's error() is volatile: that would
 * forbid TRY and hold up filters.
 */
export function failure(type: SqlType, message: string | { readonly sql: string }): string {
  const text =
    typeof message === 'string' ? quoteText(FAILURE_MARK + message) : `('${FAILURE_MARK}' || ${message.sql})`;
  const failing = `CAST(${text} AS BIGINT)`;
  return type.kind === 'INT64' ? failing : `CAST(CAST(${failing} AS VARCHAR) AS ${duckdbType(type)})`;
}
