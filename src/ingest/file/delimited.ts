import { Readable } from 'node:stream';
import { type CsvError, type Info, parse } from 'csv-parse';
import { ArcosError } from '../../base/errors.ts';
import { sniffDialect } from './dialect.ts';
import { encodingNamed, openText, sniffEncoding } from './encoding.ts';
import type { ReadOptions, Reject, SourceFile, SourceRow, SourceTable } from './source.ts';

/** Characters from which the dialect is told. */
const SAMPLE = 64 * 1024;

/** A text with delimiters (RFC 4180, and what spreadsheets make of it). */
export async function openDelimited(file: SourceFile, options: ReadOptions): Promise<SourceTable> {
  const encoding = options.encoding === undefined ? await sniffEncoding(file) : encodingNamed(options.encoding);
  const sniffed = sniffDialect(await sampleOf(openText(file, encoding)));
  const delimiter = options.delimiter ?? sniffed.delimiter;
  const header = options.header ?? sniffed.header;

  async function* records(reject: (row: Reject) => void): AsyncGenerator<SourceRow> {
    const parser = parse({
      delimiter,
      info: true,
      bom: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      on_skip(error) {
        reject(rejectOf(error));
        return undefined;
      },
    });
    const text = Readable.from(openText(file, encoding));
    text.on('error', (error) => parser.destroy(error));
    text.pipe(parser);
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      yield { values: record.map((field) => (field === '' ? null : field)), line: info.lines };
    }
  }

  let first: SourceRow | undefined;
  for await (const row of records(() => {})) {
    first = row;
    break;
  }
  if (first === undefined) throw new ArcosError('INVALID', `${file.name} is empty`);
  const columns = first.values.map((name, index) => (header ? (name ?? '').trim() : `coluna_${index + 1}`));
  const shown = delimiter === '\t' ? 'tab' : `"${delimiter}"`;
  return {
    columns,
    about: `${encoding}, delimiter ${shown}, ${header ? 'with' : 'without'} a header`,
    async *rows(reject) {
      let skip = header;
      for await (const row of records(reject)) {
        if (!skip) yield row;
        skip = false;
      }
    },
  };
}

async function sampleOf(text: AsyncIterable<string>): Promise<string> {
  let sample = '';
  for await (const piece of text) {
    sample += piece;
    if (sample.length >= SAMPLE) break;
  }
  return sample.slice(0, SAMPLE);
}

function rejectOf(error: CsvError | undefined): Reject {
  const line = Number(error?.['lines'] ?? 0);
  if (error?.code !== 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH') return { line, reason: error?.message ?? 'unreadable' };
  const fields = Array.isArray(error['record']) ? error['record'].length : 0;
  return { line, reason: `${fields} fields, not as many as the first line has` };
}
