import { typeFault } from '../error.ts';
import { entriesOf, getKey, hasKey } from './dict.ts';
import { type Numeric, numeric } from './number.ts';
import { typeName } from './type.ts';
import { undefinedFault } from './undefined.ts';
import { HostObject, isDict, isUndefined, Tuple, type Value } from './value.ts';

/** bool() */
export function truth(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (value === null || isUndefined(value)) return false;
  if (typeof value === 'string' || Array.isArray(value)) return value.length > 0;
  const number = numeric(value);
  if (number !== undefined) return 'int' in number ? number.int !== 0 : number.float !== 0;
  if (value instanceof HostObject) {
    return value.protocol.truth?.() ?? (value.protocol.length === undefined || value.protocol.length() > 0);
  }
  return !isDict(value) || Object.keys(value).length > 0;
}

/** == */
export function equal(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (typeof left === 'string' || typeof right === 'string') return viaHost(left, right);
  const [a, b] = [numeric(left), numeric(right)];
  if (a !== undefined && b !== undefined) return compareNumbers(a, b) === 0;
  if (isUndefined(left) || isUndefined(right)) return isUndefined(left) && isUndefined(right);
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length || left instanceof Tuple !== right instanceof Tuple) return false;
    return left.every((item, index) => equal(item, right[index]));
  }
  if (isDict(left) && isDict(right)) {
    const entries = entriesOf(left);
    const same = Object.keys(right).length === entries.length;
    return same && entries.every(([key, value]) => hasKey(right, key) && equal(value, getKey(right, key)));
  }
  return viaHost(left, right);
}

function viaHost(left: Value, right: Value): boolean {
  if (left instanceof HostObject && left.protocol.equals !== undefined) return left.protocol.equals(right);
  return right instanceof HostObject && right.protocol.equals !== undefined && right.protocol.equals(left);
}

/** JavaScript compares bigints and numbers by value; NaN has no order. */
function compareNumbers(left: Numeric, right: Numeric): number {
  const x = 'int' in left ? left.int : left.float;
  const y = 'int' in right ? right.int : right.float;
  if (x < y) return -1;
  if (x > y) return 1;
  return Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : 0;
}

/** Negative, 0 or positive; NaN for a float that is none. Throws RuntimeFault for values without an order. */
export function order(left: Value, right: Value, operator = '<'): number {
  const [a, b] = [numeric(left), numeric(right)];
  if (a !== undefined && b !== undefined) {
    return compareNumbers(a, b);
  }
  if (typeof left === 'string' && typeof right === 'string') return byCodePoint(left, right);
  if (Array.isArray(left) && Array.isArray(right) && left instanceof Tuple === right instanceof Tuple) {
    for (const [index, item] of left.entries()) {
      if (index >= right.length) return 1;
      if (!equal(item, right[index])) return order(item, right[index], operator);
    }
    return left.length - right.length;
  }
  const known =
    left instanceof HostObject
      ? left.protocol.compare?.(right)
      : right instanceof HostObject
        ? negated(right.protocol.compare?.(left))
        : undefined;
  if (known !== undefined) return known;
  for (const value of [left, right]) if (isUndefined(value)) throw undefinedFault(value);
  throw typeFault(`'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`);
}

function negated(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value;
}

/** Python orders texts by code point, JavaScript by code unit. */
function byCodePoint(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (a === b) continue;
    // A surrogate stands for a code point above all others.
    const [isHighA, isHighB] = [a >= 0xd800 && a <= 0xdfff, b >= 0xd800 && b <= 0xdfff];
    return isHighA === isHighB ? a - b : isHighA ? 1 : -1;
  }
  return left.length - right.length;
}
