import type { BoundStatement } from '../sql/bound.ts';
import { type TablePath, TEMPORARY_DATASET } from '../sql/catalog.ts';

/** The table of a dataset that a statement writes, makes or drops; undefined for one that does no such thing. */
export function targetOf(bound: BoundStatement): TablePath | undefined {
  const path = targetPath(bound);
  return path === undefined || path.dataset === TEMPORARY_DATASET ? undefined : path;
}

function targetPath(bound: BoundStatement): TablePath | undefined {
  switch (bound.kind) {
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
    case 'truncate':
      return bound.target.path;
    case 'create_table':
    case 'create_view':
    case 'create_external_table':
    case 'drop':
      return bound.path;
    default:
      return undefined;
  }
}
