import { view } from './iterate.ts';
import { callable, HostObject, isUndefined, type Scope, Tuple, type Value } from './value.ts';

/** Variables of a template's top level, by name; null where there is no top level. */
export type Exported = Readonly<Record<string, () => Value>> | null;

/** dbt's `context`: the scope as a dict, with what the template's top level has set; the scope's own, if it has one. */
export function scopeView(scope: Scope, exported: Exported): Value {
  if (!isUndefined(scope['context'])) return scope['context'];
  const read = (name: Value): Value => {
    if (typeof name !== 'string' || name in Object.prototype) return undefined;
    const own = exported?.[name]?.();
    return isUndefined(own) ? scope[name] : own;
  };
  const names = (): string[] => [...new Set([...Object.keys(scope), ...Object.keys(exported ?? {})])];
  const members = {
    get: callable('get', ([name, fallback = null]) => {
      const value = read(name);
      return isUndefined(value) ? fallback : value;
    }),
    keys: callable('keys', () => view('dict_keys', names)),
    values: callable('values', () => view('dict_values', () => names().map(read))),
    items: callable('items', () => view('dict_items', () => names().map((name) => Tuple.copy([name, read(name)])))),
  };
  return new HostObject('dict', members, () => '<context>', {
    item: read,
    iterate: names,
    length: () => names().length,
    contains: (name) => !isUndefined(read(name)),
  });
}
