import type { Expression } from '../ast/expression.ts';
import type { OptionItem } from '../ast/statement.ts';
import type { Options, OptionValue } from '../ddl.ts';
import { type Binder, NOWHERE } from './binder.ts';
import { bindExpression } from './expression.ts';

/** OPTIONS(...) by lower-case name. */
export function bindOptions(binder: Binder, items: readonly OptionItem[]): Options {
  return Object.fromEntries(items.map(({ name, value }) => [name.name.toLowerCase(), constant(binder, value)]));
}

function constant(binder: Binder, node: Expression): OptionValue {
  switch (node.kind) {
    case 'null':
      return null;
    case 'boolean':
    case 'string':
      return node.value;
    case 'typed_literal':
      return node.value;
    case 'integer':
    case 'float':
      return Number(node.text);
    case 'unary': {
      const value = constant(binder, node.operand);
      if (node.operator === '-' && typeof value === 'number') return -value;
      break;
    }
    case 'array':
    case 'tuple':
      return node.elements.map((element) => constant(binder, element));
    case 'struct':
      return node.fields.map(({ value }) => constant(binder, value));
    case 'binary': {
      // Descriptions are often written as several strings joined.
      const [left, right] = [constant(binder, node.left), constant(binder, node.right)];
      if (node.operator === '||' && typeof left === 'string' && typeof right === 'string') return left + right;
      break;
    }
  }
  const expression = bindExpression(binder, NOWHERE, node);
  if (expression.kind !== 'literal' || Array.isArray(expression.value)) return { expression };
  return expression.type.kind === 'INT64' ? Number(expression.value) : (expression.value as OptionValue);
}
