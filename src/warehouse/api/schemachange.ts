import { ArcosError } from '../../base/errors.ts';
import type { ColumnInfo } from '../../sql/catalog.ts';
import { sameType, typeName } from '../../sql/type.ts';
import type { TableInfo } from '../port.ts';
import { displayName } from '../tablename.ts';
import { columnSql, type FieldSchema, fromFields } from './schema.ts';

/**
 * The actions of ALTER TABLE that give a table another schema: columns may be added, no longer be REQUIRED, and be
 * described (BigQuery, Modifying table schemas). Throws INVALID for any other change.
 */
export function schemaActions(info: TableInfo, fields: readonly FieldSchema[]): string[] {
  const wanted = fromFields(fields);
  const find = (columns: readonly ColumnInfo[], { name }: ColumnInfo) =>
    columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  const lost = info.columns.find((column) => find(wanted, column) === undefined);
  if (lost !== undefined) throw mismatch(info, `Field ${lost.name} is missing in new schema`);
  return wanted.flatMap((column) => {
    const before = find(info.columns, column);
    return before === undefined ? [`ADD COLUMN ${columnSql(column)}`] : changes(info, before, column);
  });
}

function changes(info: TableInfo, before: ColumnInfo, after: ColumnInfo): string[] {
  const { name, type, nullable, description } = after;
  if (!sameType(before.type, type)) {
    throw mismatch(info, `Field ${name} has changed type from ${typeName(before.type)} to ${typeName(type)}`);
  }
  if (before.nullable && !nullable) throw mismatch(info, `Field ${name} has changed mode from NULLABLE to REQUIRED`);
  const options = `OPTIONS (description = ${JSON.stringify(description ?? null)})`;
  return [
    ...(nullable && !before.nullable ? [`ALTER COLUMN \`${name}\` DROP NOT NULL`] : []),
    ...(description !== before.description ? [`ALTER COLUMN \`${name}\` SET ${options}`] : []),
  ];
}

function mismatch({ path }: TableInfo, what: string): ArcosError {
  return new ArcosError('INVALID', `Provided Schema does not match Table ${displayName(path)}. ${what}`, {
    data: { reason: 'invalid' },
  });
}
