import type { Json } from '../../../src/base/json.ts';

/** Values that differ from run to run or are another database's: only their type is compared. */
const ANY_VALUE = new Set([
  ...['timestamp', 'start', 'end', 'elapsed', 'started_at', 'completed_at', 'generated_at', 'created_at'],
  ...['pid', 'process', 'thread_id', 'execution_time', 'elapsed_time', 'request_token', 'task_id', 'request_source'],
  ...[
    'database',
    'schema',
    'relation_name',
    'root_path',
    'checksum',
    'compiled_sql',
    'raw_sql',
    'message',
    'code',
    'result',
  ],
]);

/** What adapters and later versions of dbt add to: recorded members have to be there, others may. */
const OPEN = new Set(['config', 'unrendered_config', 'config_call_dict', 'adapter_response']);

/** Names of dbt 1.3 and later, which stand beside the recorded ones. */
const ADDED = new Set(['raw_code', 'compiled_code']);

/** Everything in which an answer has not the shape of the recorded one, as `path: what is wrong`. */
export function differences(recorded: Json, ours: Json, path = '', key = ''): string[] {
  if (key === 'logs') return logDifferences(recorded, ours, path);
  if (typeName(recorded) !== typeName(ours)) return [`${path}: ${typeName(ours)}, recorded ${typeName(recorded)}`];
  if (Array.isArray(recorded) && Array.isArray(ours)) {
    // Which macros of dbt's own a test is made of is dbt's matter.
    if (key === 'macros') return [];
    if (recorded.length !== ours.length) return [`${path}: ${ours.length} items, recorded ${recorded.length}`];
    return recorded.flatMap((item, index) => differences(item, ours[index] ?? null, `${path}[${index}]`, key));
  }
  if (isObject(recorded) && isObject(ours)) return memberDifferences(recorded, ours, path, key);
  if (result(path) && ANY_VALUE.has(key)) return [];
  return plain(recorded) === plain(ours) || (ANY_VALUE.has(key) && key !== 'code' && key !== 'message')
    ? []
    : [`${path}: ${JSON.stringify(ours)}, recorded ${JSON.stringify(recorded)}`];
}

/** Codes and messages of errors are the protocol's; those inside results are the database's. */
const result = (path: string) => path.startsWith('.result');

function memberDifferences(recorded: JsonMap, ours: JsonMap, path: string, key: string): string[] {
  const missing = Object.keys(recorded).filter((name) => !(name in ours));
  const added = OPEN.has(key) ? [] : Object.keys(ours).filter((name) => !(name in recorded) && !ADDED.has(name));
  // What an adapter says of a statement is its own, but for the sentence.
  const compared = key === 'adapter_response' ? [] : Object.keys(recorded).filter((name) => name in ours);
  const lacking = key === 'adapter_response' ? missing.filter((name) => name === '_message') : missing;
  return [
    ...lacking.map((name) => `${path}.${name} is missing`),
    ...added.map((name) => `${path}.${name} is not in the recording`),
    ...(key === 'unrendered_config' || key === 'config_call_dict'
      ? []
      : compared.flatMap((name) => differences(recorded[name] ?? null, ours[name] ?? null, `${path}.${name}`, name))),
  ];
}

/** Other lines are logged here and there, but each has the same members, and there are some where there were some. */
function logDifferences(recorded: Json, ours: Json, path: string): string[] {
  if (!Array.isArray(recorded) || !Array.isArray(ours)) return [`${path}: no list`];
  const [model] = recorded;
  if (model === undefined) return [];
  if (ours.length === 0) return path.endsWith('running') ? [] : [`${path}: empty, recorded ${recorded.length} lines`];
  return ours.flatMap((line, index) => shapeDifferences(model, line, `${path}[${index}]`));
}

function shapeDifferences(recorded: Json, ours: Json, path: string): string[] {
  if (typeName(recorded) !== typeName(ours)) return [`${path}: ${typeName(ours)}, recorded ${typeName(recorded)}`];
  if (!isObject(recorded) || !isObject(ours)) return [];
  const missing = Object.keys(recorded).filter((name) => !(name in ours));
  return [
    ...missing.map((name) => `${path}.${name} is missing`),
    ...Object.keys(recorded).flatMap((name) =>
      name in ours ? shapeDifferences(recorded[name] ?? null, ours[name] ?? null, `${path}.${name}`) : [],
    ),
  ];
}

type JsonMap = Readonly<Record<string, Json>>;

function isObject(value: Json): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeName(value: Json): string {
  return value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
}

/** Without the hash at the end of a test's id, which is made of dbt's own objects; of a message, the first line. */
function plain(value: Json): Json {
  if (typeof value !== 'string') return value;
  return value.startsWith('test.') ? value.replace(/\.[0-9a-f]{10}$/, '') : (value.split('\n')[0] ?? value);
}
