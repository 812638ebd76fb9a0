import { ArcosError } from '../../../base/errors.ts';
import type { ColumnInfo, TablePath } from '../../../sql/catalog.ts';
import type { BoundTableDdl } from '../../../sql/ddl.ts';
import { duckdbType, quoteName } from '../../../sql/duckdb.ts';
import { type SqlType, sameType, typeName } from '../../../sql/type.ts';
import { type TableDocument, withOptions } from '../../catalog/document.ts';
import { withLifetime } from '../../catalog/lifetime.ts';
import { displayName, engineName, lastName } from '../../tablename.ts';
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
  const renamed = actions.find((action) => action.kind === 'rename');
  return [...steps, documentStep(renamed === undefined ? path : { ...path, table: renamed.to }, document)];
}

function apply(path: TablePath, { document, steps }: Change, action: Action): Change {
  const table = engineName(path);
  const columns = (next: readonly ColumnInfo[]): TableDocument => ({ ...document, columns: next });
  switch (action.kind) {
    case 'none':
      return { document, steps };
    case 'set_options':
      return {
        document: {
          ...withOptions(document, action.options),
          lifetime: withLifetime(document.lifetime ?? {}, action.options),
        },
        steps,
      };
    case 'add_column': {
      const { options: _options, ...column } = action.column;
      if (!column.nullable || column.default !== undefined) {
        const what = column.nullable ? 'with a default' : 'that must not be NULL';
        throw new ArcosError(
          'INVALID',
          `Column ${column.name} ${what} cannot be added to a table that is there already`,
          {
            hint: 'Add it without, then ALTER COLUMN SET DEFAULT.',
            data: { reason: 'invalidQuery' },
          },
        );
      }
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
      demandUnused(document, column, 'dropped');
      if (document.columns.length === 1) throw invalid(`Column ${column.name} cannot be dropped: it is the only one`);
      const step = `ALTER TABLE ${table} DROP COLUMN ${quoteName(column.name)}`;
      return { document: columns(document.columns.filter((other) => other !== column)), steps: [...steps, step] };
    }
    case 'rename_column': {
      const column = find(document, action.column);
      if (column === undefined) return missing(path, action.column, action.ifExists, { document, steps });
      demandUnused(document, column, 'renamed');
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
    case 'rename': {
      const step = `ALTER TABLE ${table} RENAME TO ${lastName({ ...path, table: action.to })}`;
      return { document, steps: [...steps, step] };
    }
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
      demandWider(column, change.type);
      return { changed: { ...column, type: change.type }, step: `${alter} SET DATA TYPE ${duckdbType(change.type)}` };
    case 'drop_not_null':
      return { changed: { ...column, nullable: true }, step: `${alter} DROP NOT NULL` };
    case 'set_options': {
      const { description } = change.options;
      if (description === undefined) return { changed: column };
      const { description: _description, ...rest } = column;
      return { changed: typeof description === 'string' ? { ...rest, description } : rest };
    }
    case 'set_default':
      return { changed: { ...column, default: change.expression } };
    case 'drop_default': {
      const { default: _default, ...changed } = column;
      return { changed };
    }
  }
}

/** A column that rows are partitioned or sorted by stays as it is (GoogleSQL, ALTER TABLE DROP COLUMN and RENAME COLUMN). */
function demandUnused({ partitioning, clustering = [] }: TableDocument, { name }: ColumnInfo, what: string): void {
  const partitions = partitioning !== undefined && 'column' in partitioning && partitioning.column === name;
  if (!partitions && !clustering.includes(name)) return;
  throw invalid(`Column ${name} cannot be ${what}: the table is ${partitions ? 'partitioned' : 'clustered'} by it`);
}

/** Only to a type that holds all that the one before could (GoogleSQL, ALTER COLUMN SET DATA TYPE). */
function demandWider({ name, type: from }: ColumnInfo, to: SqlType): void {
  if (isWider(from, to)) return;
  throw invalid(
    `ALTER TABLE ALTER COLUMN SET DATA TYPE requires that the existing column type (${typeName(from)}) is assignable to the new type (${typeName(to)}): column ${name}`,
  );
}

const WIDER: Readonly<Record<string, readonly SqlType['kind'][]>> = {
  INT64: ['NUMERIC', 'BIGNUMERIC', 'FLOAT64'],
  NUMERIC: ['BIGNUMERIC', 'FLOAT64'],
  BIGNUMERIC: ['FLOAT64'],
};

function isWider(from: SqlType, to: SqlType): boolean {
  if (from.kind === 'ARRAY' || from.kind === 'STRUCT' || from.kind === 'RANGE') return sameType(from, to);
  if (to.kind === 'ARRAY' || to.kind === 'STRUCT' || to.kind === 'RANGE') return false;
  if (from.kind !== to.kind) return WIDER[from.kind]?.includes(to.kind) === true && to.precision === undefined;
  if (to.maxLength !== undefined) return from.maxLength !== undefined && to.maxLength >= from.maxLength;
  if (to.precision === undefined) return true;
  const [scale, before] = [to.scale ?? 0, from.scale ?? 0];
  return from.precision !== undefined && scale >= before && to.precision - scale >= from.precision - before;
}

function invalid(message: string): ArcosError {
  return new ArcosError('INVALID', message, { data: { reason: 'invalidQuery' } });
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
