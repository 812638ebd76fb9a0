import type { Name } from '../ast/expression.ts';
import type { Pivot, Unpivot } from '../ast/query.ts';
import type { BoundExpression, BoundSelect, OutputColumn } from '../bound.ts';
import { arrayOf, BOOL, type SqlType, STRING } from '../type.ts';
import type { Binder, Place } from './binder.ts';
import { bindExpression } from './expression.ts';
import { derivedItem, type FromItem } from './from.ts';
import { call, convert, literal, text, unify } from './make.ts';
import { outputColumns } from './output.ts';
import { Scope, type ScopeColumn, sameName } from './scope.ts';
import { children, fingerprint } from './walk.ts';

/**
 * PIVOT: one row for each combination of the columns that are neither aggregated nor pivoted; each
 * aggregate, once for each value, over the rows with that value (GoogleSQL, PIVOT operator).
 */
export function bindPivot(binder: Binder, place: Place, input: FromItem, node: Pivot): FromItem {
  const inside: Place = { ...place, scope: new Scope(place.scope, input.tables, input.columns) };
  const column = bindExpression(binder, inside, node.column);
  const aggregates = node.aggregates.map(({ call: aggregate, alias }) => {
    const value = bindExpression(binder, inside, {
      kind: 'call',
      call: aggregate,
      start: aggregate.start,
      end: aggregate.end,
    });
    if (value.kind !== 'aggregate')
      throw binder.fail('pivot', aggregate, 'PIVOT expression is not an aggregate function call');
    return { value, alias };
  });
  const prints = new Set(input.columns.map(({ expression }) => fingerprint(expression)));
  const used = new Set([column, ...aggregates.map(({ value }) => value)].flatMap((value) => inputsOf(value, prints)));
  const keys = input.columns.filter(({ expression, hidden }) => hidden !== true && !used.has(fingerprint(expression)));

  const items: BoundExpression[] = keys.map(({ expression }) => expression);
  const names: (string | undefined)[] = keys.map(({ name }) => name);
  for (const { value, alias: valueAlias } of node.values) {
    const wanted = bindExpression(binder, inside, value);
    const pair = unify(binder, [column, wanted], value, 'PIVOT value');
    const matches = call(
      BOOL,
      wanted.kind === 'literal' && wanted.value === null ? 'IS NULL' : '=',
      wanted.kind === 'literal' && wanted.value === null ? [column] : pair,
      value,
    );
    const label = valueAlias?.name ?? labelOf(binder, wanted);
    for (const { value: aggregate, alias } of aggregates) {
      items.push(onlyWhere(aggregate, matches));
      names.push(alias === undefined ? label : `${alias.name}_${label}`);
    }
  }
  const body: BoundSelect = {
    kind: 'select',
    distinct: false,
    items,
    from: input.from,
    groupBy: { keys: keys.map(({ expression }) => expression) },
  };
  return derived(binder, body, outputColumns(items, names), node.alias, node);
}

/** An aggregate over the rows that fulfil a condition: its argument is NULL in the others. */
function onlyWhere(
  aggregate: Extract<BoundExpression, { kind: 'aggregate' }>,
  condition: BoundExpression,
): BoundExpression {
  const [first, ...rest] = aggregate.arguments;
  if (first === undefined) return { ...aggregate, name: 'COUNTIF', arguments: [condition] };
  const value = call(first.type, 'IF', [condition, first, literal(first.type, null, first.span)], first.span);
  const ignoreNulls = aggregate.name === 'ARRAY_AGG' || aggregate.name === 'ANY_VALUE' ? { ignoreNulls: true } : {};
  return { ...aggregate, arguments: [value, ...rest], ...ignoreNulls };
}

/** The input's columns, by their fingerprints, that an expression is made of. */
function inputsOf(expression: BoundExpression, columns: ReadonlySet<string>): string[] {
  const print = fingerprint(expression);
  return columns.has(print) ? [print] : children(expression).flatMap((child) => inputsOf(child, columns));
}

