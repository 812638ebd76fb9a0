import type { Expression } from '../ast/expression.ts';
import type { ColumnInfo, Partitioning } from '../catalog.ts';
import { typeName } from '../type.ts';
import type { Binder } from './binder.ts';
import { sameName } from './scope.ts';

type Unit = 'HOUR' | 'DAY' | 'MONTH' | 'YEAR';
const UNITS: ReadonlySet<string> = new Set<Unit>(['HOUR', 'DAY', 'MONTH', 'YEAR']);
const TRUNCATIONS: ReadonlySet<string> = new Set(['DATE_TRUNC', 'DATETIME_TRUNC', 'TIMESTAMP_TRUNC']);

/** What a PARTITION BY expression means (GoogleSQL, CREATE TABLE statement, partition_expression). */
export function bindPartitioning(binder: Binder, node: Expression, columns: readonly ColumnInfo[]): Partitioning {
  if (node.kind === 'path') return byTime(binder, node, 'DAY', columns);
  if (node.kind === 'call') {
    const name = node.call.name[0]?.name.toUpperCase() ?? '';
    const [first, second] = node.call.arguments.map(({ value }) => value);
    if (name === 'DATE' && first?.kind === 'path') return byTime(binder, first, 'DAY', columns);
    if (TRUNCATIONS.has(name) && first?.kind === 'path') {
      const unit = second?.kind === 'path' ? (second.parts[0]?.name.toUpperCase() ?? '') : '';
      if (!UNITS.has(unit)) throw binder.fail('partition', node, 'PARTITION BY truncates to HOUR, DAY, MONTH or YEAR');
      return byTime(binder, first, unit as Unit, columns);
    }
    if (name === 'RANGE_BUCKET' && first?.kind === 'path' && second?.kind === 'call')
      return byRange(binder, first, second, columns);
  }
  throw binder.fail(
    'partition',
    node,
    'PARTITION BY expression must be DATE(column), a truncated column, RANGE_BUCKET(column, GENERATE_ARRAY(...)) or a DATE column',
  );
}

function byTime(
  binder: Binder,
  node: Extract<Expression, { kind: 'path' }>,
  unit: Unit,
  columns: readonly ColumnInfo[],
): Partitioning {
  const name = node.parts.at(-1)?.name ?? '';
  if (/^_PARTITION(DATE|TIME)$/i.test(name)) return { kind: 'ingestion', unit };
  const column = findColumn(binder, node, name, columns);
  const { kind } = column.type;
  if (kind !== 'DATE' && kind !== 'DATETIME' && kind !== 'TIMESTAMP') {
    throw binder.fail(
      'partition',
      node,
      `PARTITION BY column ${name} has type ${typeName(column.type)}; a DATE, DATETIME or TIMESTAMP is needed`,
    );
  }
  return { kind: 'time', unit, column: column.name };
}

function byRange(
  binder: Binder,
  node: Extract<Expression, { kind: 'path' }>,
  bounds: Extract<Expression, { kind: 'call' }>,
  columns: readonly ColumnInfo[],
): Partitioning {
  const numbers = bounds.call.arguments.map(({ value }) => wholeNumber(value));
  const [start, end, interval = 1] = numbers;
  if (bounds.call.name[0]?.name.toUpperCase() !== 'GENERATE_ARRAY' || start === undefined || end === undefined) {
    throw binder.fail('partition', bounds, 'RANGE_BUCKET needs GENERATE_ARRAY(start, end, interval) of constants');
  }
  const column = findColumn(binder, node, node.parts.at(-1)?.name ?? '', columns);
  if (column.type.kind !== 'INT64') {
    throw binder.fail(
      'partition',
      node,
      `PARTITION BY RANGE_BUCKET needs an INT64 column; ${column.name} has type ${typeName(column.type)}`,
    );
  }
  return { kind: 'range', column: column.name, start, end, interval };
}

function wholeNumber(node: Expression | { kind: 'table' }): number | undefined {
  if (node.kind === 'integer') return Number(node.text);
  if (node.kind !== 'unary' || node.operator !== '-') return undefined;
  const positive = wholeNumber(node.operand);
  return positive === undefined ? undefined : -positive;
}

function findColumn(binder: Binder, node: Expression, name: string, columns: readonly ColumnInfo[]): ColumnInfo {
  const column = columns.find((candidate) => sameName(candidate.name, name));
  if (column !== undefined) return column;
  throw binder.fail('partition', node, 'The field specified for partitioning cannot be found in the schema');
}
