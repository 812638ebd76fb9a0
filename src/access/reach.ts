import type { Access } from './access.ts';
import { may, type Resource } from './may.ts';
import type { Action } from './policy.ts';
import type { Principal } from './principal.ts';

/** Names of the datasets of a project, and of the tables in each. */
export type Inventory = (project: string) => Promise<readonly { dataset: string; tables: readonly string[] }[]>;

export interface Reached {
  /** `project/ID`, `dataset/PROJECT.DATASET`, `table/PROJECT.DATASET.TABLE` or `namespace/ID`. */
  readonly resource: string;
  readonly reason: string;
}

export interface ReachOptions {
  readonly access: Access;
  readonly inventory?: Inventory | undefined;
  /** What may be told of. */
  readonly visible: (resource: Resource) => boolean;
}

/**
 * Everything that a principal may do an action to. Of what holds for a whole project or dataset, what is in it is
 * not listed again.
 */
export async function reachOf(
  { access, inventory, visible }: ReachOptions,
  principal: Principal,
  action: Action,
): Promise<Reached[]> {
  const reached: Reached[] = [];
  /** Whether all that is within it is reached too. */
  const look = (resource: Resource, name: string): boolean => {
    const { allowed, reason } = may(principal, action, resource);
    if (allowed && visible(resource)) reached.push({ resource: name, reason });
    return allowed;
  };
  for (const { id: namespace, agency } of await access.namespaces()) {
    look({ agency, namespace }, `namespace/${namespace}`);
  }
  for (const { id: project, agency } of await access.projects()) {
    if (look({ agency, project }, `project/${project}`) || inventory === undefined) continue;
    const within = principal.bindings.some(
      ({ scope }) => (scope.kind === 'dataset' || scope.kind === 'table') && scope.id.startsWith(`${project}.`),
    );
    if (!within) continue;
    for (const { dataset: name, tables } of await inventory(project)) {
      const dataset = `${project}.${name}`;
      if (look({ agency, project, dataset }, `dataset/${dataset}`)) continue;
      for (const table of tables) look({ agency, project, dataset, table }, `table/${dataset}.${table}`);
    }
  }
  return reached;
}
