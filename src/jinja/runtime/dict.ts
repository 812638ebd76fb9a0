import { typeFault } from '../error.ts';
import { toPython } from './text.ts';
import { typeName } from './type.ts';
import { type Dict, Float, HostObject, isDict, Tuple, type Value } from './value.ts';

/*
 * A dict is a plain object, so that hosts read it without ceremony. JavaScript keeps neither keys that are not texts
 * nor the place of keys like "10"; dicts that hold such keys have them on record here, in Python's order.
 */
const KEYS = new WeakMap<object, Map<string, Value>>();

/** Whether JavaScript would move a property of this name to the front. */
export function isIndexLike(name: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(name);
}

export function keysOf(dict: Dict): Value[] {
  const record = KEYS.get(dict);
  if (record === undefined) return Object.keys(dict);
  reconcile(dict, record);
  return [...record.values()];
}

export function entriesOf(dict: Dict): [Value, Value][] {
  const record = KEYS.get(dict);
  if (record === undefined) return Object.entries(dict);
  reconcile(dict, record);
  return Array.from(record, ([property, key]) => [key, dict[property]]);
}

export function valuesOf(dict: Dict): Value[] {
  return KEYS.has(dict) ? entriesOf(dict).map(([, value]) => value) : Object.values(dict);
}

/** The host may have added and removed properties since. */
function reconcile(dict: Dict, record: Map<string, Value>): void {
  for (const property of record.keys()) if (!Object.hasOwn(dict, property)) record.delete(property);
  for (const property of Object.keys(dict)) if (!record.has(property)) record.set(property, property);
}

export function hasKey(dict: Dict, key: Value): boolean {
  return propertyOf(dict, key) !== undefined;
}

/** The value at a key; `undefined` when there is none. */
export function getKey(dict: Dict, key: Value): Value {
  const property = propertyOf(dict, key);
  return property === undefined ? undefined : dict[property];
}

function propertyOf(dict: Dict, key: Value): string | undefined {
  const record = KEYS.get(dict);
  if (record === undefined) return typeof key === 'string' && Object.hasOwn(dict, key) ? key : undefined;
  const name = propertyName(key);
  for (const property of [name, `\0${name}`]) {
    if (!Object.hasOwn(dict, property)) continue;
    const kept = record.has(property) ? record.get(property) : property;
    if (typeof kept === typeof key || (typeof kept !== 'string' && typeof key !== 'string')) return property;
  }
  return undefined;
}

export function setKey(dict: Dict, key: Value, value: Value): void {
  if (typeof key === 'string' && !KEYS.has(dict) && !isIndexLike(key)) {
    define(dict, key, value);
    return;
  }
  let record = KEYS.get(dict);
  if (record === undefined) {
    record = new Map(Object.keys(dict).map((name) => [name, name]));
    KEYS.set(dict, record);
  }
  const known = propertyOf(dict, key);
  const name = propertyName(key);
  const property = known ?? (Object.hasOwn(dict, name) ? `\0${name}` : name);
  if (known === undefined) record.set(property, key);
  define(dict, property, value);
}

export function deleteKey(dict: Dict, key: Value): void {
  const property = propertyOf(dict, key);
  if (property === undefined) return;
  delete dict[property];
  KEYS.get(dict)?.delete(property);
}

function define(dict: Dict, property: string, value: Value): void {
  if (property === '__proto__')
    Object.defineProperty(dict, property, { value, writable: true, enumerable: true, configurable: true });
  else dict[property] = value;
}

export function dictOf(entries: Iterable<readonly [Value, Value]>): Dict {
  const dict: Dict = {};
  for (const [key, value] of entries) setKey(dict, key, value);
  return dict;
}

/** Equal keys have equal names: 1, 1.0 and True are one key in Python. */
function propertyName(key: Value): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'boolean') return key ? '1' : '0';
  if (key instanceof Float) return String(key.value);
  assertHashable(key);
  return toPython(key);
}

export function assertHashable(key: Value): void {
  if (
    isDict(key) ||
    (Array.isArray(key) && !(key instanceof Tuple)) ||
    (key instanceof HostObject && key.typeName === 'set')
  ) {
    throw typeFault(`unhashable type: '${typeName(key)}'`, 'Use a text, a number or a tuple as key.');
  }
  if (key instanceof Tuple) for (const item of key) assertHashable(item);
}
