import { order, truth } from './compare.ts';
import { isCallable, type Value } from './value.ts';

/** sorted(): stable, in a new list; `reverse` keeps equal ones in their order too. `key` is a callable or nothing. */
export function sorted(values: readonly Value[], key?: Value, reverse?: Value): Value[] {
  const keyed = values.map((value): [Value, Value] => [isCallable(key) ? key([value], {}) : value, value]);
  return sortedBy(keyed, truth(reverse)).map(([, value]) => value);
}

/** The pairs in order of their first halves. */
export function sortedBy<T>(keyed: readonly (readonly [Value, T])[], reverse: boolean): (readonly [Value, T])[] {
  const sign = reverse ? -1 : 1;
  return [...keyed].sort(([left], [right]) => sign * order(left, right));
}
