/**
 * What a template can hold. `null` is None; `undefined` and Undefined are Jinja's Undefined; a safe integer is an
 * int, a bigint a larger one; other numbers and Float are floats; arrays are lists, Tuple a tuple, plain objects
 * dicts; a HostObject is anything else. Functions count only when made by `callable`.
 */
export type Value = unknown;

export type Positional = readonly Value[];
export type Keywords = Readonly<Record<string, Value>>;

/** Something a template can call; `caller` is among the keywords in a call block only. */
export type Callable = (positional: Positional, keywords: Keywords) => Value | Promise<Value>;

/** Names a template sees. Read late, name by name; a prototype chain of scopes is followed. */
export type Scope = Readonly<Record<string, Value>>;

const CALLABLES = new WeakMap<object, { readonly name: string; readonly members: Readonly<Record<string, Value>> }>();

/** Marks `call` as callable from templates; functions without the mark are opaque to them. */
export function callable(name: string, call: Callable, members: Readonly<Record<string, Value>> = {}): Callable {
  CALLABLES.set(call, { name, members: { ...members, name } });
  return call;
}

export function isCallable(value: Value): value is Callable {
  return typeof value === 'function' && CALLABLES.has(value);
}

export function callableName(value: Callable): string {
  return CALLABLES.get(value)?.name ?? 'function';
}

export function callableMembers(value: Callable): Readonly<Record<string, Value>> {
  return CALLABLES.get(value)?.members ?? {};
}

/** Jinja's Undefined: prints as nothing, is empty and false, and faults with `message` when used otherwise. */
export class Undefined {
  readonly message: string;
  readonly hint: string | undefined;
  /** Attributes and calls give undefined again instead of a fault, as dbt does while it parses a project. */
  readonly chains: boolean;

  constructor(message: string, hint?: string, chains = false) {
    this.message = message;
    this.hint = hint;
    this.chains = chains;
  }
}

/** An Undefined that faults with that name when used. */
export function undefinedNamed(name: string): Undefined {
  return new Undefined(`'${name}' is undefined`);
}

export function isUndefined(value: Value): value is Undefined | undefined {
  return value === undefined || value instanceof Undefined;
}

/** A float with an integral value, which a JavaScript number alone would not tell from an int. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  valueOf(): number {
    return this.value;
  }

  toString(): string {
    return String(this.value);
  }

  toJSON(): number {
    return this.value;
  }
}

export class Tuple extends Array<Value> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  static copy(items: Iterable<Value>): Tuple {
    const tuple = new Tuple();
    for (const item of items) tuple.push(item);
    return tuple;
  }
}

export type Dict = Record<string, Value>;

export function isDict(value: Value): value is Dict {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What a host object can do beyond having members; each left out is what Python's plain object does. */
export interface Protocol {
  iterate?(): Iterable<Value>;
  length?(): number;
  /** The item at a key or index; undefined when there is none. */
  item?(key: Value): Value;
  contains?(item: Value): boolean;
  call?: Callable;
  /** Whether `is mapping` says yes. */
  mapping?: boolean;
  truth?(): boolean;
  /** repr(); `text` or the type's name without it. */
  represent?(): string;
  /** Equality; identity without it. */
  equals?(other: Value): boolean;
  /** Negative, 0 or positive; undefined when the two have no order. */
  compare?(other: Value): number | undefined;
  /** `this operator other`, or `other operator this` when `reflected`; undefined when there is none. */
  operate?(operator: '+' | '-' | '*' | '/' | '//' | '%' | '|' | '&', other: Value, reflected: boolean): Value;
  /** As JSON, for `tojson`. */
  json?(): unknown;
}

/** An object of the host: `members` are all a template can read of it by name. `text` is how it prints. */
export class HostObject {
  readonly typeName: string;
  readonly protocol: Protocol;
  readonly text: (() => string) | undefined;
  readonly #members: Readonly<Record<string, Value>>;

  constructor(
    typeName: string,
    members: Readonly<Record<string, Value>>,
    text?: () => string,
    protocol: Protocol = {},
  ) {
    this.typeName = typeName;
    this.#members = members;
    this.text = text;
    this.protocol = protocol;
  }

  member(name: string): Value {
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
  }

  memberNames(): readonly string[] {
    return Object.keys(this.#members);
  }

  *[Symbol.iterator](): Iterator<Value> {
    yield* this.protocol.iterate?.() ?? [];
  }

  toString(): string {
    return this.text?.() ?? `<${this.typeName}>`;
  }
}
