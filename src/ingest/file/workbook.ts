import type { Readable } from 'node:stream';
import { ArcosError } from '../../base/errors.ts';
import { type Archive, openArchive } from './archive.ts';
import type { ReadOptions, SourceFile, SourceRow, SourceTable, Value } from './source.ts';
import { type Handlers, parserOf, parseXml } from './xml.ts';

/**
 * A sheet of an Excel workbook (ECMA-376 part 1, SpreadsheetML). The first row that has a value has the names.
 * Dates are numbers there that a cell's style shows as dates: they become ISO 8601 texts.
 */
export async function openWorkbook(file: SourceFile, options: ReadOptions): Promise<SourceTable> {
  const { sheet, target } = await withArchive(file, (archive) => findSheet(archive, file, options.sheet));

  async function* rows(): AsyncGenerator<SourceRow> {
    const archive = await openArchive(file.path, file.name);
    try {
      const texts = await sharedTexts(archive);
      const dates = await dateStyles(archive);
      const content = await archive.read(target);
      if (content === undefined) throw new ArcosError('INVALID', `${file.name} has no ${target} in it`);
      for await (const row of sheetRows(content, texts, dates)) {
        if (row.values.some((value) => value !== null)) yield row;
      }
    } finally {
      archive.close();
    }
  }

  let names: readonly Value[] | undefined;
  for await (const { values } of rows()) {
    names = values;
    break;
  }
  if (names === undefined) throw new ArcosError('INVALID', `The sheet "${sheet}" of ${file.name} is empty`);
  const columns = names.map((name) => (name ?? '').trim());
  return {
    columns,
    about: `sheet "${sheet}"`,
    async *rows(reject) {
      let header = true;
      for await (const { values, line } of rows()) {
        if (header) header = false;
        else if (values.length > columns.length) reject({ line, reason: 'values to the right of the columns' });
        else yield { line, values: [...values, ...Array<Value>(columns.length - values.length).fill(null)] };
      }
    },
  };
}

async function withArchive<Result>(file: SourceFile, use: (archive: Archive) => Promise<Result>): Promise<Result> {
  const archive = await openArchive(file.path, file.name);
  try {
    return await use(archive);
  } finally {
    archive.close();
  }
}

async function findSheet(archive: Archive, file: SourceFile, wanted: string | undefined) {
  const sheets: { name: string; id: string }[] = [];
  await parseXml(await archive.read('xl/workbook.xml'), {
    open: (name, attributes) => {
      if (name === 'sheet') sheets.push({ name: attributes['name'] ?? '', id: attributes['r:id'] ?? '' });
    },
  });
  const targets = new Map<string, string>();
  await parseXml(await archive.read('xl/_rels/workbook.xml.rels'), {
    open: (name, { Id, Target }) => {
      if (name === 'Relationship') targets.set(Id ?? '', Target ?? '');
    },
  });
  const sheet = wanted === undefined ? sheets[0] : sheets.find(({ name }) => name === wanted);
  const target = targets.get(sheet?.id ?? '');
  if (sheet === undefined || target === undefined) {
    throw new ArcosError('INVALID', `${file.name} has no sheet${wanted === undefined ? '' : ` "${wanted}"`}`, {
      hint: `It has ${sheets.map(({ name }) => `"${name}"`).join(', ') || 'none'}.`,
    });
  }
  return { sheet: sheet.name, target: target.startsWith('/') ? target.slice(1) : `xl/${target}` };
}

async function sharedTexts(archive: Archive): Promise<string[]> {
  const texts: string[] = [];
  let current = '';
  let inText = false;
  let phonetic = false;
  await parseXml(await archive.read('xl/sharedStrings.xml'), {
    open: (name) => {
      if (name === 'si') current = '';
      if (name === 'rPh') phonetic = true;
      inText = name === 't' && !phonetic;
    },
    text: (text) => {
      if (inText) current += text;
    },
    close: (name) => {
      if (name === 'si') texts.push(current);
      if (name === 'rPh') phonetic = false;
      if (name === 't') inText = false;
    },
  });
  return texts;
}

/** Built-in formats of dates and times (ECMA-376 part 1, 18.8.30). */
const DATE_FORMATS = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47]);

/** For each style of a cell whether it shows a date. */
async function dateStyles(archive: Archive): Promise<boolean[]> {
  const formats = new Set(DATE_FORMATS);
  const styles: boolean[] = [];
  let inCells = false;
  await parseXml(await archive.read('xl/styles.xml'), {
    open: (name, attributes) => {
      const id = Number(attributes['numFmtId']);
      const code = (attributes['formatCode'] ?? '').replace(/"[^"]*"|\[[^\]]*\]|\\./g, '');
      if (name === 'numFmt' && /[ymdhs]/i.test(code)) formats.add(id);
      if (name === 'cellXfs') inCells = true;
      if (name === 'xf' && inCells) styles.push(formats.has(id));
    },
    close: (name) => {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return styles;
}

async function* sheetRows(
  content: Readable,
  texts: readonly string[],
  dates: readonly boolean[],
): AsyncGenerator<SourceRow> {
  const ready: SourceRow[] = [];
  let values: Value[] = [];
  let line = 0;
  let cell = { column: 0, type: '', style: -1 };
  let raw = '';
  let reading = false;
  const handlers: Handlers = {
    open(name, attributes) {
      if (name === 'row') {
        values = [];
        line = Number(attributes['r'] ?? line + 1);
      } else if (name === 'c') {
        const column = attributes['r'] === undefined ? values.length : columnOf(attributes['r']);
        cell = { column, type: attributes['t'] ?? 'n', style: Number(attributes['s'] ?? -1) };
        raw = '';
      } else if (name === 'v' || name === 't') reading = true;
    },
    text(text) {
      if (reading) raw += text;
    },
    close(name) {
      if (name === 'v' || name === 't') reading = false;
      if (name === 'c' && raw !== '') {
        while (values.length < cell.column) values.push(null);
        values[cell.column] = cellText(raw, cell.type, dates[cell.style] === true, texts);
      }
      if (name === 'row') ready.push({ values, line });
    },
  };
  const parser = parserOf(handlers);
  const decoder = new TextDecoder();
  for await (const chunk of content) {
    parser.write(decoder.decode(chunk as Buffer, { stream: true }));
    yield* ready.splice(0);
  }
  parser.close();
  yield* ready.splice(0);
}

/** `AB12` is in column 27, from 0. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of reference.replace(/\d+$/, '')) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

function cellText(raw: string, type: string, isDate: boolean, texts: readonly string[]): Value {
  if (type === 's') return texts[Number(raw)] || null;
  if (type === 'b') return raw === '1' ? 'true' : 'false';
  if (type === 'e') return null;
  if (type === 'n') return isDate ? dateText(Number(raw)) : numberText(raw);
  return raw === '' ? null : raw;
}

/** Spreadsheets write 0.1 as 0.10000000000000001. */
function numberText(raw: string): string {
  const value = Number(raw);
  return Number.isFinite(value) && Math.abs(value) < 1e15 ? String(value) : raw;
}

/** A serial number: days since 1899-12-30, of which the fraction is the time. */
function dateText(serial: number): string {
  const iso = new Date(Math.round((serial - 25_569) * 86_400) * 1000).toISOString();
  if (serial < 1) return iso.slice(11, 19);
  return Number.isInteger(serial) ? iso.slice(0, 10) : iso.slice(0, 19);
}
