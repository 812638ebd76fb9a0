import { equal } from './compare.ts';
import { assertHashable } from './dict.ts';
import { items } from './iterate.ts';
import { callNative, natives } from './signature.ts';
import { toPython } from './text.ts';
import { callable, HostObject, type Value } from './value.ts';

/** Python's set, in the order its items came. */
export class PythonSet extends HostObject {
  readonly values: Value[] = [];

  constructor(values: Iterable<Value>) {
    super('set', {}, undefined, {
      iterate: () => this.values,
      length: () => this.values.length,
      contains: (item) => this.has(item),
      represent: () => (this.values.length === 0 ? 'set()' : `{${toPython(this.values).slice(1, -1)}}`),
      equals: (other) =>
        other instanceof PythonSet && other.values.length === this.values.length && isSubset(this, other),
      operate: (operator, other, reflected) => this.#operate(operator, other, reflected),
    });
    for (const value of values) this.add(value);
  }

  has(item: Value): boolean {
    return this.values.some((known) => equal(known, item));
  }

  add(item: Value): null {
    assertHashable(item);
    if (!this.has(item)) this.values.push(item);
    return null;
  }

  remove(item: Value): null {
    const at = this.values.findIndex((known) => equal(known, item));
    if (at >= 0) this.values.splice(at, 1);
    return null;
  }

  #operate(operator: string, other: Value, reflected: boolean): Value {
    if (!(other instanceof PythonSet) || reflected) return undefined;
    return operator === '-' ? without(this, other) : undefined;
  }

  override member(name: string): Value {
    const method = METHODS.get(name);
    if (method === undefined) return undefined;
    return callable(name, (positional, keywords) => callNative(method, [this], positional, keywords));
  }

  override memberNames(): readonly string[] {
    return [...METHODS.keys()];
  }
}

export function pythonSet(values: Iterable<Value>): PythonSet {
  return new PythonSet(values);
}

function setOf(value: Value): PythonSet {
  return value instanceof PythonSet ? value : new PythonSet(items(value));
}

function without(set: PythonSet, other: Value): PythonSet {
  const removed = setOf(other);
  return new PythonSet(set.values.filter((item) => !removed.has(item)));
}

function isSubset(set: PythonSet, other: Value): boolean {
  const all = setOf(other);
  return set.values.every((item) => all.has(item));
}

const METHODS = natives({
  add: ['item', (set: PythonSet, item: Value) => set.add(item)],
  remove: ['item', (set: PythonSet, item: Value) => set.remove(item)],
  discard: ['item', (set: PythonSet, item: Value) => set.remove(item)],
  clear: [
    '',
    (set: PythonSet) => {
      set.values.length = 0;
      return null;
    },
  ],
  copy: ['', (set: PythonSet) => new PythonSet(set.values)],
  update: [
    'items',
    (set: PythonSet, more: Value) => {
      for (const item of items(more)) set.add(item);
      return null;
    },
  ],
  union: ['other', (set: PythonSet, other: Value) => new PythonSet([...set.values, ...items(other)])],
  intersection: [
    'other',
    (set: PythonSet, other: Value) => new PythonSet(set.values.filter((item) => setOf(other).has(item))),
  ],
  difference: ['other', without],
  symmetric_difference: [
    'other',
    (set: PythonSet, other: Value) =>
      new PythonSet([...without(set, other).values, ...without(setOf(other), set).values]),
  ],
  issubset: ['other', isSubset],
  issuperset: ['other', (set: PythonSet, other: Value) => isSubset(setOf(other), set)],
  isdisjoint: ['other', (set: PythonSet, other: Value) => !set.values.some((item) => setOf(other).has(item))],
});
