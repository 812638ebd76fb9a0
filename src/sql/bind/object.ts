import type { ObjectName } from '../ast/statement.ts';
import { type Relation, type TablePath, TEMPORARY_DATASET } from '../catalog.ts';
import type { RoutinePath } from '../routine.ts';
import type { Span } from '../source.ts';
import { completeDatasetPath, completeTablePath } from '../tablepath.ts';
import type { Binder } from './binder.ts';

/** The table that a name means; it need not exist. */
export function bindTablePath(binder: Binder, name: ObjectName, span: Span): TablePath {
  const path = completeTablePath(name, binder.session.defaults);
  const text = name.map((part) => part.name).join('.');
  if (path === undefined) {
    throw binder.fail('table-name', span, `Table "${text}" must be qualified with a dataset (e.g. dataset.table)`);
  }
  if (!/^[\p{L}\p{N}_-]*$/u.test(path.dataset)) {
    throw binder.fail(
      'dataset-name',
      span,
      `Invalid dataset ID "${path.dataset}". Dataset IDs must be alphanumeric (plus underscores and dashes) and must be at most 1024 characters long.`,
    );
  }
  return path;
}

/** The table, view or wildcard that a name means: a temporary table before any other. */
export function existingRelation(binder: Binder, name: ObjectName, span: Span): Relation {
  const [only] = name;
  if (name.length === 1 && only !== undefined) {
    const { project } = binder.session.defaults;
    const temporary = binder.catalog.relation({ project, dataset: TEMPORARY_DATASET, table: only.name });
    if (temporary !== undefined) return temporary;
  }
  const path = bindTablePath(binder, name, span);
  const relation = binder.catalog.relation(path);
  if (relation !== undefined) return relation;
  const [neighbour] = binder.catalog.neighbours(path);
  throw binder.fail(
    'unknown-table',
    span,
    `Not found: Table ${path.project}:${path.dataset}.${path.table} was not found`,
    neighbour === undefined ? undefined : `Did you mean ${neighbour}?`,
  );
}

export function bindDatasetPath(
  binder: Binder,
  name: ObjectName,
  span: Span,
): { readonly project: string; readonly dataset: string } {
  const path = completeDatasetPath(name, binder.session.defaults);
  if (path !== undefined) return path;
  throw binder.fail('table-name', span, 'The name of a dataset is needed');
}

export function bindRoutinePath(binder: Binder, name: ObjectName, span: Span): RoutinePath {
  const { project, dataset, table } = bindTablePath(binder, name, span);
  return { project, dataset, routine: table };
}
