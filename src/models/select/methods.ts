import { ArcosError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { type Node, resourceTypeOf } from '../node.ts';
import { isMap } from '../yaml.ts';
import { matchesName, matchesPath } from './glob.ts';
import type { Criterion } from './parse.ts';

interface Asked {
  readonly value: string;
  readonly argument: string | undefined;
  /** Name of the project itself: what `package:this` means. */
  readonly project: string;
  readonly comparison: Comparison | undefined;
}

/** How a project's nodes stand to those of an earlier time. */
export interface Comparison {
  isNew(node: Node): boolean;
  /** `aspect`: `body`, `configs`, `relation`, `macros`, `persisted_descriptions`, `contract`; any of them unless told. */
  isModified(node: Node, aspect: string | undefined): boolean;
  /** `success`, `error`, ...: how the last command ended for a node. */
  status(id: string): string | undefined;
  /** Whether a source has newer rows than it had. */
  isFresher(id: string): boolean;
}

type Method = (node: Node, asked: Asked) => boolean;

function compared({ comparison }: Asked, what: string): Comparison {
  if (comparison !== undefined) return comparison;
  throw new ArcosError('INVALID', `"${what}:" needs something to compare with`, {
    hint: 'Name the folder of an earlier manifest.json and run_results.json with --state.',
  });
}

/** dbt's selector methods (docs.getdbt.com, "Methods"). */
const METHODS: Readonly<Record<string, Method>> = {
  fqn: (node, { value }) =>
    value === '*' ||
    (node.resourceType !== 'source' && (matchesFqn(node.fqn, value) || matchesFqn(node.fqn.slice(1), value))),
  tag: (node, { value }) => node.tags.some((tag) => matchesName(tag, value)),
  path: (node, { value }) => matchesPath(node.file, value),
  file: (node, { value }) => {
    const file = node.file.slice(node.file.lastIndexOf('/') + 1);
    return matchesName(file, value) || matchesName(file.replace(/\.\w+$/, ''), value);
  },
  package: (node, { value, project }) => matchesName(node.packageName, value === 'this' ? project : value),
  resource_type: (node, { value }) => resourceTypeOf(node) === value,
  unit_test: (node, { value }) => resourceTypeOf(node) === 'unit_test' && matchesName(node.name, value),
  config: (node, { argument, value }) => matchesConfig(node.config, argument, value),
  group: (node, { value }) => matchesName(String(node.config['group'] ?? ''), value),
  access: (node, { value }) => node.resourceType === 'model' && (node.config['access'] ?? 'protected') === value,
  source: (node, { value }) => {
    if (node.resourceType !== 'source') return false;
    const parts = value.split('.');
    const full = [node.packageName, node.sourceName, node.name];
    const asked = parts.length === 3 ? parts : ['*', parts[0] ?? '*', parts[1] ?? '*'];
    return full.every((part, index) => matchesName(part, asked[index] ?? '*'));
  },
  state: (node, asked) => {
    const { isNew, isModified } = compared(asked, 'state');
    const [what = '', aspect] = asked.value.split('.');
    if (what === 'new') return isNew(node);
    if (what === 'old') return !isNew(node);
    if (what === 'modified') return isNew(node) || isModified(node, aspect);
    if (what === 'unmodified') return !isNew(node) && !isModified(node, aspect);
    throw new ArcosError('INVALID', `"state:${asked.value}" is no state`, {
      hint: 'It is new, old, modified or unmodified.',
    });
  },
  result: ({ uniqueId }, asked) => compared(asked, 'result').status(uniqueId) === asked.value,
  source_status: (node, asked) =>
    node.resourceType === 'source' && compared(asked, 'source_status').isFresher(node.uniqueId),
  version: (node, { value }) => {
    if (node.resourceType !== 'model') return false;
    const { version } = node;
    if (value === 'none') return version === undefined;
    if (version === undefined) return false;
    if (value === 'latest') return String(version.own) === String(version.latest);
    const order = Number(version.own) - Number(version.latest);
    return value === 'prerelease' ? order > 0 : value === 'old' && order < 0;
  },
  test_name: (node, { value }) => node.resourceType === 'test' && matchesName(node.generic?.name ?? node.name, value),
  test_type: (node, { value }) => {
    if (node.resourceType !== 'test') return false;
    if (node.unit !== undefined) return value === 'unit';
    const type = node.generic === undefined ? 'singular' : 'generic';
    return value === type || value === 'data' || (value === 'schema' && type === 'generic');
  },
};

/** The nodes a criterion names, without what its `+` brings. Throws INVALID for a method there is not. */
export function nodesOf(
  nodes: Iterable<Node>,
  criterion: Criterion,
  project: string,
  comparison?: Comparison,
): Set<string> {
  const method = METHODS[criterion.method];
  if (method === undefined) {
    const near = nearest(criterion.method, Object.keys(METHODS));
    throw new ArcosError('INVALID', `"${criterion.text}": there is no selector method "${criterion.method}"`, {
      hint: near === undefined ? `Methods: ${Object.keys(METHODS).join(', ')}.` : `Did you mean "${near}:"?`,
    });
  }
  const { value, argument } = criterion;
  const found = new Set<string>();
  for (const node of nodes) if (method(node, { value, argument, project, comparison })) found.add(node.uniqueId);
  return found;
}

/** A whole name, or the folders that lead to it from the top. */
function matchesFqn(fqn: readonly string[], selector: string): boolean {
  if (matchesName(fqn.at(-1) ?? '', selector) || fqn.slice(-2).join('.') === selector) return true;
  if (/^v\d/.test(fqn.at(-1) ?? '') && fqn.at(-2) === selector) return true;
  const parts = fqn.flatMap((part) => part.split('.'));
  const asked = selector.split('.');
  if (parts.length < asked.length) return false;
  const glob = asked.findIndex((part) => /[*?[]/.test(part));
  const plain = glob === -1 ? asked.length : glob;
  for (let index = 0; index < plain; index++) if (parts[index] !== asked[index]) return false;
  return glob === -1 || matchesName(parts.slice(glob).join('.'), asked.slice(glob).join('.'));
}

function matchesConfig(config: unknown, argument: string | undefined, value: string): boolean {
  let found: unknown = config;
  for (const key of (argument ?? '').split('.')) found = isMap(found) ? found[key] : undefined;
  if (Array.isArray(found)) return found.some((item) => String(item) === value);
  if (isMap(found)) return value in found;
  if (typeof found === 'boolean') return String(found) === value.toLowerCase();
  return found !== undefined && found !== null && matchesName(String(found), value);
}
