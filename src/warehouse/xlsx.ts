import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { ZipFile } from 'yazl';
import type { ColumnInfo } from '../sql/catalog.ts';
import type { SqlType } from '../sql/type.ts';

/** Rows of a sheet, its header among them, and characters of a cell, at the most (Excel specifications and limits). */
const MOST_ROWS = 1_048_576;
const MOST_TEXT = 32_767;
const CHUNK = 64 * 1024;

/**
 * Makes a workbook of a CSV file that has a header (ECMA-376, SpreadsheetML), a row at a time in flat memory; rows that
 * are too many for one sheet go on in the next. Numbers, dates and booleans are such where Excel can hold them exactly
 * (15 digits, days since March 1900, milliseconds), and text where it cannot. Nothing in it is ever a formula.
 */
export async function csvToXlsx(
  csv: string,
  columns: readonly Pick<ColumnInfo, 'name' | 'type'>[],
  file: string,
  { mostRows = MOST_ROWS }: { readonly mostRows?: number } = {},
): Promise<void> {
  const parser = parse({ from_line: 2, relax_column_count: true });
  const reading = pipeline(createReadStream(csv), parser);
  const rows = parser[Symbol.asyncIterator]() as AsyncIterator<string[]>;
  const kinds = columns.map(({ type }) => type.kind);
  const zip = new ZipFile();
  // yazl says of it only that it can be read.
  const output = zip.outputStream as Readable;
  const writing = pipeline(output, createWriteStream(file));
  // A part that fails must not leave the others waiting for it: a full disk is no end of a sheet.
  const failed = new Promise<never>((_, reject) => {
    zip.on('error', reject);
    reading.catch(reject);
    writing.catch(reject);
  });
  const work = async () => {
    let sheets = 0;
    for (let next = await rows.next(); sheets === 0 || next.done !== true; ) {
      sheets += 1;
      const sheet = Readable.from(
        sheetXml(
          columns.map(({ name }) => name),
          kinds,
          async function* () {
            for (let count = 1; next.done !== true && count < mostRows; count++) {
              yield next.value;
              next = await rows.next();
            }
          },
        ),
      );
      zip.addReadStream(sheet, `xl/worksheets/sheet${sheets}.xml`);
      await finished(sheet);
    }
    for (const [name, text] of Object.entries(parts(sheets))) zip.addBuffer(Buffer.from(text), name);
    zip.end();
    await Promise.all([reading, writing]);
  };
  const working = work();
  for (const part of [working, failed]) part.catch(() => undefined);
  try {
    await Promise.race([working, failed]);
  } catch (error) {
    parser.destroy();
    output.destroy();
    throw error;
  }
}

async function* sheetXml(
  names: readonly string[],
  kinds: readonly SqlType['kind'][],
  rows: () => AsyncIterable<readonly string[]>,
): AsyncIterable<string> {
  let chunk = `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData><row>${names
    .map((name) => textCell(name, 3))
    .join('')}</row>`;
  for await (const row of rows()) {
    chunk += '<row>';
    for (const [index, value] of row.entries()) chunk += cell(kinds[index] ?? 'STRING', value);
    chunk += '</row>';
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  yield `${chunk}</sheetData></worksheet>`;
}

function cell(kind: SqlType['kind'], value: string): string {
  // An empty cell keeps the place of those behind it.
  if (value === '') return '<c/>';
  switch (kind) {
    case 'INT64':
    case 'FLOAT64':
    case 'NUMERIC':
    case 'BIGNUMERIC':
      return isExact(kind, value) ? `<c><v>${value}</v></c>` : textCell(value);
    case 'BOOL':
      return `<c t="b"><v>${value === 'true' ? 1 : 0}</v></c>`;
    case 'DATE':
      return dayCell(value, `${value}T00:00:00Z`, 1);
    case 'DATETIME':
    case 'TIMESTAMP':
      return dayCell(value, `${value.replace(' ', 'T').replace(/Z$/, '')}Z`, 2);
    default:
      return textCell(value);
  }
}

/** Floating-point numbers lose no more in Excel than they have lost already. */
function isExact(kind: SqlType['kind'], value: string): boolean {
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value)) return false;
  return kind === 'FLOAT64' || value.replace(/\D/g, '').replace(/^0+/, '').length <= 15;
}

const DAY_MS = 86_400_000;
/** Day 0 of Excel's calendar, which is right from day 61 on: it takes 1900 for a leap year. */
const EPOCH = Date.UTC(1899, 11, 30);

function dayCell(text: string, iso: string, style: number): string {
  const instant = Date.parse(iso);
  const fine = /\.\d{3}\d*[1-9]/.test(text);
  const day = (instant - EPOCH) / DAY_MS;
  return Number.isNaN(day) || fine || day < 61 ? textCell(text) : `<c s="${style}"><v>${day}</v></c>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function textCell(text: string, style?: number): string {
  const held = text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT - 1)}…` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no way to write them; a spreadsheet has (ECMA-376, ST_Xstring).
  const written = held.replace(/[&<>]|_x[0-9A-Fa-f]{4}_|[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, (found) => {
    if (found.length > 1) return `_x005F${found}`;
    return ENTITIES[found] ?? `_x${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;
  });
  const styled = style === undefined ? '' : ` s="${style}"`;
  return `<c t="inlineStr"${styled}><is><t xml:space="preserve">${written.toWellFormed()}</t></is></c>`;
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** What a package has besides its sheets. */
function parts(sheets: number): Readonly<Record<string, string>> {
  const each = (write: (sheet: number) => string) => Array.from({ length: sheets }, (_, index) => write(index + 1));
  const relationship = (id: string, kind: string, target: string) =>
    `<Relationship Id="${id}" Type="${RELATIONSHIPS}/${kind}" Target="${target}"/>`;
  const override = (part: string, kind: string) =>
    `<Override PartName="/xl/${part}.xml" ContentType="${TYPE}.${kind}+xml"/>`;
  return {
    'xl/workbook.xml': `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONSHIPS}"><sheets>${each((n) => `<sheet name="${n}" sheetId="${n}" r:id="rId${n}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${each((n) => relationship(`rId${n}`, 'worksheet', `worksheets/sheet${n}.xml`)).join('')}${relationship('styles', 'styles', 'styles.xml')}</Relationships>`,
    // In this order: plain, a day, a moment, a heading.
    'xl/styles.xml': `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
    '_rels/.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${relationship('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    '[Content_Types].xml': `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${override('workbook', 'sheet.main')}${override('styles', 'styles')}${each((n) => override(`worksheets/sheet${n}`, 'worksheet')).join('')}</Types>`,
  };
}
