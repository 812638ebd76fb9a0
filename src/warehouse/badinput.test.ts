import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestWarehouse, type TestWarehouse } from './testing.ts';
import type { LoadBody } from './transfer/configuration.ts';

let open: TestWarehouse;
beforeAll(async () => {
  open = await openTestWarehouse();
  await open.warehouse.run(open.editor, { sql: 'CREATE SCHEMA d', project: 'rio' });
  await open.lake.putBucket({ name: 'entrada', project: 'rio', purpose: 'data' });
}, 60_000);
afterAll(() => open.close(), 30_000);

const FIELDS = [
  { name: 'id', type: 'INT64', mode: 'REQUIRED' },
  { name: 'nome', type: 'STRING' },
  { name: 'valor', type: 'NUMERIC' },
];
const HEAD = 'id,nome,valor\n';
let count = 0;

/** Loads one file. Gives how many rows came in and how many were bad, or the error; and whether anything was left behind. */
async function load(content: string | Buffer, more: Partial<LoadBody> = {}, extension = 'csv') {
  const name = `f${++count}.${extension}`;
  await open.lake.write({ bucket: 'entrada', name }, Readable.from([Buffer.from(content)]));
  const body: LoadBody = {
    destinationTable: { projectId: 'rio', datasetId: 'd', tableId: `t${count}` },
    sourceUris: [`gs://entrada/${name}`],
    schema: { fields: FIELDS },
    skipLeadingRows: 1,
    ...more,
  };
  try {
    const job = await open.warehouse.transfer(open.editor, { project: 'rio', jobId: `l${count}`, load: body });
    return { rows: job.statistics.load?.rows, bad: job.statistics.load?.badRecords };
  } catch (error) {
    expect(await open.warehouse.catalog.table({ project: 'rio', dataset: 'd', table: `t${count}` })).toBeUndefined();
    return (error as Error).message.replace('Error while reading data, error message: ', '');
  }
}

const utf8 = (...parts: (string | number)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

test.each([
  [
    'a row that is too short',
    `${HEAD}1,a,1.5\n2,b\n`,
    {},
    /^Expected Number of Columns: 3 Found: 2 in row 3 of gs:\/\/entrada\/f\d+\.csv$/,
  ],
  ['a row that is too long', `${HEAD}1,a,1.5\n2,b,2,9\n`, {}, /Found: 4 in row 3 of gs/],
  [
    'a text where a number belongs',
    `${HEAD}1,a,1\nx,b,2\n`,
    {},
    /^Could not parse 'x' as INT64 for field id \(position 0\) in row 3 of gs/,
  ],
  ['a lone quote', `${HEAD}1,"a,1\n2,b,2\n`, {}, /unterminated quote.* in row 2 of gs/],
  ['another encoding', utf8(HEAD, '1,', 0xe1, ',1\n'), {}, /not utf-8.* in row 2 of gs/],
  [
    'a decimal comma',
    'id;nome;valor\n1;a;1,5\n',
    { fieldDelimiter: ';' },
    /^Could not parse '1,5' as NUMERIC for field valor \(position 2\) in row 2 of gs/,
  ],
  ['another delimiter', 'id;nome;valor\n1;a;1\n', {}, /^Expected Number of Columns: 3 Found: 1 in row 2 of gs/],
  ['a required field that is empty', `${HEAD},a,1\n`, {}, /^Missing required field id \(position 0\) in row 2 of gs/],
] as const)('%s is named with its file and row, and nothing is loaded', async (_what, content, more, message) => {
  expect(await load(content, more)).toMatch(message);
});

test.each([
  ['a byte order mark is no character', `\ufeff${HEAD}1,a,1\n`, {}, { rows: 1, bad: 0 }],
  ['ISO-8859-1 where it is said', utf8(HEAD, '1,', 0xe1, ',1\n'), { encoding: 'ISO-8859-1' }, { rows: 1, bad: 0 }],
  [
    'as many bad records as are allowed',
    `${HEAD}1,a,1\n2,b\nx,c,3\n4,d,4,4\n5,"e\nf",5\n`,
    { maxBadRecords: 3, allowQuotedNewlines: true },
    { rows: 2, bad: 3 },
  ],
  [
    'fields behind the last column, where unknown values are ignored',
    `${HEAD}1,a,1,9,8\n2,b,2\n`,
    { ignoreUnknownValues: true },
    { rows: 2, bad: 0 },
  ],
  ['rows that end early, where that is allowed', `${HEAD}1,a\n`, { allowJaggedRows: true }, { rows: 1, bad: 0 }],
] as const)('%s', async (_what, content, more, loaded) => {
  expect(await load(content, more)).toEqual(loaded);
});

test('one bad record more than allowed is too many', async () => {
  expect(await load(`${HEAD}1,a,1\n2,b\nx,c,3\n`, { maxBadRecords: 1 })).toMatch(
    /too many errors.*: 2 bad records, 1 are allowed/,
  );
});

test('a row that ends early is wrong though unknown values are ignored', async () => {
  expect(await load(`${HEAD}1,a,1\n2,b\n`, { ignoreUnknownValues: true })).toMatch(
    /field valor \(position 2\) in row 3 of gs/,
  );
});

test('files of other formats are named too, by their names in the lake', async () => {
  const json = { sourceFormat: 'NEWLINE_DELIMITED_JSON' };
  expect(await load('{"id":1,"nome":"a"}\n{"id":2,\n', json, 'json')).toMatch(/gs:\/\/entrada\/f\d+\.json.* line \d/);
  expect(await load('{"id":"x"}\n', json, 'json')).toMatch(/gs:\/\/entrada\/f\d+\.json.* line \d/);
  expect(await load('{"id":1,"outro":2}\n', json, 'json')).toMatch(/^No such field: outro in gs:\/\/entrada/);
  expect(await load('{"id":1,"outro":2}\n', { ...json, ignoreUnknownValues: true }, 'json')).toEqual({
    rows: 1,
    bad: 0,
  });
  expect(await load('PAR1 cut off', { sourceFormat: 'PARQUET' }, 'parquet')).toMatch(/gs:\/\/entrada\/f\d+\.parquet/);
  expect(await load(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), {}, 'csv.gz')).toMatch(/gs:\/\/entrada\/f\d+\.csv\.gz/);
});
