import type { Expression, Name } from '../ast/expression.ts';
import type { AlterAction, ColumnChange, Ddl } from '../ast/statement.ts';
import type { TablePath } from '../catalog.ts';
import type { BoundAlter, BoundColumnChange, BoundTableDdl } from '../ddl.ts';
import { type Binder, NOWHERE } from './binder.ts';
import { bindColumn, refuseCollation } from './createtable.ts';
import { bindExpression } from './expression.ts';
import { coerce } from './make.ts';
import { bindDatasetPath, bindTablePath } from './object.ts';
import { bindOptions } from './option.ts';
import { sameName } from './scope.ts';
import { bindType } from './typenode.ts';

export function bindAlter(binder: Binder, node: Extract<Ddl, { kind: 'alter' }>): BoundTableDdl {
  const path =
    node.what === 'SCHEMA'
      ? { ...bindDatasetPath(binder, node.name, node), table: '' }
      : bindTablePath(binder, node.name, node);
  const actions = node.actions.map((action) => bindAction(binder, action, path));
  return { kind: 'alter', what: node.what, path, ifExists: node.ifExists, actions };
}

function bindAction(binder: Binder, action: AlterAction, path: TablePath): BoundAlter {
  switch (action.kind) {
    case 'set_options':
      return { kind: 'set_options', options: bindOptions(binder, action.options) };
    case 'add_column':
      return { kind: 'add_column', ifNotExists: action.ifNotExists, column: bindColumn(binder, action.column) };
    case 'drop_column':
      return { kind: 'drop_column', ifExists: action.ifExists, column: action.column.name };
    case 'rename_column':
      return { kind: 'rename_column', ifExists: action.ifExists, column: action.column.name, to: action.to.name };
    case 'rename':
      return { kind: 'rename', to: action.to.name };
    case 'alter_column': {
      const { ifExists, column, change } = action;
      if (change.kind === 'set_default') checkDefault(binder, change.value, column, path);
      return { kind: 'alter_column', ifExists, column: column.name, change: bindChange(binder, change) };
    }
    case 'set_collate':
      refuseCollation(binder, action.collate, action);
      return { kind: 'none' };
    case 'constraint':
      // Keys are never enforced: they are read and have no effect.
      return { kind: 'none' };
  }
}

function bindChange(binder: Binder, change: ColumnChange): BoundColumnChange {
  switch (change.kind) {
    case 'set_options':
      return { kind: 'set_options', options: bindOptions(binder, change.options) };
    case 'set_type':
      return { kind: 'set_type', type: bindType(binder, change.type) };
    case 'set_default':
      return { kind: 'set_default', expression: binder.source.text.slice(change.value.start, change.value.end) };
    default:
      return change;
  }
}

/** Bound for its faults: whoever inserts rows binds the text anew. */
function checkDefault(binder: Binder, value: Expression, name: Name, path: TablePath): void {
  const bound = bindExpression(binder, NOWHERE, value);
  const column = binder.catalog.relation(path)?.columns.find((candidate) => sameName(candidate.name, name.name));
  if (column !== undefined) coerce(binder, bound, column.type, 'A default');
}
