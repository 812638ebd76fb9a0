import type { Expression } from '../ast/expression.ts';
import type { Ddl } from '../ast/statement.ts';
import type { BoundAccessDdl } from '../ddl.ts';
import { type Binder, NOWHERE } from './binder.ts';
import { bindCondition } from './expression.ts';
import { bindDatasetPath, bindTablePath, existingRelation } from './object.ts';
import { relationItem } from './relation.ts';
import { Scope } from './scope.ts';

export function bindRowAccessPolicy(
  binder: Binder,
  node: Extract<Ddl, { kind: 'create_row_access_policy' }>,
): BoundAccessDdl {
  const relation = existingRelation(binder, node.table, node);
  const { tables, columns } = relationItem(binder, relation, undefined, node);
  // Bound for its faults; every reader binds the text anew.
  bindCondition(binder, { ...NOWHERE, scope: new Scope(undefined, tables, columns) }, node.filter, 'FILTER USING');
  return {
    kind: 'create_row_access_policy',
    mode: node.mode,
    name: node.name.name,
    table: relation.path,
    grantees: node.grantees.map((grantee) => text(binder, grantee)),
    filter: node.text,
  };
}

const OBJECTS = ['SCHEMA', 'TABLE', 'VIEW'] as const;

export function bindGrant(binder: Binder, node: Extract<Ddl, { kind: 'grant' | 'revoke' }>): BoundAccessDdl {
  const what = OBJECTS.find((object) => node.what === object || node.what === `EXTERNAL ${object}`);
  if (what === undefined) throw binder.unsupported(node, `${node.kind.toUpperCase()} ON ${node.what}`);
  const path =
    what === 'SCHEMA' ? { ...bindDatasetPath(binder, node.on, node), table: '' } : bindTablePath(binder, node.on, node);
  return {
    kind: node.kind,
    roles: node.roles.map(({ name }) => name),
    what,
    path,
    grantees: node.grantees.map((grantee) => text(binder, grantee)),
  };
}

function text(binder: Binder, node: Expression): string {
  if (node.kind === 'string') return node.value;
  throw binder.fail('access', node, 'A grantee is a string such as "user:ana@example.org"');
}
