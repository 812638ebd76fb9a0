import type { Name } from '../ast/expression.ts';
import type { SelectItem } from '../ast/query.ts';
import type { BoundExpression } from '../bound.ts';
import { typeName } from '../type.ts';
import type { Binder, Place } from './binder.ts';
import { bindExpression } from './expression.ts';
import { type Scope, type ScopeColumn, sameName } from './scope.ts';
import type { NamedItem } from './select.ts';

type Star = Extract<SelectItem, { kind: 'star' }>;

/** `*`, `t.*` or `value.*`, without what EXCEPT names and with what REPLACE changes. */
export function bindStar(binder: Binder, place: Place, node: Star): NamedItem[] {
  const columns = starColumns(binder, place, node).filter(({ hidden }) => hidden !== true);
  if (node.of === undefined && columns.length === 0) {
    throw binder.fail('star', node, 'SELECT * must have a FROM clause');
  }
  for (const name of [...node.except, ...node.replace.map((item) => item.name)]) mustExist(binder, columns, name);
  const items = columns
    .filter(({ name }) => name === undefined || !node.except.some((except) => sameName(except.name, name)))
    .map(({ name, expression }): NamedItem => {
      const replacement = node.replace.find((item) => name !== undefined && sameName(item.name.name, name));
      const value = replacement === undefined ? expression : bindExpression(binder, place, replacement.value);
      return { ...(name === undefined ? {} : { name }), expression: value, alias: replacement !== undefined };
    });
  if (items.length === 0) throw binder.fail('star', node, 'SELECT * EXCEPT leaves no columns');
  return items;
}

function mustExist(binder: Binder, columns: readonly ScopeColumn[], name: Name): void {
  if (columns.some((column) => column.name !== undefined && sameName(column.name, name.name))) return;
  throw binder.fail('unknown-column', name, `Column ${name.name} in SELECT * EXCEPT or REPLACE list does not exist`);
}

function starColumns(binder: Binder, place: Place, node: Star): readonly ScopeColumn[] {
  if (node.of === undefined) return place.scope.columns;
  if (node.of.kind === 'path' && node.of.parts.length === 1) {
    const alias = node.of.parts[0]?.name ?? '';
    for (let scope: Scope | undefined = place.scope; scope !== undefined; scope = scope.parent) {
      const table = scope.table(alias);
      if (table !== undefined) return table.columns;
    }
  }
  return fieldsOf(binder, bindExpression(binder, place, node.of));
}

function fieldsOf(binder: Binder, object: BoundExpression): ScopeColumn[] {
  const { type } = object;
  if (type.kind !== 'STRUCT') {
    throw binder.fail('star', object.span, `Dot-star is not supported for type ${typeName(type)}`);
  }
  return type.fields.map((field, index) => ({
    ...(field.name === undefined ? {} : { name: field.name }),
    expression:
      object.kind === 'struct' && object.values[index] !== undefined
        ? (object.values[index] as BoundExpression)
        : { kind: 'field', object, index, type: field.type, span: object.span },
  }));
}
