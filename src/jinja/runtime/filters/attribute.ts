import { item } from '../access.ts';
import { isIndexLike } from '../dict.ts';
import { isInt } from '../number.ts';
import { toText } from '../text.ts';
import { isUndefined, type Value } from '../value.ts';

/** What `attribute=` of a filter reads from each item: a dotted path or an index. */
export function attributeGetter(path: Value, fallback?: Value): (value: Value) => Value {
  const steps = isInt(path)
    ? [path]
    : toText(path)
        .split('.')
        .map((step) => (isIndexLike(step) ? Number(step) : step));
  return (value) => {
    let found = value;
    for (const step of steps) {
      found = item(found, step, false);
      if (isUndefined(found) && fallback !== undefined) return fallback;
    }
    return found;
  };
}

/** As `attributeGetter`, or the item itself without a path; texts in lower case unless `caseSensitive`. */
export function keyGetter(path: Value, caseSensitive: boolean): (value: Value) => Value {
  const get = isUndefined(path) || path === null ? (value: Value): Value => value : attributeGetter(path);
  if (caseSensitive) return get;
  return (value) => {
    const key = get(value);
    return typeof key === 'string' ? key.toLowerCase() : key;
  };
}
