import { DICT_METHODS } from './methods/dict.ts';
import { LIST_METHODS, TUPLE_METHODS } from './methods/list.ts';
import { FLOAT_METHODS, INT_METHODS } from './methods/number.ts';
import { STR_METHODS } from './methods/str.ts';
import { isFloat, isInt } from './number.ts';
import type { Native } from './signature.ts';
import { isDict, Tuple, type Value } from './value.ts';

const NO_METHODS: ReadonlyMap<string, Native> = new Map();

function table(of: Value): ReadonlyMap<string, Native> {
  if (typeof of === 'string') return STR_METHODS;
  if (of instanceof Tuple) return TUPLE_METHODS;
  if (Array.isArray(of)) return LIST_METHODS;
  if (isDict(of)) return DICT_METHODS;
  if (typeof of === 'boolean' || isInt(of)) return INT_METHODS;
  return isFloat(of) ? FLOAT_METHODS : NO_METHODS;
}

/** The method a value of a built-in type has. */
export function methodOf(of: Value, name: string): Native | undefined {
  return table(of).get(name);
}

export function methodNames(of: Value): Iterable<string> {
  return table(of).keys();
}
