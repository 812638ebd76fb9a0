import { RuntimeFault, typeFault } from '../error.ts';
import * as access from './access.ts';
import { equal, order, truth } from './compare.ts';
import { scopeView } from './context.ts';
import { dictOf, entriesOf } from './dict.ts';
import { FILTERS } from './filters.ts';
import { GLOBALS } from './globals.ts';
import { items, tuple, unpack } from './iterate.ts';
import { Loop } from './loop.ts';
import { macro, missing } from './macro.ts';
import { Namespace } from './namespace.ts';
import { float } from './number.ts';
import * as operators from './operators.ts';
import { callNative } from './signature.ts';
import { TESTS } from './tests.ts';
import { toText } from './text.ts';
import { left, leftBlock, located } from './trace.ts';
import { typeName } from './type.ts';
import { type Dict, isDict, type Keywords, type Positional, type Scope, Undefined, type Value } from './value.ts';

/** How the values a template makes behave. */
export interface Behaviour {
  /** Whether host functions may answer with promises. */
  readonly async: boolean;
  /** Whether members and calls of undefined values are undefined instead of a fault. */
  readonly chains: boolean;
}

/** All that generated code can reach. Frozen, so that no template changes it for another. */
export type Runtime = ReturnType<typeof createRuntime>;

export function createRuntime({ async, chains }: Behaviour) {
  const answered = (answer: Value): Value => {
    if (async || !(answer instanceof Promise)) return answer;
    // Nobody waits for it: its failure must not end the process.
    answer.catch(() => undefined);
    throw new RuntimeFault(
      'jinja/async',
      'this function needs time to answer and cannot be called while a project is read',
      'Guard the call with {% if execute %}.',
    );
  };
  return Object.freeze({
    Promise,
    Loop,
    none: Object.freeze({}) as Keywords,
    skipped: new Undefined('the condition of the inline if is false and it has no else'),
    text: toText,
    truth,
    float,
    tuple,
    items,
    unpack,
    macro,
    located,
    left,
    leftBlock,
    equal,
    context: scopeView,
    missing: (parameter: string) => missing(parameter, chains),
    lookup: (scope: Scope, name: string) => lookup(scope, name, chains),
    attribute: (of: Value, name: string) => access.attribute(of, name, chains),
    item: (of: Value, key: Value) => access.item(of, key, chains),
    slice: access.slice,
    call: (of: Value, positional: Positional, keywords: Keywords) => answered(access.call(of, positional, keywords)),
    callMember: (of: Value, name: string, positional: Positional, keywords: Keywords) =>
      answered(access.callMember(of, name, positional, keywords, chains)),
    filter: (name: string, of: Value, positional: Positional, keywords: Keywords) =>
      named(FILTERS, name, of, positional, keywords),
    test: (name: string, of: Value, positional: Positional, keywords: Keywords) =>
      truth(named(TESTS, name, of, positional, keywords)),
    dict: (flat: readonly Value[]) => dictOf(pairsOf(flat)),
    keywords: keywordsOf,
    setMember,
    notEqual: (a: Value, b: Value) => !equal(a, b),
    less: (a: Value, b: Value) => order(a, b, '<') < 0,
    lessOrEqual: (a: Value, b: Value) => order(a, b, '<=') <= 0,
    greater: (a: Value, b: Value) => order(a, b, '>') > 0,
    greaterOrEqual: (a: Value, b: Value) => order(a, b, '>=') >= 0,
    isNotIn: (item: Value, container: Value) => !operators.isIn(item, container),
    ...operators,
  });
}

/** A name of the scope or a global. What every JavaScript object inherits is no name of a scope. */
export function lookup(scope: Scope, name: string, chains: boolean): Value {
  const value = name === '__proto__' ? undefined : scope[name];
  if (value !== undefined && value !== Reflect.get(Object.prototype, name)) return value;
  if (Object.hasOwn(GLOBALS, name)) return GLOBALS[name];
  return new Undefined(`'${name}' is undefined`, undefined, chains);
}

function named(table: typeof FILTERS, name: string, of: Value, positional: Positional, keywords: Keywords): Value {
  const known = table.get(name);
  if (known === undefined) throw typeFault(`no filter or test named '${name}'`);
  return callNative(known, [], [of, ...positional], keywords);
}

function* pairsOf(flat: readonly Value[]): Generator<readonly [Value, Value]> {
  for (let index = 0; index < flat.length; index += 2) yield [flat[index], flat[index + 1]];
}

/** `**value` of a call. */
function keywordsOf(value: Value): Dict {
  if (!isDict(value)) throw typeFault(`argument after ** must be a mapping, not ${typeName(value)}`);
  return Object.fromEntries(
    entriesOf(value).map(([key, one]) => {
      if (typeof key !== 'string') throw typeFault('keywords must be strings');
      return [key, one];
    }),
  );
}

function setMember(object: Value, name: string, value: Value): void {
  if (object instanceof Namespace) object.set(name, value);
  else
    throw typeFault(`cannot set '${name}' of a '${typeName(object)}' object`, 'Only a namespace() takes new members.');
}
