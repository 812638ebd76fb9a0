import { ArcosError } from '../../base/errors.ts';
import { openText } from './encoding.ts';
import type { Reject, SourceFile, SourceTable, Value } from './source.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** JSON Lines: an object a line. The columns are all members there are, in the order in which they come up. */
export async function openJsonLines(file: SourceFile): Promise<SourceTable> {
  const columns = new Set<string>();
  for await (const { object } of objects(file, () => {})) for (const name of Object.keys(object)) columns.add(name);
  if (columns.size === 0) throw new ArcosError('INVALID', `${file.name} has no JSON objects in it`);
  return {
    columns: [...columns],
    about: 'JSON, an object a line',
    async *rows(reject) {
      for await (const { object, line } of objects(file, reject)) {
        yield { line, values: [...columns].map((name) => textOf(object[name])) };
      }
    },
  };
}

/** A JSON value as the text of a cell; what is nested stays JSON. */
export function textOf(value: unknown): Value {
  if (value === null || value === undefined || value === '') return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

async function* objects(
  file: SourceFile,
  reject: (row: Reject) => void,
): AsyncGenerator<{ object: JsonObject; line: number }> {
  let line = 0;
  for await (const text of lines(openText(file, 'utf-8'))) {
    line += 1;
    if (text.trim() === '') continue;
    const object = parsed(text);
    if (object === undefined) reject({ line, reason: 'not a JSON object' });
    else yield { object, line };
  }
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

async function* lines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of text) {
    const found = (rest + piece).split('\n');
    rest = found.pop() ?? '';
    yield* found;
  }
  if (rest !== '') yield rest;
}
