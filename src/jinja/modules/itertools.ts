import { RuntimeFault } from '../error.ts';
import { truth } from '../runtime/compare.ts';
import { generator, items } from '../runtime/iterate.ts';
import { toIndex } from '../runtime/number.ts';
import { add } from '../runtime/operators.ts';
import {
  type Callable,
  callable,
  HostObject,
  type Keywords,
  type Positional,
  Tuple,
  type Value,
} from '../runtime/value.ts';

type Lists = readonly (readonly Value[])[];

function* product(lists: Lists): Generator<Value[]> {
  const [first, ...rest] = lists;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const one of first) for (const others of product(rest)) yield [one, ...others];
}

/** Choices of `count` of the positions, in lexicographic order; `next` says where the following choice may begin. */
function* choices(
  all: readonly Value[],
  count: number,
  from: number,
  next: (index: number) => number,
): Generator<Value[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (let index = from; index < all.length; index++) {
    for (const rest of choices(all, count - 1, next(index), next)) yield [all[index], ...rest];
  }
}

function* permutations(all: readonly Value[], count: number): Generator<Value[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (const [index, one] of all.entries()) {
    for (const rest of permutations(all.toSpliced(index, 1), count - 1)) yield [one, ...rest];
  }
}

function tuples(lists: Iterable<readonly Value[]>): Value {
  return generator(
    (function* () {
      for (const list of lists) yield Tuple.copy(list);
    })(),
  );
}

function repeatedProduct(positional: Positional, keywords: Keywords): Value {
  const lists = positional.map(items);
  const times = toIndex(keywords['repeat'] ?? 1);
  return tuples(product(Array.from({ length: times }, () => lists).flat()));
}

function zipLongest(positional: Positional, keywords: Keywords): Value {
  const lists = positional.map(items);
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const fill = keywords['fillvalue'] ?? null;
  return tuples(Array.from({ length: longest }, (_, at) => lists.map((list) => (at < list.length ? list[at] : fill))));
}

function islice([value, ...bounds]: Positional): Value {
  const [start, stop, step] = bounds.length === 1 ? [0, bounds[0], 1] : [bounds[0] ?? 0, bounds[1], bounds[2] ?? 1];
  const all = items(value);
  const end = stop === null || stop === undefined ? all.length : toIndex(stop);
  const [first, by] = [toIndex(start), toIndex(step)];
  if (first < 0 || end < 0 || by < 1) throw new RuntimeFault('jinja/value', 'islice() takes no negative bounds');
  return generator(all.slice(first, end).filter((_one, index) => index % by === 0));
}

function accumulate([value]: Positional): Value {
  const sums: Value[] = [];
  for (const one of items(value)) sums.push(sums.length === 0 ? one : add(sums.at(-1), one));
  return generator(sums);
}

const FUNCTIONS: Readonly<Record<string, Callable>> = {
  product: repeatedProduct,
  permutations: ([value, count]) =>
    tuples(permutations(items(value), count === undefined ? items(value).length : toIndex(count))),
  combinations: ([value, count]) => tuples(choices(items(value), toIndex(count), 0, (index) => index + 1)),
  combinations_with_replacement: ([value, count]) => tuples(choices(items(value), toIndex(count), 0, (index) => index)),
  zip_longest: zipLongest,
  islice,
  accumulate,
  repeat: ([value, times]) => generator(Array.from({ length: toIndex(times) }, () => value)),
  compress: ([value, chosen]) => generator(items(value).filter((_one, index) => truth(items(chosen)[index]))),
};

const flatten = (lists: readonly Value[]): Value => generator(lists.flatMap((list) => [...items(list)]));

/** The functions of Python's itertools that end: endless ones (count, cycle) have no place in a template. */
export const ITERTOOLS = new HostObject('module', {
  ...Object.fromEntries(Object.entries(FUNCTIONS).map(([name, call]) => [name, callable(name, call)])),
  chain: callable('chain', (lists) => flatten(lists), {
    from_iterable: callable('from_iterable', ([lists]) => flatten(items(lists))),
  }),
});
