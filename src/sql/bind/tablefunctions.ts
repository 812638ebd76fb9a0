import type { Argument, Expression } from '../ast/expression.ts';
import type { Span } from '../source.ts';
import type { Binder } from './binder.ts';

type Call = Span & { readonly arguments: readonly Argument[] };

/** GoogleSQL's own table functions, each as the query that a call stands for. */
export const TABLE_FUNCTIONS: Readonly<Record<string, (binder: Binder, call: Call) => string>> = {
  RANGE_SESSIONIZE: rangeSessionize,
};

const MODES: Readonly<Record<string, string>> = { MEETS: '<', OVERLAPS: '<=' };

/**
 * Rows whose ranges meet or overlap, one after the other, form a session (GoogleSQL, Range functions,
 * RANGE_SESSIONIZE). A new one begins where the furthest end so far lies before the start;
 * a row without a range joins what follows, as one without bounds would.
 */
function rangeSessionize(binder: Binder, call: Call): string {
  const [table, range, keys, mode] = call.arguments.map(({ value }) => value);
  if (table === undefined || range === undefined || keys === undefined) {
    const wrong = 'RANGE_SESSIONIZE takes a table, the name of a range column, names of columns, and a mode';
    throw binder.fail('no-signature', call, wrong);
  }
  const column = quoted(binder, range);
  const names = keys.kind === 'array' ? keys.elements.map((key) => quoted(binder, key)) : [];
  const option = mode?.kind === 'string' ? mode.value : 'MEETS';
  const before = MODES[option];
  if (before === undefined) {
    throw binder.fail('argument', mode ?? call, `Could not cast literal "${option}" to type RANGE_SESSIONIZE_MODE`);
  }
  const partition = names.length === 0 ? '' : `PARTITION BY ${names.join(', ')}`;
  const sorted = `${partition} ORDER BY _start, _end ROWS BETWEEN UNBOUNDED PRECEDING AND`;
  return `SELECT * EXCEPT (_start, _end, _reached, _open, _session),
    IF(${column} IS NULL, NULL, RANGE(
      IF(LOGICAL_OR(_start IS NULL AND ${column} IS NOT NULL) OVER session, NULL, MIN(_start) OVER session),
      IF(LOGICAL_OR(_end IS NULL AND ${column} IS NOT NULL) OVER session, NULL, MAX(_end) OVER session))) AS session_range
  FROM (
    SELECT *, COUNTIF(IF(_open, FALSE, _reached IS NULL OR _reached ${before} _start)) OVER (${sorted} CURRENT ROW) AS _session
    FROM (
      SELECT *, MAX(_end) OVER (${sorted} 1 PRECEDING) AS _reached, LOGICAL_OR(_end IS NULL) OVER (${sorted} 1 PRECEDING) AS _open
      FROM (SELECT *, RANGE_START(${column}) AS _start, RANGE_END(${column}) AS _end FROM ${source(binder, table)})
    )
  )
  WINDOW session AS (PARTITION BY ${[...names, '_session'].join(', ')})`;
}

function source(binder: Binder, value: Argument['value']): string {
  const { text } = binder.source;
  if (value.kind === 'table') {
    return value.path.map(({ name }) => `\`${name}\``).join('.');
  }
  if (value.kind === 'subquery') return `(${text.slice(value.query.start, value.query.end)})`;
  throw binder.fail('argument', value, 'A table is needed here: TABLE name or a query');
}

/** A column that is named by a string. */
function quoted(binder: Binder, value: Argument['value'] | Expression): string {
  if (value.kind !== 'string') throw binder.fail('argument', value, 'The name of a column as a string is needed here');
  return `\`${value.value.replaceAll('`', '\\`')}\``;
}
