import type { Name } from './ast/expression.ts';
import type { NameDefaults, TablePath } from './catalog.ts';

/**
 * The complete name of a table. Parts may be quoted one by one or together (`a.b.c` in one pair of
 * backquotes). A view of INFORMATION_SCHEMA is a table called `INFORMATION_SCHEMA.TABLES` in its dataset,
 * or in the dataset '' when it is of a whole project or region.
 * Undefined when the dataset is missing and there is no default.
 */
export function completeTablePath(parts: readonly Name[], defaults: NameDefaults): TablePath | undefined {
  const names = parts.flatMap(({ name }) => splitProject(name));
  const schema = names.findIndex((name) => name.toUpperCase() === 'INFORMATION_SCHEMA');
  if (schema >= 0) return informationSchema(names, schema, defaults);
  const [table, dataset = defaults.dataset, project = defaults.project] = names.reverse();
  if (table === undefined || dataset === undefined || names.length > 3) return undefined;
  return { project, dataset, table };
}

/** The complete name of a dataset: `dataset` or `project.dataset`. */
export function completeDatasetPath(
  parts: readonly Name[],
  defaults: NameDefaults,
): { project: string; dataset: string } | undefined {
  const [dataset, project = defaults.project] = parts.flatMap(({ name }) => splitProject(name)).reverse();
  return dataset === undefined ? undefined : { project, dataset };
}

/** A project of the old kind keeps its domain: `example.com:project`. */
function splitProject(name: string): string[] {
  const colon = name.indexOf(':');
  if (colon < 0) return name.split('.');
  const dot = name.indexOf('.', colon);
  return dot < 0 ? [name] : [name.slice(0, dot), ...name.slice(dot + 1).split('.')];
}

function informationSchema(names: readonly string[], schema: number, defaults: NameDefaults): TablePath | undefined {
  const view = names[schema + 1];
  if (view === undefined || names.length > schema + 2) return undefined;
  const [scope, project = defaults.project] = names.slice(0, schema).reverse();
  const table = `INFORMATION_SCHEMA.${view.toUpperCase()}`;
  if (scope === undefined) return { project, dataset: '', table };
  return { project, dataset: scope.toLowerCase().startsWith('region-') ? '' : scope, table };
}

/** Whether two names mean one table to an engine, for which case does not count. */
export function sameTable(a: TablePath, b: TablePath): boolean {
  const key = ({ project, dataset, table }: TablePath): string => [project, dataset, table].join('\0').toLowerCase();
  return key(a) === key(b);
}
