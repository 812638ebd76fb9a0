import { ArcosError } from '../../base/errors.ts';
import type { TablePath } from '../../sql/catalog.ts';
import type { CatalogChange } from '../plan.ts';
import { checkTableName, displayName } from '../tablename.ts';
import type { DatasetOptions } from '../tables.ts';
import { datasetNotFound, inUse, type WarehouseCatalog } from './catalog.ts';
import { documentOptions, withOptions } from './document.ts';
import { datasetLifetime } from './lifetime.ts';
import { externalOptions } from './options.ts';
import { displayRoutine } from './routines.ts';

/** Refuses a change before anything is done for it. */
export async function checkChange(catalog: WarehouseCatalog, change: CatalogChange): Promise<void> {
  if (change.kind === 'rename_table') return checkRename(catalog, change);
  if (change.kind !== 'drop_dataset') return;
  const { project, dataset } = change.name;
  if ((await catalog.dataset(project, dataset)) === undefined && !change.orNothing)
    throw datasetNotFound(project, dataset);
  if (change.cascade) return;
  const held = [await catalog.tables(project, dataset), await catalog.routines.list(project, dataset)];
  if (held.some((things) => things.length > 0)) throw inUse(project, dataset);
}

async function checkRename(
  catalog: WarehouseCatalog,
  { from, to }: Extract<CatalogChange, { kind: 'rename_table' }>,
): Promise<void> {
  checkTableName(to.table);
  if ((await catalog.table(to)) !== undefined) {
    throw new ArcosError('CONFLICT', `Already Exists: Table ${displayName(to)}`, { data: { reason: 'duplicate' } });
  }
  if ((await catalog.policies.list(from)).length === 0) return;
  throw new ArcosError('INVALID', `Table ${displayName(from)} has row access policies and cannot be renamed`, {
    hint: 'Drop its policies, rename it, and make them again.',
    data: { reason: 'invalid' },
  });
}

export async function applyChange(catalog: WarehouseCatalog, change: CatalogChange): Promise<void> {
  switch (change.kind) {
    case 'create_dataset': {
      const { project, dataset } = change.name;
      if (change.orKeep && (await catalog.dataset(project, dataset)) !== undefined) return;
      return catalog.createDataset(project, dataset, datasetOptions(change.options));
    }
    case 'set_dataset_options':
      return setDatasetOptions(catalog, change);
    case 'drop_dataset': {
      const { project, dataset } = change.name;
      if (change.orNothing && (await catalog.dataset(project, dataset)) === undefined) return;
      return catalog.dropDataset(project, dataset, change.cascade);
    }
    case 'put_view':
      return catalog.putView(change);
    case 'put_external':
      return catalog.putExternal(externalOptions(change));
    case 'drop_relation':
      await catalog.dropRelation(change.path);
      return;
    case 'set_relation_options':
      return setRelationOptions(catalog, change.path, change.options);
    case 'rename_table':
      return;
    case 'forget_table':
      await catalog.policies.drop(change.path, undefined);
      return;
    case 'grant':
    case 'revoke':
      // These are rules of access, which the executor has changed.
      return;
    case 'put_routine': {
      const { project, dataset } = change.routine.path;
      if ((await catalog.dataset(project, dataset)) === undefined) throw datasetNotFound(project, dataset);
      return catalog.routines.put(change.routine, change.mode, change.description);
    }
    case 'drop_routine':
      if ((await catalog.routines.drop(change.path, change.routine)) || change.orNothing) return;
      throw new ArcosError('NOT_FOUND', `Not found: Routine ${displayRoutine(change.path)}`);
    case 'put_policy':
      return catalog.policies.put(change.table, change.policy, change.mode);
    case 'drop_policies': {
      const dropped = await catalog.policies.drop(change.table, change.name);
      if (dropped > 0 || change.orNothing || change.name === undefined) return;
      throw new ArcosError('NOT_FOUND', `Not found: Row access policy ${change.name} on ${displayName(change.table)}`);
    }
  }
}

type Said = Extract<CatalogChange, { kind: 'set_dataset_options' }>['options'];

function datasetOptions(options: Said): DatasetOptions {
  const { friendly_name: friendlyName } = options;
  return {
    ...documentOptions(options),
    ...(typeof friendlyName === 'string' ? { friendlyName } : {}),
    ...datasetLifetime(options),
  };
}

/** Options that are not told stay as they are; NULL takes one away. */
async function setDatasetOptions(
  catalog: WarehouseCatalog,
  { name: { project, dataset }, options, orNothing }: Extract<CatalogChange, { kind: 'set_dataset_options' }>,
): Promise<void> {
  const before = await catalog.dataset(project, dataset);
  if (before === undefined && orNothing) return;
  if (before === undefined) throw datasetNotFound(project, dataset);
  const { friendlyName, ...kept } = before.options;
  const named = options['friendly_name'] === undefined && friendlyName !== undefined ? { friendlyName } : {};
  return catalog.setDatasetOptions(project, dataset, {
    ...named,
    ...withOptions(kept, options),
    ...datasetOptions(options),
  });
}

async function setRelationOptions(catalog: WarehouseCatalog, path: TablePath, options: Said): Promise<void> {
  const [info, definition] = await Promise.all([catalog.table(path), catalog.definition(path)]);
  if (info === undefined || definition === undefined)
    throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`);
  const { description, labels } = info;
  const said = withOptions({ labels, ...(description === undefined ? {} : { description }) }, options);
  if ('query' in definition) return catalog.putView({ path, columns: info.columns, query: definition.query, ...said });
  return catalog.putExternal({ path, columns: info.columns, ...definition, ...said });
}
