/**
 * Where `value` stops being JSON, as a sentence such as `.rows[3].at is a Date`; undefined when it is
 * JSON through and through, so that it comes back from storage as it went in. Members that are
 * undefined count as absent.
 */
export function notJson(value: unknown): string | undefined {
  return look(value, '', new Set());
}

function look(value: unknown, path: string, above: Set<object>): string | undefined {
  const is = (what: string) => `${path === '' ? 'it' : path} is ${what}`;
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : is(String(value));
    case 'object':
      break;
    default:
      return is(value === undefined ? 'undefined' : `a ${typeof value}`);
  }
  if (value === null) return undefined;
  if (above.has(value)) return is('a circle: it contains itself');
  above.add(value);
  const found = Array.isArray(value) ? lookInArray(value, path, above) : lookInObject(value, path, above);
  above.delete(value);
  return found;
}

function lookInArray(items: readonly unknown[], path: string, above: Set<object>): string | undefined {
  for (let index = 0; index < items.length; index++) {
    const found = look(items[index], `${path}[${index}]`, above);
    if (found !== undefined) return found;
  }
  return undefined;
}

function lookInObject(value: object, path: string, above: Set<object>): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return `${path === '' ? 'it' : path} is a ${value.constructor?.name ?? 'class instance'}`;
  }
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const found = look(member, `${path}.${name}`, above);
    if (found !== undefined) return found;
  }
  return undefined;
}
