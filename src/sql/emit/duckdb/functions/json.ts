import { ArcosError } from '../../../../base/errors.ts';
import type { SqlType } from '../../../type.ts';
import { argumentKind, type CallNode, constantText, type Emissions } from '../emission.ts';
import { failure } from '../failure.ts';
import { fieldName, quoteText } from '../name.ts';
import { duckdbType } from '../type.ts';

/** A JSONPath as DuckDB writes it: `$['a b'].c` and `$.a-b` need quotes there. */
function path(args: readonly string[], node: CallNode, index = 1): string {
  const constant = constantText(node, index);
  if (constant !== undefined) return quoteText(duckdbPath(constant));
  return args[index] ?? "'$'";
}

/** `$` and steps: `.name`, `."name"`, `['name']`, `["name"]`, `[0]` (GoogleSQL, JSON functions, JSONPath format). */
const PATH = /^\$(\.[^.[\]"'*]+|\."[^"]*"|\[\s*'[^']*'\s*\]|\[\s*"[^"]*"\s*\]|\[\s*\d+\s*\])*$/;

function duckdbPath(text: string): string {
  if (!PATH.test(text)) throw new ArcosError('INVALID', `Invalid token in JSONPath at: ${text}`);
  return text
    .replace(/\[\s*'([^']*)'\s*\]|\[\s*"([^"]*)"\s*\]/g, (_all, a?: string, b?: string) => `."${a ?? b ?? ''}"`)
    .replace(/\.([^.[\]"]*[^\w.[\]"][^.[\]"]*)/g, (_all, name: string) => `."${name}"`);
}

const source = (node: CallNode, args: readonly string[]) =>
  argumentKind(node, 0) === 'JSON' ? args[0] : `bq_json(${args[0]})`;

/** The scalar at a path; objects and arrays are none. */
function scalar(args: readonly string[], node: CallNode): string {
  const name = argumentKind(node, 0) === 'JSON' ? 'bq_json_scalar' : 'bq_json_text_scalar';
  return `${name}(${source(node, args)}, ${path(args, node)})`;
}

function part(args: readonly string[], node: CallNode): string {
  const found = `json_extract(${source(node, args)}, ${path(args, node)})`;
  return node.type.kind === 'STRING' ? `bq_json_text(${found})` : found;
}

function parts(args: readonly string[], node: CallNode): string {
  const array = `bq_json_array(${source(node, args)}, ${path(args, node)})`;
  const { type } = node;
  return type.kind === 'ARRAY' && type.element.kind === 'STRING' ? `CAST(${array} AS VARCHAR[])` : array;
}

function scalars(args: readonly string[], node: CallNode): string {
  return `bq_json_scalars(${source(node, args)}, ${path(args, node)})`;
}

/** What is made: a value of type JSON, whose members are in order; a text; or what JavaScript is given, INT64 as text. */
type Wanted = 'json' | 'wide' | 'text' | 'script';

/**
 * Any value as JSON, by its type (GoogleSQL, JSON encodings). A JSON text, and with stringify_wide_numbers (`wide`) a
 * JSON value, has numbers that a double cannot hold as strings.
 */
export function toJson(value: string, type: SqlType, wanted: Wanted): string {
  switch (type.kind) {
    case 'JSON':
      return value;
    case 'TIMESTAMP':
      return `to_json(bq_timestamp_json(${value}))`;
    case 'DATETIME':
      return `to_json(replace(bq_datetime_text(${value}), ' ', 'T'))`;
    case 'TIME':
      return `to_json(bq_time_text(${value}))`;
    case 'BYTES':
      return `to_json(to_base64(${value}))`;
    case 'GEOGRAPHY':
      return `to_json(bq_wkt(${value}))`;
    case 'INT64':
      if (wanted === 'script') return `to_json(CAST(${value} AS VARCHAR))`;
      return wanted === 'json' ? `to_json(${value})` : `bq_int_json(${value})`;
    case 'FLOAT64':
      return wanted === 'text' ? `bq_float_json(${value})` : `bq_double_json(${value})`;
    case 'NUMERIC':
    case 'BIGNUMERIC':
      // JavaScript's numbers hold whole ones up to 2^53; what they do not hold is text.
      if (wanted === 'script')
        return `CASE WHEN ${value} = trunc(${value}) AND abs(${value}) <= 9007199254740992 THEN bq_numeric_json(${value}) ELSE to_json(bq_numeric_text(${value})) END`;
      return wanted === 'wide' ? `bq_wide_numeric_json(${value})` : `bq_numeric_json(${value})`;
    case 'STRUCT': {
      const members = type.fields.map((field, index): [string, string] => [
        field.name ?? '',
        orNull(toJson(`struct_extract(${value}, ${quoteText(fieldName(type, index))})`, field.type, wanted)),
      ]);
      const object = members.map(([name, member]) => `${quoteText(name)}, ${member}`).join(', ');
      const json = wanted === 'text' ? `json_object(${object})` : sortedObject(members);
      return `CASE WHEN ${value} IS NULL THEN CAST('null' AS JSON) ELSE ${json} END`;
    }
    case 'ARRAY':
      return `to_json(list_transform(coalesce(${value}, CAST([] AS ${duckdbType(type)})), lambda _e: ${toJson('_e', type.element, wanted)}))`;
    default:
      return `to_json(${value})`;
  }
}

const orNull = (json: string) => `coalesce(${json}, CAST('null' AS JSON))`;

/** An object with its members in order; of members with one name the first counts. */
function sortedObject(members: readonly (readonly [name: string, value: string])[]): string {
  const first = new Map([...members].reverse());
  const sorted = [...first].sort(([a], [b]) => (a < b ? -1 : 1));
  return `json_object(${sorted.map(([name, value]) => `${quoteText(name)}, ${value}`).join(', ')})`;
}

/** An argument as JSON, SQL's NULL as JSON's. */
const member = (args: readonly string[], node: CallNode, index: number): string =>
  orNull(toJson(args[index] ?? '', node.arguments[index]?.type ?? { kind: 'STRING' }, 'json'));

function object(args: readonly string[], node: CallNode): string {
  if (argumentKind(node, 0) === 'ARRAY') return objectOfLists(args, node);
  if (args.length % 2 === 1) throw new ArcosError('INVALID', 'JSON_OBJECT takes keys and values in turn');
  const members = args.flatMap((key, index) =>
    index % 2 === 0 ? [{ key, index, value: member(args, node, index + 1) }] : [],
  );
  const constants = members.map(({ index }) => constantText(node, index));
  const names = constants.filter((name) => name !== undefined);
  if (names.length === members.length) return sortedObject(names.map((name, at) => [name, members[at]?.value ?? '']));
  const missing = failure({ kind: 'STRING' }, 'Invalid input to JSON_OBJECT: A key cannot be NULL');
  return `bq_parse_json(CAST(json_object(${members.map(({ key, value }) => `coalesce(${key}, ${missing}), ${value}`).join(', ')}) AS VARCHAR), 'round')`;
}

/** JSON_OBJECT of an array of keys and one of values. */
function objectOfLists([keys = '', values = '']: readonly string[], node: CallNode): string {
  const type = node.arguments[1]?.type;
  const value = orNull(toJson('_e[2]', type?.kind === 'ARRAY' ? type.element : { kind: 'STRING' }, 'json'));
  const members = `list_transform(list_zip(${keys}, ${values}), lambda _e: CAST(to_json(_e[1]) AS VARCHAR) || ':' || CAST(${value} AS VARCHAR))`;
  const uneven = failure(node.type, 'Invalid input to JSON_OBJECT: The number of keys and values must match');
  return `CASE WHEN len(${keys}) <> len(${values}) THEN ${uneven} ELSE bq_parse_json('{' || array_to_string(${members}, ',') || '}', 'round') END`;
}

function array(args: readonly string[], node: CallNode): string {
  return `json_array(${args.map((_, index) => member(args, node, index)).join(', ')})`;
}

/** A function that changes JSON at each of its paths in turn: pairs of path and value, then perhaps a flag. */
const changed = (name: string) => (args: readonly string[], node: CallNode) => {
  const flag = args.length % 2 === 0 ? (args.at(-1) ?? 'TRUE') : 'TRUE';
  const pairs = args.slice(1, args.length % 2 === 0 ? -1 : undefined);
  const isPath = (_pair: string, index: number): boolean =>
    index % 2 === 1 || argumentKind(node, index + 1) === 'STRING';
  if (!pairs.every(isPath)) throw new ArcosError('INVALID', `The paths of ${node.name} must be of type STRING`);
  return pairs.reduce(
    (json, path, index) =>
      index % 2 === 0 ? `${name}(${json}, ${path}, ${member(args, node, index + 2)}, ${flag})` : json,
    args[0] ?? '',
  );
};

const elements = (list: string, element: string): string => `list_transform(${list}($1), lambda _j: ${element}(_j))`;

const first = (node: CallNode): SqlType => node.arguments[0]?.type ?? { kind: 'STRING' };

export const JSON_FUNCTIONS: Emissions = {
  BOOL: 'bq_json_bool($1)',
  BOOL_ARRAY: elements('bq_json_elements', 'bq_json_bool'),
  FLOAT64: 'bq_json_float64($1)',
  FLOAT64_ARRAY: elements('bq_json_elements', 'bq_json_float64'),
  INT64: 'bq_json_int64($1)',
  INT64_ARRAY: elements('bq_json_elements', 'bq_json_int64'),
  JSON_ARRAY: array,
  JSON_ARRAY_APPEND: changed('bq_json_array_append'),
  JSON_ARRAY_INSERT: changed('bq_json_array_insert'),
  JSON_EXTRACT: part,
  JSON_EXTRACT_ARRAY: parts,
  JSON_EXTRACT_SCALAR: scalar,
  JSON_EXTRACT_STRING_ARRAY: scalars,
  JSON_FLATTEN: 'bq_json_flatten($1)',
  JSON_KEYS: 'bq_json_keys($1, $2, $3)',
  JSON_OBJECT: object,
  JSON_QUERY: part,
  JSON_QUERY_ARRAY: parts,
  JSON_REMOVE(args, node) {
    if (args.some((_, index) => index > 0 && constantText(node, index) === '$')) {
      throw new ArcosError('INVALID', "The JSONPath cannot be '$'");
    }
    return args.slice(1).reduce((json, removed) => `bq_json_remove(${json}, ${removed})`, args[0] ?? '');
  },
  JSON_SET: changed('bq_json_set'),
  JSON_STRIP_NULLS: 'bq_json_strip_nulls($1, $2, $3, $4)',
  JSON_TYPE: 'bq_json_type($1)',
  JSON_VALUE: scalar,
  JSON_VALUE_ARRAY: scalars,
  LAX_BOOL: 'bq_lax_bool($1)',
  LAX_BOOL_ARRAY: elements('bq_lax_elements', 'bq_lax_bool'),
  LAX_FLOAT64_ARRAY: elements('bq_lax_elements', 'bq_lax_float'),
  LAX_INT64_ARRAY: elements('bq_lax_elements', 'bq_lax_int'),
  LAX_STRING_ARRAY: elements('bq_lax_elements', 'bq_lax_string'),
  LAX_FLOAT64: 'bq_lax_float($1)',
  LAX_INT64: 'bq_lax_int($1)',
  LAX_STRING: 'bq_lax_string($1)',
  PARSE_JSON: (args) => `bq_parse_json(${args[0]}, ${args[1] ?? "'exact'"})`,
  STRING: (args, node) => {
    const kind = argumentKind(node, 0);
    if (kind === 'JSON') return `bq_json_string(${args[0]})`;
    if (kind === 'TIMESTAMP')
      return args[1] === undefined ? `bq_timestamp_text(${args[0]})` : `bq_timestamp_text_in(${args[0]}, ${args[1]})`;
    if (kind === 'DATETIME') return `bq_datetime_text(${args[0]})`;
    return kind === 'TIME' ? `bq_time_text(${args[0]})` : `CAST(${args[0]} AS VARCHAR)`;
  },
  STRING_ARRAY: elements('bq_json_elements', 'bq_json_string'),
  TO_JSON(args, node) {
    const [value = '', wide] = args;
    const json = toJson(value, first(node), 'json');
    if (wide === undefined) return orNull(json);
    return orNull(`CASE WHEN ${wide} THEN ${toJson(value, first(node), 'wide')} ELSE ${json} END`);
  },
  TO_JSON_STRING(args, node) {
    const [value = '', pretty] = args;
    const json = `CAST(${orNull(toJson(value, first(node), 'text'))} AS VARCHAR)`;
    return pretty === undefined ? json : `CASE WHEN ${pretty} THEN bq_json_pretty(${json}) ELSE ${json} END`;
  },
};
