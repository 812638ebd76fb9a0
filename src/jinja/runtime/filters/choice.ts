import { nearest } from '../../../base/nearest.ts';
import { typeFault } from '../../error.ts';
import { truth } from '../compare.ts';
import { FILTERS } from '../filters.ts';
import { generator, items } from '../iterate.ts';
import { callNative, natives, type Rest } from '../signature.ts';
import { TESTS } from '../tests.ts';
import { toText } from '../text.ts';
import type { Value } from '../value.ts';
import { attributeGetter } from './attribute.ts';

/** The filters that take the name of another filter or of a test. They give iterators that run once, as Jinja's do. */
export const CHOICE_FILTERS = natives({
  map: ['value *', map],
  select: ['value *', (value: Value, rest: Rest) => choose(value, rest, true, false)],
  reject: ['value *', (value: Value, rest: Rest) => choose(value, rest, false, false)],
  selectattr: ['value *', (value: Value, rest: Rest) => choose(value, rest, true, true)],
  rejectattr: ['value *', (value: Value, rest: Rest) => choose(value, rest, false, true)],
});

function map(value: Value, { positional, keywords }: Rest): Value {
  const all = items(value);
  if (positional.length === 0 && Object.hasOwn(keywords, 'attribute')) {
    const get = attributeGetter(keywords['attribute'], keywords['default']);
    return generator(lazily(all, get));
  }
  const [name, ...rest] = positional;
  if (name === undefined)
    throw typeFault('map requires a filter argument', "Write map('upper') or map(attribute='name').");
  const filter = FILTERS.get(toText(name));
  if (filter === undefined) throw unknown('filter', toText(name), FILTERS.keys());
  return generator(lazily(all, (one) => callNative(filter, [], [one, ...rest], keywords)));
}

function* lazily(all: readonly Value[], change: (value: Value) => Value): Generator<Value> {
  for (const one of all) yield change(one);
}

function choose(value: Value, { positional, keywords }: Rest, wanted: boolean, byAttribute: boolean): Value {
  const [path] = positional;
  if (byAttribute && path === undefined) throw typeFault('the name of an attribute is missing');
  const get = byAttribute ? attributeGetter(path) : (one: Value): Value => one;
  const [name, ...rest] = byAttribute ? positional.slice(1) : positional;
  const test = name === undefined ? undefined : TESTS.get(toText(name));
  if (name !== undefined && test === undefined) throw unknown('test', toText(name), TESTS.keys());
  const passes = (one: Value): boolean =>
    truth(test === undefined ? get(one) : callNative(test, [], [get(one), ...rest], keywords)) === wanted;
  return generator(filtered(items(value), passes));
}

function* filtered(all: readonly Value[], passes: (value: Value) => boolean): Generator<Value> {
  for (const one of all) if (passes(one)) yield one;
}

function unknown(kind: string, name: string, known: Iterable<string>): unknown {
  const near = nearest(name, known);
  return typeFault(`no ${kind} named '${name}'`, near === undefined ? undefined : `Did you mean '${near}'?`);
}
