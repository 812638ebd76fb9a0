import { RuntimeFault, typeFault } from '../../error.ts';
import { equal, order, truth } from '../compare.ts';
import { entriesOf } from '../dict.ts';
import { characters, generator, items, length } from '../iterate.ts';
import { toIndex } from '../number.ts';
import { natives } from '../signature.ts';
import { sortedBy } from '../sort.ts';
import { toText } from '../text.ts';
import { HostObject, isDict, isUndefined, Tuple, Undefined, type Value } from '../value.ts';
import { attributeGetter, keyGetter } from './attribute.ts';

export const SEQUENCE_FILTERS = natives({
  length: ['value', length],
  count: ['value', length],
  first: ['value', (value: Value) => firstOf(items(value))],
  last: ['value', (value: Value) => firstOf(items(value).toReversed())],
  join: ['value d? attribute?', join],
  sort: ['value reverse? case_sensitive? attribute?', sort],
  dictsort: ['value case_sensitive? by? reverse?', dictSort],
  unique: ['value case_sensitive? attribute?', unique],
  reverse: [
    'value',
    (value: Value) =>
      typeof value === 'string' ? characters(value).reverse().join('') : generator(items(value).toReversed()),
  ],
  min: [
    'value case_sensitive? attribute?',
    (value: Value, cased?: Value, attribute?: Value) => extreme(value, cased, attribute, -1),
  ],
  max: [
    'value case_sensitive? attribute?',
    (value: Value, cased?: Value, attribute?: Value) => extreme(value, cased, attribute, 1),
  ],
  batch: ['value linecount fill_with?', batch],
  slice: ['value slices fill_with?', slices],
  groupby: ['value attribute default? case_sensitive?', groupBy],
});

function firstOf(all: readonly Value[]): Value {
  return all.length === 0 ? new Undefined('No first item, sequence was empty.') : all[0];
}

function join(value: Value, separator: Value = '', attribute?: Value): string {
  const get = keyGetter(attribute, true);
  return items(value)
    .map((one) => toText(get(one)))
    .join(toText(separator));
}

/** `attribute` may name several, separated by commas. */
function sort(value: Value, reverse?: Value, cased?: Value, attribute?: Value): Value[] {
  const paths = typeof attribute === 'string' ? attribute.split(',').map((path) => path.trim()) : [attribute];
  const getters = paths.map((path) => keyGetter(path, truth(cased)));
  const keyed = items(value).map((one): [Value, Value] => {
    const keys = getters.map((get) => get(one));
    return [keys.length === 1 ? keys[0] : keys, one];
  });
  return sortedBy(keyed, truth(reverse)).map(([, one]) => one);
}

function dictSort(value: Value, cased?: Value, by: Value = 'key', reverse?: Value): Value[] {
  if (!isDict(value)) throw typeFault('dictsort takes a dict');
  if (by !== 'key' && by !== 'value')
    throw new RuntimeFault('jinja/value', 'You can only sort by either "key" or "value"');
  const key = keyGetter(undefined, truth(cased));
  const keyed = entriesOf(value).map((pair): [Value, Value] => [key(pair[by === 'key' ? 0 : 1]), Tuple.copy(pair)]);
  return sortedBy(keyed, truth(reverse)).map(([, pair]) => pair);
}

function unique(value: Value, cased?: Value, attribute?: Value): HostObject {
  const get = keyGetter(attribute, truth(cased));
  const seenTexts = new Set<string>();
  const seen: Value[] = [];
  const kept = items(value).filter((one) => {
    const key = get(one);
    if (typeof key === 'string') {
      if (seenTexts.has(key)) return false;
      seenTexts.add(key);
      return true;
    }
    if (seen.some((known) => equal(known, key))) return false;
    seen.push(key);
    return true;
  });
  return generator(kept);
}

function extreme(value: Value, cased: Value, attribute: Value, sign: 1 | -1): Value {
  const get = keyGetter(attribute, truth(cased));
  const all = items(value);
  if (all.length === 0) return new Undefined('No aggregated item, sequence was empty.');
  return all.reduce((best, one) => (sign * order(get(one), get(best)) > 0 ? one : best));
}

function batch(value: Value, count: Value, fill?: Value): HostObject {
  const size = toIndex(count);
  const all = items(value);
  const rows: Value[][] = [];
  for (let at = 0; at < all.length; at += size) rows.push(all.slice(at, at + size));
  const last = rows.at(-1);
  if (last !== undefined && !isUndefined(fill) && fill !== null) while (last.length < size) last.push(fill);
  return generator(rows);
}

function slices(value: Value, count: Value, fill?: Value): HostObject {
  const all = items(value);
  const number = toIndex(count);
  const [size, extra] = [Math.floor(all.length / number), all.length % number];
  let at = 0;
  const columns = Array.from({ length: number }, (_, index) => {
    const column = all.slice(at, at + size + (index < extra ? 1 : 0));
    at += column.length;
    if (!isUndefined(fill) && fill !== null && index >= extra && extra > 0) column.push(fill);
    return column;
  });
  return generator(columns);
}

function groupBy(value: Value, attribute: Value, fallback?: Value, cased: Value = false): Value[] {
  const get = attributeGetter(attribute, fallback);
  const fold = (key: Value): Value => (typeof key === 'string' && !truth(cased) ? key.toLowerCase() : key);
  const keyed = items(value).map((one): [Value, Value] => [fold(get(one)), one]);
  const groups: { key: Value; members: Value[] }[] = [];
  for (const [key, one] of sortedBy(keyed, false)) {
    const last = groups.at(-1);
    if (last !== undefined && equal(last.key, key)) last.members.push(one);
    else groups.push({ key, members: [one] });
  }
  return groups.map(({ members }) => {
    const grouper = get(members[0]);
    const pair = [grouper, members];
    return new HostObject('_GroupTuple', { grouper, list: members }, undefined, {
      iterate: () => pair,
      length: () => 2,
      item: (key) => (typeof key === 'number' ? pair.at(key) : undefined),
      json: () => pair,
    });
  });
}
