import { isFloat } from './number.ts';
import { Float, HostObject, isCallable, isDict, isUndefined, Tuple, type Value } from './value.ts';

/** The name Python gives a value's type, as messages carry it. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (isUndefined(value)) return 'Undefined';
  if (value instanceof HostObject) return value.typeName;
  if (value instanceof Float) return 'float';
  if (value instanceof Tuple) return 'tuple';
  if (Array.isArray(value)) return 'list';
  if (isDict(value)) return 'dict';
  if (isCallable(value)) return 'function';
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return isFloat(value) ? 'float' : 'int';
    default:
      return 'object';
  }
}
