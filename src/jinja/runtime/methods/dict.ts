import { RuntimeFault, typeFault } from '../../error.ts';
import { deleteKey, dictOf, entriesOf, getKey, hasKey, keysOf, setKey, valuesOf } from '../dict.ts';
import { items, unpack, view } from '../iterate.ts';
import { natives, type Rest } from '../signature.ts';
import { toPython } from '../text.ts';
import { type Dict, isDict, Tuple, type Value } from '../value.ts';

function pairs(dict: Dict): Value[] {
  return entriesOf(dict).map((pair) => Tuple.copy(pair));
}

/** What dict() and update() take: a dict, or pairs. */
export function entriesIn(source: Value): [Value, Value][] {
  if (isDict(source)) return entriesOf(source);
  return items(source).map((pair) => {
    const [key, value] = unpack(pair, 2);
    return [key, value];
  });
}

function update(dict: Dict, { positional, keywords }: Rest): null {
  if (positional.length > 1) throw typeFault(`update expected at most 1 argument, got ${positional.length}`);
  for (const source of positional) for (const [key, value] of entriesIn(source)) setKey(dict, key, value);
  for (const [key, value] of Object.entries(keywords)) setKey(dict, key, value);
  return null;
}

function pop(dict: Dict, key: Value, ...[fallback]: Value[]): Value {
  if (hasKey(dict, key)) {
    const value = getKey(dict, key);
    deleteKey(dict, key);
    return value;
  }
  if (fallback === undefined) throw new RuntimeFault('jinja/key', `the dict has no key ${toPython(key)}`);
  return fallback;
}

/** The methods of Python's dict. */
export const DICT_METHODS = natives({
  get: [
    'key default?',
    (dict: Dict, key: Value, fallback: Value = null) => (hasKey(dict, key) ? getKey(dict, key) : fallback),
  ],
  keys: ['', (dict: Dict) => view('dict_keys', () => keysOf(dict))],
  values: ['', (dict: Dict) => view('dict_values', () => valuesOf(dict))],
  items: ['', (dict: Dict) => view('dict_items', () => pairs(dict))],
  update: ['*', update],
  pop: ['key default?', pop],
  popitem: ['', popItem],
  setdefault: [
    'key default?',
    (dict: Dict, key: Value, fallback: Value = null) => {
      if (!hasKey(dict, key)) setKey(dict, key, fallback);
      return getKey(dict, key);
    },
  ],
  copy: ['', (dict: Dict) => dictOf(entriesOf(dict))],
  clear: [
    '',
    (dict: Dict) => {
      for (const key of keysOf(dict)) deleteKey(dict, key);
      return null;
    },
  ],
  fromkeys: [
    'keys value?',
    (_dict: Dict, keys: Value, value: Value = null) => dictOf(items(keys).map((key) => [key, value])),
  ],
});

function popItem(dict: Dict): Value {
  const last = entriesOf(dict).at(-1);
  if (last === undefined) throw new RuntimeFault('jinja/key', 'popitem(): the dict is empty');
  deleteKey(dict, last[0]);
  return Tuple.copy(last);
}
