import type { BoundExpression, BoundQuery } from '../bound.ts';
import type { ColumnInfo, NativeRelation } from '../catalog.ts';
import { lex } from '../lex.ts';
import { Cursor } from '../parse/cursor.ts';
import { parseExpression } from '../parse/expression.ts';
import { Source, type Span } from '../source.ts';
import { type Binder, NOWHERE } from './binder.ts';
import { bindExpression } from './expression.ts';
import { derivedItem } from './from.ts';
import { coerce, literal } from './make.ts';
import { outputColumns } from './output.ts';

/** What a column holds that is given no value: its default, else NULL. */
export function columnDefault(binder: Binder, target: NativeRelation, column: ColumnInfo, span: Span): BoundExpression {
  if (column.default === undefined) return literal(column.type, null, span);
  const { project, dataset, table } = target.path;
  const name = `default of ${project}.${dataset}.${table}.${column.name}`;
  const inside = binder.inside(new Source(column.default, name), project, span);
  const node = parseExpression(new Cursor(inside.source, lex(inside.source)));
  return coerce(inside, bindExpression(inside, NOWHERE, node), column.type, `The ${name}`);
}

/** Columns of a table with a default that are not among those given. */
export function defaultedColumns(target: NativeRelation, given: readonly ColumnInfo[]): ColumnInfo[] {
  return target.columns.filter((column) => column.default !== undefined && !given.includes(column));
}

/** The rows of a query with a default for each of more columns behind its own. */
export function withDefaults(
  binder: Binder,
  target: NativeRelation,
  query: BoundQuery,
  more: readonly ColumnInfo[],
  span: Span,
): BoundQuery {
  if (more.length === 0) return query;
  const item = derivedItem(binder, { ...query, valueTable: false }, undefined, span);
  const items = [
    ...item.columns.map(({ expression }) => expression),
    ...more.map((column) => columnDefault(binder, target, column, span)),
  ];
  const names = [...item.columns.map(({ name }) => name), ...more.map(({ name }) => name)];
  return {
    ctes: [],
    recursive: false,
    body: { kind: 'select', distinct: false, items, from: item.from },
    orderBy: [],
    columns: outputColumns(items, names),
    valueTable: false,
  };
}
