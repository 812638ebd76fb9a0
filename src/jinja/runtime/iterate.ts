import { typeFault } from '../error.ts';
import { equal } from './compare.ts';
import { keysOf } from './dict.ts';
import { isInt } from './number.ts';
import { toPython } from './text.ts';
import { typeName } from './type.ts';
import { HostObject, isDict, isUndefined, Tuple, type Value } from './value.ts';

export function isIterable(value: Value): boolean {
  if (typeof value === 'string' || Array.isArray(value) || isUndefined(value)) return true;
  return value instanceof HostObject ? value.protocol.iterate !== undefined : isDict(value);
}

/** The items of an iteration. A list is given as it is: one that grows while it is iterated goes on, as in Python. */
export function items(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return characters(value);
  if (isUndefined(value)) return [];
  if (value instanceof HostObject && value.protocol.iterate !== undefined) return Array.from(value.protocol.iterate());
  if (isDict(value)) return keysOf(value);
  throw typeFault(
    `'${typeName(value)}' object is not iterable`,
    value === null ? 'The value is None here; test it with {% if %} first.' : undefined,
  );
}

/** The characters of a text: code points, as Python counts them. */
export function characters(text: string): string[] {
  return Array.from(text);
}

/** Whether code units and characters are not the same in `text`. */
export function isAstral(text: string): boolean {
  return /[\ud800-\udfff]/.test(text);
}

/** len() */
export function length(value: Value): number {
  if (typeof value === 'string') return isAstral(value) ? characters(value).length : value.length;
  if (Array.isArray(value)) return value.length;
  if (isUndefined(value)) return 0;
  if (isDict(value)) return Object.keys(value).length;
  if (value instanceof HostObject && value.protocol.length !== undefined) return value.protocol.length();
  throw typeFault(
    `object of type '${typeName(value)}' has no len()`,
    isGenerator(value) ? 'Put |list before it.' : undefined,
  );
}

function isGenerator(value: Value): boolean {
  return value instanceof HostObject && value.typeName === 'generator';
}

/** An iterator that can be run through once, as filters like `map` give it. */
export function generator(source: Iterable<Value>): HostObject {
  const iterator = source[Symbol.iterator]();
  const rest: Iterable<Value> = {
    [Symbol.iterator]: () => ({ next: () => iterator.next() }),
  };
  return new HostObject('generator', {}, () => '<generator object>', { iterate: () => rest, truth: () => true });
}

/** dict.keys(), .values() and .items(): they follow the dict. */
export function view(typeOf: string, contents: () => Value[]): HostObject {
  const represent = (): string => `${typeOf}(${toPython(contents())})`;
  return new HostObject(typeOf, {}, represent, {
    iterate: contents,
    length: () => contents().length,
    contains: (item) => contents().some((known) => equal(known, item)),
    represent,
    equals: (other) => other instanceof HostObject && other.typeName === typeOf && equal(contents(), [...other]),
  });
}

/** range(): lazy, so that a large one costs nothing until it is iterated. */
export function range(start: number, stop: number, step: number): HostObject {
  const count = Math.max(0, Math.ceil((stop - start) / step));
  const text = (): string => `range(${start}, ${stop}${step === 1 ? '' : `, ${step}`})`;
  return new HostObject('range', {}, text, {
    *iterate() {
      for (let index = 0; index < count; index++) yield start + index * step;
    },
    length: () => count,
    item: (key) => {
      if (!isInt(key)) return undefined;
      const index = Number(key) < 0 ? Number(key) + count : Number(key);
      return index >= 0 && index < count ? start + index * step : undefined;
    },
    contains: (item) => {
      const index = (Number(item) - start) / step;
      return isInt(item) && Number.isInteger(index) && index >= 0 && index < count;
    },
    equals: (other) =>
      other instanceof HostObject &&
      other.typeName === 'range' &&
      equal(
        [...other],
        Array.from({ length: count }, (_, index) => start + index * step),
      ),
  });
}

/** The items of a value that must be exactly `count`, for `a, b = value`. */
export function unpack(value: Value, count: number): readonly Value[] {
  const all = items(value);
  if (all.length > count) throw typeFault(`too many values to unpack (expected ${count})`);
  if (all.length < count) throw typeFault(`not enough values to unpack (expected ${count}, got ${all.length})`);
  return all;
}

export function tuple(values: Iterable<Value>): Tuple {
  return Tuple.copy(values);
}
