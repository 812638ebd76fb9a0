import { ArcosError } from '../../base/errors.ts';
import type { ColumnInfo } from '../../sql/catalog.ts';
import { sameType, typeName } from '../../sql/type.ts';
import type { ModelNode } from '../node.ts';
import type { Session } from '../session.ts';
import { mapOf } from '../yaml.ts';
import { columnName } from './layout.ts';
import { columnsOf } from './table.ts';

/**
 * A query that gives what the model's contract promises, in that order, with its columns; the query as it is where there is
 * no contract. Throws INVALID for a query that gives something else, before anything is built.
 */
export async function underContract(
  node: ModelNode,
  sql: string,
  session: Session,
): Promise<{ readonly sql: string; readonly columns?: readonly ColumnInfo[] }> {
  if (mapOf(node.config['contract'])['enforced'] !== true) return { sql };
  const untyped = node.columns.filter(({ dataType }) => dataType === null);
  if (node.columns.length === 0 || untyped.length > 0) {
    const which = untyped.map(({ name }) => name).join(', ');
    throw new ArcosError('INVALID', `The contract of ${node.uniqueId} needs the data_type of every column: ${which}`, {
      hint: 'Give each of its columns a data_type in the schema file.',
    });
  }
  const typed = node.columns.map(({ name, dataType }) => `CAST(NULL AS ${dataType}) AS ${columnName(name)}`);
  const promised = await columnsOf(`SELECT ${typed.join(', ')}`, session);
  const given = await columnsOf(sql, session);
  const differences = differencesOf(promised, given);
  if (differences.length > 0) {
    const lines = [
      'This model has an enforced contract that failed.',
      '| column_name | definition_type | contract_type | mismatch_reason |',
      ...differences,
    ];
    throw new ArcosError('INVALID', lines.join('\n'), {
      hint: 'The names, types and number of columns of the query must be those of the contract.',
    });
  }
  const names = promised.map(({ name }) => columnName(name)).join(', ');
  return { sql: `SELECT ${names}\nFROM (\n${sql}\n)`, columns: promised };
}

/** Lines of dbt's table. */
function differencesOf(promised: readonly ColumnInfo[], given: readonly ColumnInfo[]): string[] {
  const find = (columns: readonly ColumnInfo[], { name }: ColumnInfo) =>
    columns.find((other) => other.name.toLowerCase() === name.toLowerCase());
  const line = (name: string, query: ColumnInfo | undefined, contract: ColumnInfo | undefined, reason: string) => {
    const type = (column: ColumnInfo | undefined) => (column === undefined ? '' : typeName(column.type));
    return `| ${name} | ${type(query)} | ${type(contract)} | ${reason} |`;
  };
  return [
    ...promised.flatMap((column) => {
      const other = find(given, column);
      if (other === undefined) return [line(column.name, other, column, 'missing in definition')];
      return sameType(other.type, column.type) ? [] : [line(column.name, other, column, 'data type mismatch')];
    }),
    ...given
      .filter((column) => find(promised, column) === undefined)
      .map((column) => line(column.name, column, undefined, 'missing in contract')),
  ];
}

/** Whether the contract says that a column is never NULL. */
export function isNeverNull(node: Pick<ModelNode, 'columns' | 'config'>, column: string): boolean {
  if (mapOf(node.config['contract'])['enforced'] !== true) return false;
  const declared = node.columns.find(({ name }) => name.toLowerCase() === column.toLowerCase());
  return declared?.constraints.some(({ type }) => type === 'not_null') === true;
}
