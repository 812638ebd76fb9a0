import type { Span } from '../source.ts';
import { type SqlType, typeName } from '../type.ts';
import type { Binder } from './binder.ts';

const NAMES: Readonly<Record<string, string>> = {
  '=': 'Equality',
  '!=': 'Inequality',
  'IS DISTINCT FROM': 'IS DISTINCT FROM',
  IN: 'IN',
  '<': 'Less than',
  '<=': 'Less than or equal',
  '>': 'Greater than',
  '>=': 'Greater than or equal',
  BETWEEN: 'BETWEEN',
  MAX: 'MAX',
  MIN: 'MIN',
  GREATEST: 'GREATEST',
  LEAST: 'LEAST',
};

const ORDERING: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', 'BETWEEN', 'MAX', 'MIN', 'GREATEST', 'LEAST']);

/** Fails where values of a type cannot be compared so (GoogleSQL, Data types, Data type properties). */
export function checkComparable(binder: Binder, name: string, type: SqlType | undefined, span: Span): void {
  const what = NAMES[name];
  if (what === undefined || type === undefined || allows(type, ORDERING.has(name))) return;
  throw binder.fail('not-comparable', span, `${what} is not defined for arguments of type ${typeName(type)}`);
}

function allows(type: SqlType, ordered: boolean): boolean {
  switch (type.kind) {
    case 'JSON':
    case 'GEOGRAPHY':
    case 'ARRAY':
      return false;
    case 'STRUCT':
      return !ordered && type.fields.every((field) => allows(field.type, false));
    default:
      return true;
  }
}
