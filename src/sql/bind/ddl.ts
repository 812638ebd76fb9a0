import type { Ddl, DropKind, ObjectName } from '../ast/statement.ts';
import { type TablePath, TEMPORARY_DATASET } from '../catalog.ts';
import type { BoundDdl } from '../ddl.ts';
import { bindGrant, bindRowAccessPolicy } from './access.ts';
import { bindAlter } from './alter.ts';
import type { Binder } from './binder.ts';
import { bindCreateRoutine } from './createroutine.ts';
import { bindColumn, bindCreateTable, refuseCollation } from './createtable.ts';
import { bindCreateView } from './createview.ts';
import { bindDatasetPath, bindRoutinePath, bindTablePath } from './object.ts';
import { bindOptions } from './option.ts';

export function bindDdl(binder: Binder, node: Ddl): BoundDdl {
  switch (node.kind) {
    case 'create_schema':
      refuseCollation(binder, node.collate, node);
      return {
        kind: 'create_schema',
        mode: node.mode,
        ...bindDatasetPath(binder, node.name, node),
        options: bindOptions(binder, node.options),
      };
    case 'undrop_schema':
      return {
        kind: 'undrop_schema',
        ...bindDatasetPath(binder, node.name, node),
        ifNotExists: node.ifNotExists,
      };
    case 'create_table':
      return bindCreateTable(binder, node);
    case 'create_external_table':
      return {
        kind: 'create_external_table',
        mode: node.mode,
        path: bindTablePath(binder, node.name, node),
        ...(node.columns === undefined ? {} : { columns: node.columns.map((column) => bindColumn(binder, column)) }),
        ...(node.partitionColumns === undefined
          ? {}
          : { partitionColumns: node.partitionColumns.map((column) => bindColumn(binder, column)) }),
        options: bindOptions(binder, node.options),
      };
    case 'create_view':
      return bindCreateView(binder, node);
    case 'create_function':
    case 'create_table_function':
    case 'create_procedure':
      return bindCreateRoutine(binder, node);
    case 'create_row_access_policy':
      return bindRowAccessPolicy(binder, node);
    case 'create_index':
      return {
        kind: 'create_index',
        mode: node.mode,
        what: node.what,
        name: node.name.map(({ name }) => name).join('.'),
        table: bindTablePath(binder, node.table, node),
      };
    case 'drop':
      return bindDrop(binder, node, node.what);
    case 'alter':
      return bindAlter(binder, node);
    case 'grant':
    case 'revoke':
      return bindGrant(binder, node);
  }
}

/** The temporary table that a name alone means before any other. */
function temporaryTable(binder: Binder, name: ObjectName): TablePath | undefined {
  const [only] = name;
  if (only === undefined || name.length > 1) return undefined;
  const path = { project: binder.session.defaults.project, dataset: TEMPORARY_DATASET, table: only.name };
  return binder.catalog.relation(path)?.path;
}

function bindDrop(binder: Binder, node: Extract<Ddl, { kind: 'drop' }>, what: DropKind): BoundDdl {
  const { ifExists, name } = node;
  const table = () => bindTablePath(binder, node.on ?? name, node);
  switch (what) {
    case 'SCHEMA':
      return { kind: 'drop_schema', ...bindDatasetPath(binder, name, node), ifExists, cascade: node.cascade };
    case 'FUNCTION':
    case 'TABLE FUNCTION':
    case 'PROCEDURE':
      return { kind: 'drop_routine', what, path: bindRoutinePath(binder, name, node), ifExists };
    case 'ROW ACCESS POLICY':
      return { kind: 'drop_row_access_policy', name: name.at(-1)?.name ?? '', table: table(), ifExists };
    case 'ALL ROW ACCESS POLICIES':
      return { kind: 'drop_row_access_policy', table: table(), ifExists };
    case 'SEARCH INDEX':
    case 'VECTOR INDEX':
      return { kind: 'drop_index', name: name.at(-1)?.name ?? '', table: table(), ifExists };
    default:
      return { kind: 'drop', what, path: temporaryTable(binder, name) ?? bindTablePath(binder, name, node), ifExists };
  }
}
