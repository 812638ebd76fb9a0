import { ArcosError } from '../../../base/errors.ts';
import type { ColumnInfo, TablePath } from '../../../sql/catalog.ts';
import type { BoundTableDdl } from '../../../sql/ddl.ts';
import { duckdbType, quoteName } from '../../../sql/duckdb.ts';
import { documentOptions, type TableDocument } from '../../catalog/document.ts';
import { displayName, engineName } from '../../tablename.ts';
import { documentStep } from './ddl.ts';

type Alter = Extract<BoundTableDdl, { kind: 'alter' }>;
type Action = Alter['actions'][number];

interface Change {
  readonly document: TableDocument;
  readonly steps: readonly string[];
}

/** Steps that change a table and its document: to be run in one transaction. */
export function alterSteps(path: TablePath, before: TableDocument, actions: readonly Action[]): string[] {
  const { document, steps } = actions.reduce<Change>((change, action) => apply(path, change, action), {
    document: before,
    steps: [],
  });
  return [...steps, documentStep(path, document)];
}

function apply(path: TablePath, { document, steps }: Change, action: Action): Change {
  const table = engineName(path);
  const columns = (next: readonly ColumnInfo[]): TableDocument => ({ ...document, columns: next });
  switch (action.kind) {
    case 'none':
      return { document, steps };
    case 'set_options':
      return { document: { ...document, ...documentOptions(action.options) }, steps };
    case 'add_column': {
      const { options: _options, ...column } = action.column;
      if (find(document, column.name) !== undefined) {
        if (action.ifNotExists) return { document, steps };
        throw new ArcosError('CONFLICT', `Column already exists: ${column.name}`, { data: { reason: 'invalidQuery' } });
      }
      const step = `ALTER TABLE ${table} ADD COLUMN ${quoteName(column.name)} ${duckdbType(column.type)}`;
      return { document: columns([...document.columns, column]), steps: [...steps, step] };
    }
    case 'drop_column': {
      const column = find(document, action.column);
      if (column === undefined) return missing(path, action.column, action.ifExists, { document, steps });
      const step = `ALTER TABLE ${table} DROP COLUMN ${quoteName(column.name)}`;
      return { document: columns(document.columns.filter((other) => other !== column)), steps: [...steps, step] };
    }
    case 'rename_column': {
      const column = find(document, action.column);
      if (column === undefined) return missing(path, action.column, action.ifExists, { document, steps });
      const step = `ALTER TABLE ${table} RENAME COLUMN ${quoteName(column.name)} TO ${quoteName(action.to)}`;
      const next = document.columns.map((other) => (other === column ? { ...other, name: action.to } : other));
      return { document: columns(next), steps: [...steps, step] };
    }
    case 'alter_column': {
      const column = find(document, action.column);
      if (column === undefined) return missing(path, action.column, action.ifExists, { document, steps });
      const { changed, step } = changeColumn(table, column, action.change);
      const next = document.columns.map((other) => (other === column ? changed : other));
      return { document: columns(next), steps: step === undefined ? steps : [...steps, step] };
    }
    case 'rename':
      throw new ArcosError('UNSUPPORTED', 'ALTER TABLE RENAME TO is not supported yet');
  }
}

function changeColumn(
  table: string,
  column: ColumnInfo,
  change: Extract<Action, { kind: 'alter_column' }>['change'],
): { changed: ColumnInfo; step?: string } {
  const alter = `ALTER TABLE ${table} ALTER COLUMN ${quoteName(column.name)}`;
  switch (change.kind) {
    case 'set_type':
      return { changed: { ...column, type: change.type }, step: `${alter} SET DATA TYPE ${duckdbType(change.type)}` };
    case 'drop_not_null':
      return { changed: { ...column, nullable: true }, step: `${alter} DROP NOT NULL` };
    case 'set_options': {
      const { description } = change.options;
      return { changed: typeof description === 'string' ? { ...column, description } : column };
    }
    default:
      throw new ArcosError('UNSUPPORTED', 'Column defaults are not supported yet');
  }
}

function find(document: TableDocument, name: string): ColumnInfo | undefined {
  return document.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
}

function missing(path: TablePath, column: string, ifExists: boolean, change: Change): Change {
  if (ifExists) return change;
  throw new ArcosError('INVALID', `Column not found: ${column} in table ${displayName(path)}`, {
    data: { reason: 'invalidQuery' },
  });
}
