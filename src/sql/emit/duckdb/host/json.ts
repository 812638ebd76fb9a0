import type { HostFunction, HostType } from './function.ts';
import { isArray, isObject, type Json, type JsonObject, parseJson, printJson } from './jsontext.ts';

const change = (
  name: string,
  parameters: readonly HostType[],
  of: (json: Json, ...args: string[]) => Json,
): HostFunction => ({
  name,
  parameters: ['VARCHAR', ...parameters],
  result: 'VARCHAR',
  evaluate: (json, ...args) => printJson(of(read(String(json)), ...args.map(String))),
});

/** A value that is known to be JSON. */
const read = (text: string): Json => parseJson(text, false) ?? null;

/** Functions that read JSON, or make a changed copy of it (GoogleSQL, JSON functions). */
export const JSON_HOST_FUNCTIONS: readonly HostFunction[] = [
  {
    name: 'bq_json_parse',
    parameters: ['VARCHAR', 'VARCHAR'],
    result: 'VARCHAR',
    evaluate(text, mode) {
      const json = parseJson(String(text), mode === 'exact');
      return json === undefined ? null : printJson(json);
    },
  },
  {
    name: 'bq_json_number',
    parameters: ['VARCHAR', 'VARCHAR'],
    result: 'VARCHAR',
    evaluate: (text, number) => sourceOf(String(text), Number(number)),
  },
  change('bq_json_set_text', ['VARCHAR', 'VARCHAR', 'VARCHAR'], (json, path, value, create) =>
    setAt(json, steps(path ?? ''), read(value ?? 'null'), create === 'true'),
  ),
  change('bq_json_remove_text', ['VARCHAR'], (json, path) => removeAt(json, steps(path ?? ''))),
  change('bq_json_append_text', ['VARCHAR', 'VARCHAR', 'VARCHAR'], (json, path, value, each) =>
    changeAt(json, steps(path ?? ''), (found) => {
      if (found !== null && !isArray(found)) return found;
      return [...(found ?? []), ...added(read(value ?? 'null'), each)];
    }),
  ),
  change('bq_json_insert_text', ['VARCHAR', 'VARCHAR', 'VARCHAR'], (json, path, value, each) =>
    insertAt(json, steps(path ?? ''), added(read(value ?? 'null'), each)),
  ),
  change('bq_json_strip_nulls_text', ['VARCHAR', 'VARCHAR', 'VARCHAR'], (json, path, arrays, empty) =>
    changeAt(json, steps(path ?? ''), (found) => stripped(found, arrays === 'true', empty === 'true')),
  ),
  {
    name: 'bq_json_words',
    parameters: ['VARCHAR', 'VARCHAR'],
    result: 'VARCHAR',
    // A character that no search is for parts them.
    evaluate: (text, scope) => words(read(String(text)), String(scope)).join('\u0000'),
  },
  {
    name: 'bq_json_pretty',
    parameters: ['VARCHAR'],
    result: 'VARCHAR',
    evaluate: (text) => pretty(String(text)),
  },
  change('bq_json_flatten_text', [], flattened),
  change('bq_json_keys_text', ['BIGINT', 'VARCHAR'], (json, depth, mode) => {
    const found = keys(json, '', Number(depth), mode === 'strict' ? 0 : mode === 'lax' ? 1 : Number.POSITIVE_INFINITY);
    return [...new Set(found)].sort();
  }),
];

/** How a number that DuckDB has read as a double stands in a text: `1.10` and not `1.1`. */
function sourceOf(text: string, number: number): string {
  for (const [found] of text.replace(/"(?:[^"\\]|\\.)*"/g, ' ').matchAll(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)) {
    if (Number(found) === number) return found;
  }
  return String(number);
}

/** JSON text over several lines, two spaces a level. It is cut and not read, so that members stay in order. */
function pretty(text: string): string {
  let level = 0;
  const line = (): string => `\n${'  '.repeat(level)}`;
  return text.replace(/"(?:[^"\\]|\\.)*"|\{\}|\[\]|[{}[\],:]/g, (token) => {
    if (token === '{' || token === '[') {
      level++;
      return token + line();
    }
    if (token === '}' || token === ']') {
      level--;
      return line() + token;
    }
    if (token === ',') return token + line();
    return token === ':' ? ': ' : token;
  });
}

type Step = string | number;

