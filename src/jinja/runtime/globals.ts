import { typeFault, valueFault } from '../error.ts';
import { dictOf, setKey } from './dict.ts';
import { isIterable, items, range } from './iterate.ts';
import { RETURN } from './macro.ts';
import { entriesIn } from './methods/dict.ts';
import { Namespace } from './namespace.ts';
import { toIndex } from './number.ts';
import { pythonSet } from './set.ts';
import { toText } from './text.ts';
import {
  type Callable,
  callable,
  type Dict,
  HostObject,
  type Keywords,
  type Positional,
  type Scope,
  Tuple,
  type Value,
} from './value.ts';

/** Names every template sees unless its scope has its own: Jinja's globals and the builtins dbt adds. */
export const GLOBALS: Scope = Object.fromEntries(
  Object.entries({
    range: rangeOf,
    dict: (positional: Positional, keywords: Keywords) => dictFrom(positional, keywords),
    namespace: (positional: Positional, keywords: Keywords) => new Namespace(dictFrom(positional, keywords)),
    cycler: (positional: Positional) => cycler(positional),
    joiner: (positional: Positional) => joiner(positional[0] ?? ', '),
    set: ([value]: Positional) => (isIterable(value) ? pythonSet(items(value)) : null),
    set_strict: ([value]: Positional) => pythonSet(items(value)),
    zip: (positional: Positional) => (positional.every(isIterable) ? zip(positional) : null),
    zip_strict: (positional: Positional) => zip(positional),
    return: RETURN,
  } satisfies Record<string, Callable>).map(([name, call]): [string, Callable] => [name, callable(name, call)]),
);

function rangeOf(positional: Positional): Value {
  if (positional.length < 1 || positional.length > 3) {
    throw typeFault(`range expected 1 to 3 arguments, got ${positional.length}`);
  }
  const [first = 0, second, third = 1] = positional.map((bound) => toIndex(bound));
  if (third === 0) throw valueFault('range() arg 3 must not be zero');
  return second === undefined ? range(0, first, 1) : range(first, second, third);
}

function dictFrom(positional: Positional, keywords: Keywords): Dict {
  if (positional.length > 1) throw typeFault(`dict expected at most 1 argument, got ${positional.length}`);
  const dict = dictOf(positional.flatMap(entriesIn));
  for (const [key, value] of Object.entries(keywords)) setKey(dict, key, value);
  return dict;
}

function zip(lists: Positional): Value[] {
  const all = lists.map(items);
  const shortest = Math.min(...all.map((list) => list.length));
  return Array.from({ length: lists.length === 0 ? 0 : shortest }, (_, index) =>
    Tuple.copy(all.map((list) => list[index])),
  );
}

function cycler(values: Positional): HostObject {
  if (values.length === 0) throw typeFault('at least one item has to be provided');
  let at = 0;
  const members = {
    get current(): Value {
      return values[at];
    },
    next: callable('next', () => {
      const current = values[at];
      at = (at + 1) % values.length;
      return current;
    }),
    reset: callable('reset', () => {
      at = 0;
      return null;
    }),
  };
  return new HostObject('Cycler', members);
}

function joiner(separator: Value): HostObject {
  let used = false;
  const call: Callable = () => {
    if (used) return toText(separator);
    used = true;
    return '';
  };
  return new HostObject('Joiner', {}, undefined, { call });
}
