import { basename } from 'node:path';
import { ArcosError } from '../../base/errors.ts';
import { openDelimited } from '../file/delimited.ts';
import { openJsonLines } from '../file/jsonlines.ts';
import { formatOf, type ReadOptions, type SourceTable } from '../file/source.ts';
import type { SourceRecord } from './source.ts';

/**
 * Rows of a text with delimiters or of JSON Lines, packed or not; encoding, delimiter and header are found out unless
 * told. Throws INVALID, with file and line, for a row that is not as the others.
 */
export async function* fileRows(path: string, options: ReadOptions = {}): AsyncGenerator<SourceRecord> {
  const name = basename(path);
  const format = formatOf(name);
  if (format?.format !== 'csv' && format?.format !== 'jsonl') {
    throw new ArcosError('INVALID', `${name} is no text with rows`, {
      hint: 'Flows read .csv, .tsv, .txt, .jsonl and .ndjson, also .gz and .zst; `arcos upload` reads more.',
    });
  }
  const file = { path, name, partition: {}, ...format };
  yield* recordsOf(name, await (format.format === 'csv' ? openDelimited(file, options) : openJsonLines(file)));
}

async function* recordsOf(name: string, table: SourceTable): AsyncGenerator<SourceRecord> {
  let problem: ArcosError | undefined;
  const rows = table.rows(({ line, reason }) => {
    problem ??= new ArcosError('INVALID', `${name}:${line}: ${reason}`);
  });
  for await (const { values } of rows) {
    if (problem !== undefined) throw problem;
    yield Object.fromEntries(table.columns.map((column, index) => [column, values[index] ?? null]));
  }
  if (problem !== undefined) throw problem;
}