/** A pivoted column's name, made of its value (GoogleSQL, PIVOT operator, Rules for pivot_column). */
function labelOf(binder: Binder, value: BoundExpression): string {
  const operand = value.kind === 'cast' ? value.operand : value;
  if (operand.kind !== 'literal')
    throw binder.fail('pivot', value.span, 'PIVOT values need an alias unless they are literals');
  const { value: content } = operand;
  if (content === null) return 'NULL';
  const written = String(content).replace('-', 'minus_').replace('.', '_point_');
  if (operand.type.kind === 'STRING' && value.kind !== 'cast') return String(content);
  return value.type.kind === 'DATE'
    ? `_${String(content).replaceAll('-', '_')}`
    : /^\d/.test(written)
      ? `_${written}`
      : written;
}

/** UNPIVOT: one row for each of the listed columns (GoogleSQL, UNPIVOT operator). */
export function bindUnpivot(binder: Binder, _place: Place, input: FromItem, node: Unpivot): FromItem {
  const find = (name: Name): ScopeColumn => {
    const column = input.columns.find(
      (candidate) => candidate.name !== undefined && sameName(candidate.name, name.name),
    );
    if (column === undefined) throw binder.fail('unknown-column', name, `Unrecognized name: ${name.name}`);
    return column;
  };
  const groups = node.columns.map(({ columns }) => columns.map(find));
  const used = new Set(groups.flat());
  const kept = input.columns.filter((column) => column.hidden !== true && !used.has(column));
  const labels = unify(
    binder,
    node.columns.map(({ columns, label }) => {
      const implied = columns.map(({ name }) => name).join('_');
      return label === undefined
        ? text(implied, node)
        : bindExpression(binder, { scope: new Scope(undefined), ctes: [] }, label);
    }),
    node,
    'UNPIVOT labels',
  );
  const labelType = labels[0]?.type ?? STRING;
  const values = node.values.map((_, index) =>
    unify(
      binder,
      groups.map((group) => group[index]?.expression ?? literal(STRING, null, node, true)),
      node,
      'UNPIVOT columns',
    ),
  );
  const fields = [
    ...node.values.map(({ name }, index) => ({ name, type: values[index]?.[0]?.type ?? STRING })),
    { name: node.nameColumn.name, type: labelType },
  ];
  const rowType: SqlType = { kind: 'STRUCT', fields };
  const rows: BoundExpression[] = groups.map((_, row) => ({
    kind: 'struct',
    type: rowType,
    values: [...values.map((column) => column[row]), labels[row]].map((value, index) =>
      convert(value ?? literal(STRING, null, node, true), fields[index]?.type ?? STRING),
    ),
    span: node,
  }));
  const id = binder.newId();
  const array: BoundExpression = { kind: 'array', type: arrayOf(rowType), elements: rows, span: node };
  const row: BoundExpression = { kind: 'column', table: id, column: 'value', type: rowType, span: node };
  const field = (index: number): BoundExpression => ({
    kind: 'field',
    object: row,
    index,
    type: fields[index]?.type ?? STRING,
    span: node,
  });
  const items = [...kept.map(({ expression }) => expression), ...fields.map((_, index) => field(index))];
  const names = [...kept.map(({ name }) => name), ...fields.map(({ name }) => name)];
  const allNull = node.values
    .map((_, index) => call(BOOL, 'IS NULL', [field(index)], node))
    .reduce((all, test) => call(BOOL, 'AND', [all, test], node));
  const body: BoundSelect = {
    kind: 'select',
    distinct: false,
    items,
    from: { kind: 'join', join: 'CROSS', left: input.from, right: { kind: 'unnest', id, array, withOffset: false } },
    ...(node.includeNulls ? {} : { where: call(BOOL, 'NOT', [allNull], node) }),
  };
  return derived(binder, body, outputColumns(items, names), node.alias, node);
}

function derived(
  binder: Binder,
  body: BoundSelect,
  columns: readonly OutputColumn[],
  alias: Name | undefined,
  span: { start: number; end: number },
): FromItem {
  const query = { ctes: [], recursive: false, body, orderBy: [], columns, valueTable: false };
  return derivedItem(binder, query, alias?.name, span);
}
