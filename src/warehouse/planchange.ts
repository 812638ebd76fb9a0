import { ArcosError } from '../base/errors.ts';
import type { BoundStatement } from '../sql/bound.ts';
import type { Options } from '../sql/ddl.ts';
import { alterSteps } from './engines/duckdb/alter.ts';
import { dropTableStep } from './engines/duckdb/ddl.ts';
import { type CatalogChange, type Existing, type Plan, type Unspecific, unsupported } from './plan.ts';
import type { TableInfo } from './port.ts';
import { displayName } from './tablename.ts';

const DROPPED_KIND: Readonly<Record<string, TableInfo['kind']>> = {
  TABLE: 'native',
  'SNAPSHOT TABLE': 'native',
  'EXTERNAL TABLE': 'external',
  VIEW: 'view',
};

/** The plan of DROP for a table, external table, snapshot or view. Throws NOT_FOUND and INVALID. */
export function planDrop(
  statement: Extract<BoundStatement, { kind: 'drop' }>,
  existing: Existing | undefined,
): Unspecific<Plan> {
  const { what, path, ifExists } = statement;
  const statementType = `DROP_${what.replaceAll(' ', '_')}`;
  if (existing === undefined) {
    if (ifExists) return { statementType, kind: 'nothing' };
    throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`);
  }
  const { kind } = existing.info;
  if (kind === 'native' && (existing.document?.snapshot === true) !== (what === 'SNAPSHOT TABLE')) {
    throw new ArcosError('INVALID', `${displayName(path)} is ${what === 'TABLE' ? 'a snapshot' : 'no snapshot'}`, {
      ...(what === 'TABLE' ? { hint: 'Write DROP SNAPSHOT TABLE.' } : {}),
      data: { reason: 'invalid' },
    });
  }
  // DROP TABLE takes external tables too.
  if (DROPPED_KIND[what] !== kind && !(what === 'TABLE' && kind === 'external')) {
    throw new ArcosError('INVALID', `${displayName(path)} is not a ${what.toLowerCase()}`, {
      data: { reason: 'invalid' },
    });
  }
  if (kind === 'native') {
    const after: CatalogChange = { kind: 'forget_table', path };
    return { statementType, kind: 'steps', steps: [dropTableStep(path)], after };
  }
  return { statementType, kind: 'catalog', change: { kind: 'drop_relation', path } };
}

const KINDS: Readonly<Record<TableInfo['kind'], string>> = {
  native: 'a table',
  external: 'an external table',
  view: 'a view',
};

/** The plan of ALTER. Throws NOT_FOUND, INVALID, CONFLICT and UNSUPPORTED. */
export function planAlter(
  statement: Extract<BoundStatement, { kind: 'alter' }>,
  existing: Existing | undefined,
): Unspecific<Plan> {
  const { what, path, ifExists, actions } = statement;
  const statementType = `ALTER_${what.replaceAll(' ', '_')}`;
  if (what === 'SCHEMA') {
    const given = actions.map((action) => (action.kind === 'set_options' ? action.options : {}));
    const options: Options = Object.assign({}, ...given);
    return {
      statementType,
      kind: 'catalog',
      change: { kind: 'set_dataset_options', name: path, options, orNothing: ifExists },
    };
  }
  if (existing === undefined) {
    if (ifExists) return { statementType, kind: 'nothing' };
    throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`);
  }
  const { kind } = existing.info;
  if ((what === 'VIEW') !== (kind === 'view')) {
    throw new ArcosError('INVALID', `${statementType.replace('_', ' ')}: ${displayName(path)} is ${KINDS[kind]}`, {
      data: { reason: 'invalidQuery' },
    });
  }
  if (existing.document === undefined) {
    const others = actions.find((action) => action.kind !== 'set_options');
    if (others !== undefined)
      throw unsupported(`${statementType.replace('_', ' ')} other than SET OPTIONS for ${KINDS[kind]}`);
    const options: Options = Object.assign({}, ...actions.map((action) => ('options' in action ? action.options : {})));
    return { statementType, kind: 'catalog', change: { kind: 'set_relation_options', path, options } };
  }
  const steps = alterSteps(path, existing.document, actions);
  const rename = actions.find((action) => action.kind === 'rename');
  if (rename === undefined) return { statementType, kind: 'steps', steps };
  return {
    statementType,
    kind: 'steps',
    steps,
    after: { kind: 'rename_table', from: path, to: { ...path, table: rename.to } },
  };
}
