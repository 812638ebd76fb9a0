import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Entry, open, type ZipFile } from 'yauzl';
import { BOOL, DATE, FLOAT64, INT64, NUMERIC, STRING, TIMESTAMP } from '../sql/type.ts';
import { csvToXlsx } from './xlsx.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'arcos-xlsx-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The parts of the workbook that a CSV file becomes. */
async function workbook(csv: string, types: Parameters<typeof csvToXlsx>[1], mostRows?: number) {
  const [source, file] = [join(dir, 'in.csv'), join(dir, 'out.xlsx')];
  writeFileSync(source, csv);
  await csvToXlsx(source, types, file, mostRows === undefined ? {} : { mostRows });
  const zip = (await promisify<string, object, ZipFile>(open)(file, { autoClose: true })) as ZipFile;
  const parts = new Map<string, string>();
  const reading: Promise<void>[] = [];
  zip.on('entry', (entry: Entry) => {
    zip.openReadStream(entry, (error, stream) => {
      reading.push(error ? Promise.reject(error) : text(stream).then((found) => void parts.set(entry.fileName, found)));
    });
  });
  await new Promise((done) => zip.once('close', done));
  await Promise.all(reading);
  return parts;
}

const cells = (sheet = '') => [...sheet.matchAll(/<c[ />].*?(?=<c[ />]|<\/row>)/g)].map(([cell]) => cell);

test.for([
  [INT64, '42', '<c><v>42</v></c>'],
  [INT64, '9007199254740993', 'inlineStr'],
  [FLOAT64, '1e-7', '<c><v>1e-7</v></c>'],
  [FLOAT64, 'inf', 'inlineStr'],
  [NUMERIC, '-12.50', '<c><v>-12.50</v></c>'],
  [NUMERIC, '1234567890123456.7', 'inlineStr'],
  [BOOL, 'true', '<c t="b"><v>1</v></c>'],
  [DATE, '2024-02-29', '<c s="1"><v>45351</v></c>'],
  [DATE, '1850-01-01', 'inlineStr'],
  [TIMESTAMP, '2024-01-01T12:00:00Z', '<c s="2"><v>45292.5</v></c>'],
  [TIMESTAMP, '2024-01-01T12:00:00.000001Z', 'inlineStr'],
  [STRING, '=1+1', '<c t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c>'],
  [STRING, 'a\u0001&_x0041_', '<c t="inlineStr"><is><t xml:space="preserve">a_x0001_&amp;_x005F_x0041_</t></is></c>'],
  [STRING, '', '<c/>'],
] as const)('%o %s', async ([type, value, cell]) => {
  const sheet = (
    await workbook(`a,b\r\n${value},x\r\n`, [
      { name: 'a', type },
      { name: 'b', type: STRING },
    ])
  ).get('xl/worksheets/sheet1.xml');
  expect(cells(sheet)[2]).toContain(cell);
  expect(cells(sheet)).toHaveLength(4);
});

test('what is too long for one sheet goes on in the next, each with the header', async () => {
  const parts = await workbook('n\n1\n2\n3\n4\n5\n', [{ name: 'n', type: INT64 }], 3);
  const sheets = [...parts.keys()].filter((name) => name.startsWith('xl/worksheets/'));
  expect(sheets).toHaveLength(3);
  expect(sheets.map((name) => parts.get(name)?.match(/<v>\d/g)?.length)).toEqual([2, 2, 1]);
  for (const name of sheets) expect(parts.get(name)).toContain('>n</t>');
  expect(parts.get('[Content_Types].xml')).toContain('/xl/worksheets/sheet3.xml');
});

test('an empty table has its header', async () => {
  const parts = await workbook('n\n', [{ name: 'n', type: INT64 }]);
  expect(parts.get('xl/worksheets/sheet1.xml')).toContain('>n</t>');
});

test('where it cannot be written it fails, and nothing hangs', async () => {
  const source = join(dir, 'full.csv');
  writeFileSync(source, `n\n${'1\n'.repeat(200_000)}`);
  const columns = [{ name: 'n', type: INT64 }];
  await expect(csvToXlsx(source, columns, join(dir, 'nowhere', 'out.xlsx'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(csvToXlsx(join(dir, 'none.csv'), columns, join(dir, 'x.xlsx'))).rejects.toMatchObject({
    code: 'ENOENT',
  });
});