/** `$.a[0]."b c"` as `['a', 0, 'b c']`. */
function steps(path: string): Step[] {
  return [...path.matchAll(/\.([^."'[\]]+)|\."((?:[^"\\]|\\.)*)"|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]/g)].map(
    ([, name, quoted, index, bracketed]) => (index === undefined ? (name ?? quoted ?? bracketed ?? '') : Number(index)),
  );
}

/** What is put into an array: the value, or each element of one. */
function added(value: Json, each: string | undefined): readonly Json[] {
  return each === 'true' && isArray(value) ? value : [value];
}

function withMember(object: JsonObject, name: string, value: Json): JsonObject {
  return new Map([...object, [name, value]]);
}

function changeAt(json: Json, path: readonly Step[], of: (found: Json) => Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return of(json);
  if (typeof step === 'number') {
    if (!isArray(json) || step >= json.length) return json;
    return json.map((element, index) => (index === step ? changeAt(element, rest, of) : element));
  }
  if (!isObject(json) || !json.has(step)) return json;
  return withMember(json, step, changeAt(json.get(step) ?? null, rest, of));
}

function setAt(json: Json, path: readonly Step[], value: Json, create: boolean): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === 'number') {
    if (json !== null && !isArray(json)) return json;
    if (!create && step >= (json?.length ?? 0)) return json;
    const array = [...(json ?? [])];
    while (array.length <= step) array.push(null);
    array[step] = setAt(array[step] ?? null, rest, value, create);
    return array;
  }
  if (json !== null && !isObject(json)) return json;
  if (!create && json?.has(step) !== true) return json;
  return withMember(json ?? new Map(), step, setAt(json?.get(step) ?? null, rest, value, create));
}

function removeAt(json: Json, path: readonly Step[]): Json {
  const last = path.at(-1);
  return changeAt(json, path.slice(0, -1), (found) => {
    if (typeof last === 'number' && isArray(found)) return found.filter((_, index) => index !== last);
    if (typeof last !== 'string' || !isObject(found)) return found;
    return new Map([...found].filter(([name]) => name !== last));
  });
}

function insertAt(json: Json, path: readonly Step[], values: readonly Json[]): Json {
  const last = path.at(-1);
  if (typeof last !== 'number') return json;
  return changeAt(json, path.slice(0, -1), (found) => {
    if (found !== null && !isArray(found)) return found;
    const padded = [...(found ?? [])];
    while (padded.length < last) padded.push(null);
    return [...padded.slice(0, last), ...values, ...padded.slice(last)];
  });
}

/** Without nulls, and with `empty` without what is left empty; that leaves null where nothing is left at all. */
function stripped(json: Json, arrays: boolean, empty: boolean): Json {
  const gone = (value: Json): boolean => value === null || (empty && isEmpty(value));
  if (isArray(json)) {
    const elements = json.map((element) => stripped(element, arrays, empty));
    const left = arrays ? elements.filter((element) => !gone(element)) : elements;
    return empty && left.length === 0 ? null : left;
  }
  if (!isObject(json)) return json;
  const members = [...json].map(([name, value]): [string, Json] => [name, stripped(value, arrays, empty)]);
  const left = members.filter(([, value]) => !gone(value));
  return empty && left.length === 0 ? null : new Map(left);
}

function isEmpty(json: Json): boolean {
  if (isArray(json)) return json.length === 0;
  return isObject(json) && json.size === 0;
}

/** Names and scalars: JSON_KEYS, JSON_VALUES or JSON_KEYS_AND_VALUES. */
function words(json: Json, scope: string): string[] {
  if (isArray(json)) return json.flatMap((element) => words(element, scope));
  if (isObject(json)) {
    const names = scope.startsWith('JSON_KEYS');
    return [...json].flatMap(([name, value]) => [...(names ? [name] : []), ...words(value, scope)]);
  }
  if (scope === 'JSON_KEYS' || json === null) return [];
  return [typeof json === 'string' ? json : printJson(json)];
}

/** Elements of arrays within arrays, in order; a value that is no array is the only one. */
function flattened(json: Json): readonly Json[] {
  return isArray(json) ? json.flatMap(flattened) : [json];
}

/** Paths of keys down to a depth, through at most so many arrays right within each other. */
function keys(json: Json, prefix: string, depth: number, arrays: number, within = 0): string[] {
  if (isArray(json)) {
    if (within >= arrays) return [];
    return json.flatMap((element) => keys(element, prefix, depth, arrays, within + 1));
  }
  if (!isObject(json) || depth <= 0) return [];
  return [...json].flatMap(([key, value]) => {
    const path = `${prefix}${prefix === '' ? '' : '.'}${/^\w+$/.test(key) ? key : JSON.stringify(key)}`;
    return [path, ...keys(value, path, depth - 1, arrays)];
  });
}
