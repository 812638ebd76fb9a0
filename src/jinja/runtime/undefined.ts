import { RuntimeFault } from '../error.ts';
import { isUndefined, Undefined, type Value } from './value.ts';

/** What using an undefined value throws. */
export function undefinedFault(value: Value): RuntimeFault {
  const known = value instanceof Undefined ? value : undefined;
  return new RuntimeFault('jinja/undefined', known?.message ?? 'the value is undefined', known?.hint);
}

/** The value itself, unless it is undefined. */
export function defined(value: Value): Value {
  if (isUndefined(value)) throw undefinedFault(value);
  return value;
}
