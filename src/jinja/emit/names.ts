import type { Body, Statement, Target } from '../syntax/ast.ts';

/** Every name that appears anywhere below a node, read or assigned. */
export function namesBelow(node: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(node)) {
    for (const one of node) namesBelow(one, found);
  } else if (typeof node === 'object' && node !== null) {
    if ('kind' in node && node.kind === 'name' && 'name' in node && typeof node.name === 'string') found.add(node.name);
    for (const part of Object.values(node)) if (typeof part === 'object') namesBelow(part, found);
  }
  return found;
}

/** The names a body assigns in its own scope: those of loops, macros and blocks within have scopes of their own. */
export function assignedNames(body: Body, found = new Set<string>()): ReadonlySet<string> {
  for (const statement of body) assignedBy(statement, found);
  return found;
}

function assignedBy(statement: Statement, found: Set<string>): void {
  if (statement.kind === 'set' || statement.kind === 'set block') {
    for (const name of targetNames(statement.target)) found.add(name);
  } else if (statement.kind === 'macro') {
    found.add(statement.name);
  } else if (statement.kind === 'if') {
    for (const branch of statement.branches) assignedNames(branch.body, found);
    assignedNames(statement.otherwise, found);
  }
}

export function targetNames(target: Target): readonly string[] {
  if (target.kind === 'name') return [target.name];
  return target.kind === 'member' ? [] : target.items.flatMap(targetNames);
}
