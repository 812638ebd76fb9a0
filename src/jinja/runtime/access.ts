import { nearest } from '../../base/nearest.ts';
import { typeFault } from '../error.ts';
import { getKey } from './dict.ts';
import { characters, isAstral } from './iterate.ts';
import { methodNames, methodOf } from './methods.ts';
import { isInt, toIndex } from './number.ts';
import { callNative } from './signature.ts';
import { toPython } from './text.ts';
import { typeName } from './type.ts';
import { defined, undefinedFault } from './undefined.ts';
import {
  callable,
  callableMembers,
  HostObject,
  isCallable,
  isDict,
  isUndefined,
  type Keywords,
  type Positional,
  Tuple,
  Undefined,
  type Value,
} from './value.ts';

/** `of.name` (Jinja: the attribute first, then the item of that name). The one way from a template to a member. */
export function attribute(of: Value, name: string, chains: boolean): Value {
  const found = member(of, name);
  if (found !== undefined) return found;
  if (isDict(of)) {
    const value = getKey(of, name);
    if (value !== undefined) return value;
  } else if (of instanceof HostObject) {
    const value = of.protocol.item?.(name);
    if (value !== undefined) return value;
  }
  if (isUndefined(of)) {
    if (of instanceof Undefined && of.chains) return of;
    throw undefinedFault(of);
  }
  return missingMember(of, name, 'attribute', chains);
}

/** A method of the value's type or a member of a host object. */
function member(of: Value, name: string): Value {
  if (of instanceof HostObject) return of.member(name);
  if (isCallable(of)) {
    const members = callableMembers(of);
    return Object.hasOwn(members, name) ? members[name] : undefined;
  }
  const method = methodOf(of, name);
  if (method === undefined) return undefined;
  return callable(name, (positional, keywords) => callNative(method, [of], positional, keywords));
}

/** `of[key]` (Jinja: the item first, then, for a text, the attribute). */
export function item(of: Value, key: Value, chains: boolean): Value {
  if (isUndefined(of)) {
    if (of instanceof Undefined && of.chains) return of;
    throw undefinedFault(of);
  }
  const found = itemAt(of, key);
  if (found !== undefined) return found;
  if (typeof key === 'string') {
    const value = member(of, key);
    if (value !== undefined) return value;
  }
  return missingMember(of, typeof key === 'string' ? key : toPython(key), 'element', chains);
}

function itemAt(of: Value, key: Value): Value {
  if (isDict(of)) return getKey(of, key);
  if (of instanceof HostObject) return of.protocol.item?.(key);
  if (!isInt(key) && typeof key !== 'boolean') return undefined;
  const index = Number(key);
  if (Array.isArray(of)) return of.at(index);
  if (typeof of !== 'string') return undefined;
  return isAstral(of) ? characters(of).at(index) : of.at(index);
}

function missingMember(of: Value, name: string, kind: 'attribute' | 'element', chains: boolean): Undefined {
  const owner = of === null ? 'None' : `'${typeName(of)} object'`;
  const known = nearest(name, memberNames(of));
  const hint = known === undefined ? undefined : `Did you mean '${known}'?`;
  return new Undefined(`${owner} has no ${kind} '${name}'`, hint, chains);
}

export function memberNames(of: Value): readonly string[] {
  if (of instanceof HostObject) return of.memberNames();
  return [...(isDict(of) ? Object.keys(of) : []), ...methodNames(of)];
}

/** `of[start:stop:step]` of a text, list or tuple. */
export function slice(of: Value, start: Value, stop: Value, step: Value): Value {
  if (typeof of === 'string') return sliced(characters(of), start, stop, step).join('');
  if (Array.isArray(of)) {
    const part = sliced(of, start, stop, step);
    return of instanceof Tuple ? Tuple.copy(part) : part;
  }
  if (of instanceof HostObject && of.protocol.iterate !== undefined && of.protocol.length !== undefined) {
    return sliced([...of], start, stop, step);
  }
  throw typeFault(`'${typeName(defined(of))}' object is not subscriptable with a slice`);
}

function sliced<T>(all: readonly T[], start: Value, stop: Value, step: Value): T[] {
  const by = step === null ? 1 : toIndex(step, 'an integer or None in a slice');
  if (by === 0) throw typeFault('slice step cannot be zero');
  const { length: count } = all;
  const [low, high] = by > 0 ? [0, count] : [-1, count - 1];
  const bound = (value: Value, fallback: number): number => {
    if (value === null || isUndefined(value)) return fallback;
    const index = toIndex(value, 'an integer or None in a slice');
    return Math.min(high, Math.max(low, index < 0 ? index + count : index));
  };
  const [from, to] = [bound(start, by > 0 ? low : high), bound(stop, by > 0 ? high : low)];
  const part: T[] = [];
  for (let index = from; by > 0 ? index < to : index > to; index += by) part.push(all[index] as T);
  return part;
}

/** Calls a value. The answer of a host function may be a promise. */
export function call(of: Value, positional: Positional, keywords: Keywords): Value {
  if (isCallable(of)) return of(positional, keywords);
  if (of instanceof HostObject && of.protocol.call !== undefined) return of.protocol.call(positional, keywords);
  if (isUndefined(of)) {
    if (of instanceof Undefined && of.chains) return of;
    throw undefinedFault(of);
  }
  throw typeFault(`'${typeName(of)}' object is not callable`);
}

/** `of.name(...)`, without making a value of the method in between. */
export function callMember(
  of: Value,
  name: string,
  positional: Positional,
  keywords: Keywords,
  chains: boolean,
): Value {
  const method = methodOf(of, name);
  if (method !== undefined) return callNative(method, [of], positional, keywords);
  return call(attribute(of, name, chains), positional, keywords);
}
