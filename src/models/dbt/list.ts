import { ArcosError } from '../../base/errors.ts';
import { nodeJson } from '../artifacts/nodejson.ts';
import type { Node } from '../node.ts';

/** What `ls` and the method `list` tell of a node unless told. */
const LISTED = [
  ...['name', 'resource_type', 'package_name', 'original_file_path', 'unique_id', 'alias', 'source_name', 'config'],
  ...['tags', 'depends_on'],
];

const OUTPUTS: Readonly<Record<string, (node: Node, keys: readonly string[]) => unknown>> = {
  json(node, keys) {
    const all = nodeJson(node);
    return Object.fromEntries(keys.filter((key) => key in all).map((key) => [key, all[key]]));
  },
  name: ({ name }) => name,
  path: ({ file }) => file,
  selector: (node) => (node.resourceType === 'source' ? `source:${node.fqn.join('.')}` : node.fqn.join('.')),
};

/** Nodes in the form `output` names: `json`, `name`, `path` or `selector`. Throws INVALID for another. */
export function listed(nodes: readonly Node[], output: string, keys: readonly string[]): unknown[] {
  const shape = OUTPUTS[output];
  if (shape === undefined) {
    throw new ArcosError('INVALID', `"output" is one of ${Object.keys(OUTPUTS).join(', ')}, not "${output}"`);
  }
  const wanted = keys.flatMap((words) => words.split(/[\s,]+/)).filter((key) => key !== '');
  return nodes.map((node) => shape(node, wanted.length === 0 ? LISTED : wanted));
}
