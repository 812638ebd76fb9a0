import { ArcosError } from '../../base/errors.ts';
import type { CatalogChange } from '../plan.ts';
import { displayName } from '../tablename.ts';
import { datasetNotFound, inUse, type WarehouseCatalog } from './catalog.ts';
import { externalOptions } from './options.ts';
import { displayRoutine } from './routines.ts';

/** Refuses a change before anything is done for it. */
export async function checkChange(catalog: WarehouseCatalog, change: CatalogChange): Promise<void> {
  if (change.kind !== 'drop_dataset') return;
  const { project, dataset } = change.name;
  if ((await catalog.dataset(project, dataset)) === undefined && !change.orNothing)
    throw datasetNotFound(project, dataset);
  if (change.cascade) return;
  const held = [await catalog.tables(project, dataset), await catalog.routines.list(project, dataset)];
  if (held.some((things) => things.length > 0)) throw inUse(project, dataset);
}

export async function applyChange(catalog: WarehouseCatalog, change: CatalogChange): Promise<void> {
  switch (change.kind) {
    case 'create_dataset': {
      const { project, dataset } = change.name;
      if (change.orKeep && (await catalog.dataset(project, dataset)) !== undefined) return;
      return catalog.createDataset(project, dataset, datasetOptions(change.options));
    }
    case 'set_dataset_options':
      return catalog.setDatasetOptions(change.name.project, change.name.dataset, datasetOptions(change.options));
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

function datasetOptions({ description, friendly_name: friendlyName }: Readonly<Record<string, unknown>>) {
  return {
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof friendlyName === 'string' ? { friendlyName } : {}),
  };
}
