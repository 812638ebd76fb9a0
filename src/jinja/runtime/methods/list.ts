import { valueFault } from '../../error.ts';
import { equal } from '../compare.ts';
import { items } from '../iterate.ts';
import { toIndex } from '../number.ts';
import { natives } from '../signature.ts';
import { sorted } from '../sort.ts';
import { toPython } from '../text.ts';
import { isUndefined, type Value } from '../value.ts';

function indexOf(list: readonly Value[], item: Value, start?: Value, stop?: Value): number {
  const bound = (value: Value, fallback: number): number => {
    if (isUndefined(value)) return fallback;
    const index = toIndex(value);
    return index < 0 ? Math.max(0, index + list.length) : index;
  };
  const [from, to] = [bound(start, 0), bound(stop, list.length)];
  const found = list.findIndex((one, index) => index >= from && index < to && equal(one, item));
  if (found < 0) throw valueFault(`${toPython(item)} is not in list`);
  return found;
}

function count(list: readonly Value[], item: Value): number {
  return list.filter((one) => equal(one, item)).length;
}

/** The methods of Python's list. Those that change the list answer None. */
export const LIST_METHODS = natives({
  append: ['item', (list: Value[], item: Value) => ignore(list.push(item))],
  extend: ['items', (list: Value[], more: Value) => ignore(list.push(...items(more)))],
  insert: ['index item', (list: Value[], index: Value, item: Value) => ignore(list.splice(toIndex(index), 0, item))],
  remove: ['item', (list: Value[], item: Value) => ignore(list.splice(indexOf(list, item), 1))],
  pop: ['index?', pop],
  clear: ['', (list: Value[]) => ignore(list.splice(0))],
  copy: ['', (list: Value[]) => [...list]],
  index: ['item start? stop?', indexOf],
  count: ['item', count],
  reverse: ['', (list: Value[]) => ignore(list.reverse())],
  sort: [
    'key? reverse?',
    (list: Value[], key: Value, reverse: Value) => ignore(list.splice(0, list.length, ...sorted(list, key, reverse))),
  ],
});

export const TUPLE_METHODS = natives({
  index: ['item start? stop?', indexOf],
  count: ['item', count],
});

function ignore(_answer: unknown): null {
  return null;
}

function pop(list: Value[], index?: Value): Value {
  if (list.length === 0) throw valueFault('pop from empty list');
  const at = isUndefined(index) ? -1 : toIndex(index);
  const place = at < 0 ? at + list.length : at;
  if (place < 0 || place >= list.length) throw valueFault('pop index out of range');
  return list.splice(place, 1)[0];
}
