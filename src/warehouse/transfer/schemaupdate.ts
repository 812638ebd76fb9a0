import { ArcosError } from '../../base/errors.ts';
import type { ColumnInfo } from '../../sql/catalog.ts';
import { columnSql } from '../api/schema.ts';
import type { TableInfo } from '../port.ts';
import { type LoadBody, writeDisposition } from './configuration.ts';

const OPTIONS = ['ALLOW_FIELD_ADDITION', 'ALLOW_FIELD_RELAXATION'];

/**
 * The actions of ALTER TABLE by which a table can take rows of other columns, as far as a load job allows them
 * (BigQuery REST reference, JobConfigurationLoad.schemaUpdateOptions). Throws INVALID for options that do not fit.
 */
export function schemaUpdates(body: LoadBody, table: TableInfo | undefined, columns: readonly ColumnInfo[]): string[] {
  const { schemaUpdateOptions: said = [] } = body;
  if (said.length === 0 || table === undefined) return [];
  const unknown = said.find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined) throw invalid(`Invalid schema update option ${unknown}`);
  if (writeDisposition(body, 'WRITE_APPEND') !== 'WRITE_APPEND')
    throw invalid('Schema update options should only be specified with WRITE_APPEND disposition.');
  return columns.flatMap((column) => {
    const before = table.columns.find(({ name }) => name.toLowerCase() === column.name.toLowerCase());
    if (before === undefined) return said.includes('ALLOW_FIELD_ADDITION') ? [`ADD COLUMN ${columnSql(column)}`] : [];
    const relaxed = !before.nullable && column.nullable && said.includes('ALLOW_FIELD_RELAXATION');
    return relaxed ? [`ALTER COLUMN \`${column.name}\` DROP NOT NULL`] : [];
  });
}

function invalid(message: string): ArcosError {
  return new ArcosError('INVALID', message, { data: { reason: 'invalid' } });
}
