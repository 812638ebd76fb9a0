import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestWarehouse, type TestWarehouse } from '../warehouse/testing.ts';
import { parsePartition } from './file/datekeys.ts';
import { planUpload, type UploadOptions } from './upload.ts';

let open: TestWarehouse;
let folder: string;
let number = 0;

beforeAll(async () => {
  open = await openTestWarehouse();
});
afterAll(() => open.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'arcos-upload-'));
  number += 1;
  return () => rmSync(folder, { recursive: true, force: true });
});

/** Writes files; gives the path of the first, or of the folder where there are more. */
function files(contents: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const names = Object.keys(contents);
  return names.length === 1 ? join(folder, names[0] ?? '') : folder;
}

const plan = (path: string, options: Partial<UploadOptions> = {}) =>
  planUpload({ path, project: 'rio', dataset: 'saude', table: `t${number}`, mode: 'overwrite', ...options });

async function upload(path: string, options: Partial<UploadOptions> = {}) {
  const made = await plan(path, options);
  try {
    return await made.run({ lake: open.lake, warehouse: open.warehouse.client(open.editor) });
  } finally {
    await made.dispose();
  }
}

async function read(order = '1'): Promise<unknown> {
  const sql = `SELECT * FROM saude_staging.t${number} ORDER BY ${order}`;
  return (await open.warehouse.client(open.editor).query({ sql, project: 'rio' })).rows;
}

async function names(): Promise<string[]> {
  const prefix = `staging/saude/t${number}/`;
  return (await open.lake.files('rio', prefix)).map(({ name }) => name.slice(prefix.length));
}

const TEXT = 'id;bairro;valor\n1;São Cristóvão;1.234,50\n2;Méier;2,5\n';
const ROWS = [
  { id: '1', bairro: 'São Cristóvão', valor: '1234.50' },
  { id: '2', bairro: 'Méier', valor: '2.5' },
];

describe('texts', () => {
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(TEXT, 'utf16le')]);
  it.each<[string, string, string | Uint8Array]>([
    ['UTF-8', 'a.csv', TEXT],
    ['UTF-8 with a byte order mark', 'a.csv', `\ufeff${TEXT}`],
    ['Latin-1', 'a.csv', Buffer.from(TEXT, 'latin1')],
    ['UTF-16, little end first', 'a.csv', utf16],
    ['UTF-16, big end first', 'a.csv', Buffer.from(utf16).swap16()],
    ['CRLF', 'a.csv', TEXT.replaceAll('\n', '\r\n')],
    ['tabs', 'a.tsv', TEXT.replaceAll(';', '\t')],
    ['commas and quotes', 'a.csv', 'id,bairro,valor\n1,"São Cristóvão","1.234,50"\n2,Méier,"2,5"\n'],
    ['bars', 'a.txt', TEXT.replaceAll(';', '|')],
    ['gzip', 'a.csv.gz', gzipSync(TEXT)],
    ['Zstandard', 'a.csv.zst', zstdCompressSync(TEXT)],
    [
      'JSON Lines',
      'a.jsonl',
      '{"id":1,"bairro":"São Cristóvão","valor":"1234.50"}\n{"id":2,"bairro":"Méier","valor":2.5}\n',
    ],
  ])('reads %s', async (_, name, content) => {
    await upload(files({ [name]: content }));
    expect(await read()).toEqual(ROWS);
  });

  it('tells an accent in the last line of a large file', async () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => `${index},nada\n`).join('');
    const made = await plan(files({ 'a.csv': Buffer.from(`id,nome\n${lines}60000,São\n`, 'latin1') }));
    expect(made.files).toMatchObject([{ about: 'windows-1252, delimiter ",", with a header', rows: 60_001 }]);
  });

  it('names the columns of a text without names', async () => {
    await upload(files({ 'a.csv': '1,Centro\n2,Méier\n' }));
    expect(await read()).toEqual([
      { coluna_1: '1', coluna_2: 'Centro' },
      { coluna_1: '2', coluna_2: 'Méier' },
    ]);
  });

  it('sums up types and nulls', async () => {
    const made = await plan(
      files({
        'a.csv':
          'Código IPP,nº,data,dia,hora,ativo,livre,vazio\n007,1,2026-01-02,31/12/2025,2026-01-02 10:00:00,true,x,\n008,,2026-01-03,01/02/2026,2026-01-02 11:00:00Z,false,1,\n',
      }),
    );
    expect(made.columns.map(({ name, type, nulls }) => [name, type, nulls])).toEqual([
      ['codigo_ipp', 'STRING', 0],
      ['n', 'INT64', 1],
      ['data', 'DATE', 0],
      ['dia', 'DATE', 0],
      ['hora', 'STRING', 0],
      ['ativo', 'BOOL', 0],
      ['livre', 'STRING', 0],
      ['vazio', 'STRING', 2],
    ]);
    expect(await names()).toEqual([]);
  });
});

describe('other formats', () => {
  it('reads Parquet', async () => {
    const path = join(folder, 'a.parquet');
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT 1 AS id, DATE '2026-01-02' AS dia, [1, 2] AS lista, NULL::VARCHAR AS nada) TO '${path}'`,
    );
    connection.closeSync();
    instance.closeSync();
    await upload(path);
    expect(await read()).toEqual([{ id: '1', dia: '2026-01-02', lista: '[1,2]', nada: null }]);
  });

  it('reads a sheet of a workbook', async () => {
    const sheet = (rows: string) =>
      `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows}</sheetData></worksheet>`;
    files({
      'x/xl/workbook.xml':
        '<workbook xmlns:r="r"><sheets><sheet name="Capa" r:id="a"/><sheet name="Dados" r:id="b"/></sheets></workbook>',
      'x/xl/_rels/workbook.xml.rels':
        '<Relationships><Relationship Id="a" Target="worksheets/a.xml"/><Relationship Id="b" Target="worksheets/b.xml"/></Relationships>',
      'x/xl/styles.xml': '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
      'x/xl/sharedStrings.xml':
        '<sst><si><t>Bairro</t></si><si><t>Dia</t></si><si><r><t>São </t></r><r><t>Cristóvão</t></r></si></sst>',
      'x/xl/worksheets/a.xml': sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>capa</t></is></c></row>'),
      'x/xl/worksheets/b.xml': sheet(
        '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c><c r="C3" t="str"><v>Valor</v></c></row>' +
          '<row r="4"><c r="A4" t="s"><v>2</v></c><c r="B4" s="1"><v>46024</v></c><c r="C4"><v>0.10000000000000001</v></c></row>' +
          '<row r="5"><c r="C5"><v>3</v></c></row>',
      ),
    });
    execFileSync('python3', ['-m', 'zipfile', '-c', join(folder, 'a.xlsx'), join(folder, 'x', 'xl')]);
    await upload(join(folder, 'a.xlsx'), { sheet: 'Dados' });
    expect(await read()).toEqual([
      { bairro: null, dia: null, valor: '3' },
      { bairro: 'São Cristóvão', dia: '2026-01-02', valor: '0.1' },
    ]);
    await expect(plan(join(folder, 'a.xlsx'), { sheet: 'Outra' })).rejects.toMatchObject({
      message: 'a.xlsx has no sheet "Outra"',
      hint: 'It has "Capa", "Dados".',
    });
  });

  const polygon = {
    type: 'Polygon',
    coordinates: [
      [
        [-43.2, -22.9],
        [-43.1, -22.9],
        [-43.1, -22.8],
        [-43.2, -22.9],
      ],
    ],
  };
  const WKT = 'POLYGON ((-43.2 -22.9, -43.1 -22.9, -43.1 -22.8, -43.2 -22.9))';

  it('reads GeoJSON', async () => {
    const feature = { type: 'Feature', properties: { Nome: 'Centro', n: null }, geometry: polygon };
    await upload(files({ 'a.geojson': JSON.stringify({ type: 'FeatureCollection', features: [feature] }) }));
    expect(await read()).toEqual([{ nome: 'Centro', n: null, geometria: WKT }]);
  });

  it('reads KML', async () => {
    const coordinates = polygon.coordinates[0]?.map((each) => [...each, 0].join(',')).join(' ');
    const kml = `<kml><Document><name>x</name><Placemark><name>Centro</name><ExtendedData><Data name="id"><value>7</value></Data></ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>${coordinates}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>`;
    await upload(files({ 'a.kml': kml }));
    expect(await read()).toEqual([{ name: 'Centro', id: '7', geometria: WKT }]);
  });

  it('reads a shapefile in a ZIP archive', async () => {
    const { shp, dbf } = pointShapefile(-43.2, -22.9, 'São');
    files({ 'x/a.shp': shp, 'x/a.dbf': dbf, 'x/a.cpg': 'ISO-8859-1', 'x/a.prj': 'GEOGCS["SIRGAS 2000"]' });
    execFileSync('python3', [
      '-m',
      'zipfile',
      '-c',
      join(folder, 'a.zip'),
      ...['shp', 'dbf', 'cpg', 'prj'].map((end) => join(folder, 'x', `a.${end}`)),
    ]);
    await upload(join(folder, 'a.zip'));
    expect(await read()).toEqual([{ nome: 'São', geometria: 'POINT (-43.2 -22.9)' }]);
    files({ 'x/a.prj': 'PROJCS["SIRGAS 2000 / UTM zone 23S"]' });
    await expect(plan(join(folder, 'x', 'a.shp'))).rejects.toThrow(/has metres in the projection "SIRGAS 2000 \/ UTM/);
  });
});

/** One point with one text, as Esri's description of 1998 and dBASE III have it. */
function pointShapefile(x: number, y: number, name: string) {
  const shp = Buffer.alloc(128);
  shp.writeInt32BE(9994, 0);
  shp.writeInt32BE(64, 24);
  shp.writeInt32LE(1000, 28);
  shp.writeInt32LE(1, 32);
  shp.writeInt32BE(1, 100);
  shp.writeInt32BE(10, 104);
  shp.writeInt32LE(1, 108);
  shp.writeDoubleLE(x, 112);
  shp.writeDoubleLE(y, 120);
  const dbf = Buffer.alloc(32 + 32 + 1 + 11, 0x20);
  dbf.fill(0, 0, 64);
  dbf[0] = 3;
  dbf.writeInt32LE(1, 4);
  dbf.writeInt16LE(65, 8);
  dbf.writeInt16LE(11, 10);
  dbf.write('NOME', 32);
  dbf.write('C', 43);
  dbf[48] = 10;
  dbf[64] = 0x0d;
  dbf.write(name, 66, 'latin1');
  return { shp, dbf };
}

describe('partitions', () => {
  const DATED = 'id,dia\n1,2026-03-05\n2,12/11/2026\n3,2026-11-01 10:00:00\n';

  it('come from a date, its months without a zero', async () => {
    await upload(files({ 'a.csv': DATED }), { partitions: [parsePartition('dia:month')] });
    expect(await names()).toEqual([
      'ano_particao=2026/mes_particao=11/data.csv',
      'ano_particao=2026/mes_particao=3/data.csv',
    ]);
    expect(await read()).toMatchObject([{ id: '1', mes_particao: '3' }, { id: '2', mes_particao: '11' }, { id: '3' }]);
  });

  it('come from a column, each value from that column alone', async () => {
    // `1` is a year's and a month's value: rows are parted by both columns together.
    await upload(files({ 'a.csv': 'ano,mes,dado\n1,2,a\n2,1,b\n1,1,c\n' }), {
      partitions: [parsePartition('ano'), parsePartition('mes')],
    });
    expect(await names()).toEqual(['ano=1/mes=1/data.csv', 'ano=1/mes=2/data.csv', 'ano=2/mes=1/data.csv']);
    expect(await read()).toEqual([
      { dado: 'a', ano: '1', mes: '2' },
      { dado: 'b', ano: '2', mes: '1' },
      { dado: 'c', ano: '1', mes: '1' },
    ]);
  });

  it('come from folders', async () => {
    await upload(files({ 'uf=RJ/a.csv': 'id\na\n', 'uf=RJ/b.csv': 'id\nb\n', 'uf=SP/a.csv': 'id\nc\n' }));
    expect(await read()).toEqual([
      { id: 'a', uf: 'RJ' },
      { id: 'b', uf: 'RJ' },
      { id: 'c', uf: 'SP' },
    ]);
  });

  it.each<[string, Record<string, string>, Partial<UploadOptions>, RegExp]>([
    [
      'an empty date, which is in no folder nan',
      { 'a.csv': 'id,dia\n1,2026-01-02\n2,\n' },
      { partitions: [{ column: 'dia', grain: 'month' }] },
      /a\.csv:3: "dia" is empty, so the row has no partition/,
    ],
    [
      'what is no date',
      { 'a.csv': 'id,dia\n1,2026-02-30\n' },
      { partitions: [{ column: 'dia', grain: 'day' }] },
      /a\.csv:2: "2026-02-30" in "dia" is no date/,
    ],
    [
      'a month under two names',
      { 'mes=1/a.csv': 'id\na\n', 'mes=01/a.csv': 'id\nb\n' },
      {},
      /The partition mes=01 is there as mes=1 too/,
    ],
    [
      'folders of two kinds',
      { 'mes=1/a.csv': 'id\na\n', 'b.csv': 'id\nb\n' },
      {},
      /mes=1\/a\.csv is in folders of mes, b\.csv of none/,
    ],
    [
      'a column that is not there',
      { 'a.csv': 'id\n1x\n' },
      { partitions: [{ column: 'dia' }] },
      /There is no column "dia"/,
    ],
  ])('refuse %s', async (_, contents, options, message) => {
    await expect(plan(files(contents), options)).rejects.toThrow(message);
  });
});

describe('refuses before anything is uploaded', () => {
  it.each<[string, Record<string, string | Uint8Array>, Partial<UploadOptions>, RegExp]>([
    [
      'files of an unknown kind',
      { 'a.csv': 'id\nx\n', 'leia-me.docx': 'x', 'b.csv.bak': 'x' },
      {},
      /Files of an unknown kind: .*leia-me\.docx/,
    ],
    ['an empty folder', { 'vazia/.DS_Store': '', '.DS_Store': '' }, {}, /There are no files to upload/],
    ['an empty file', { 'a.csv': '' }, {}, /a\.csv is empty/],
    [
      'names that would become one',
      { 'a.csv': 'Razão Social,razao_social\na,b\n' },
      {},
      /"Razão Social" and "razao_social" would both be called razao_social/,
    ],
    ['a column without a name', { 'a.csv': 'id,\na,b\n' }, {}, /a\.csv: column 2 has no name/],
    ['a row with other fields', { 'a.csv': 'id,b\nx,y\nz\n' }, {}, /a\.csv:3: 1 fields, not as many/],
    ['a line that is no JSON', { 'a.jsonl': '{"a":1}\n[2]\n' }, {}, /a\.jsonl:2: not a JSON object/],
    [
      'files with other columns',
      { 'a.csv': 'id,b\nx,y\n', 'b.csv': 'id,c\nx,y\n' },
      {},
      /a\.csv has no c, which b\.csv has/,
    ],
    ['a bad table name', { 'a.csv': 'id\nx\n' }, { table: 'Serviço' }, /"Serviço" cannot be the name of a table/],
    ['a broken archive', { 'a.csv.gz': 'no gzip' }, {}, /a\.csv\.gz cannot be unpacked/],
    ['a broken ZIP archive', { 'a.zip': 'no zip' }, {}, /a\.zip cannot be unpacked/],
  ])('%s', async (_, contents, options, message) => {
    await expect(upload(files(contents), options)).rejects.toThrow(message);
    expect(await names()).toEqual([]);
  });

  it('unless rejects are allowed', async () => {
    const made = await plan(files({ 'a.csv': 'id,b\nx,y\nz\n' }), { maxRejects: 1 });
    expect(made).toMatchObject({ rows: 1, rejected: 1, rejects: [{ file: 'a.csv', line: 3 }] });
  });

  it('and takes the names that it is given', async () => {
    await upload(files({ 'a.csv': 'Razão Social,razao_social\na,b\n' }), { renames: { 'Razão Social': 'nome' } });
    expect(await read()).toEqual([{ nome: 'a', razao_social: 'b' }]);
  });
});

describe('again', () => {
  it('the same file adds nothing, however often', async () => {
    const path = files({ 'a.csv': 'id\na\nb\n' });
    for (let time = 0; time < 3; time += 1) await upload(path, { mode: 'append' });
    expect(await read()).toEqual([{ id: 'a' }, { id: 'b' }]);
  });

  it('many files in one overwrite are all there', async () => {
    await upload(files({ 'a.csv': 'id\na\n', 'b.csv': 'id\nb\n', 'c.jsonl': '{"id":"c"}\n' }));
    expect(await read()).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  });

  it('a partition that begins like another leaves it alone', async () => {
    const by = { partitions: [parsePartition('id')] };
    await upload(files({ 'a.csv': 'id,v\n1,a\n10,b\n' }), by);
    await upload(files({ 'a.csv': 'id,v\n1,c\n' }), { ...by, mode: 'overwrite_partition' });
    expect(await read()).toEqual([
      { v: 'b', id: '10' },
      { v: 'c', id: '1' },
    ]);
  });

  it('an upload leaves nothing aside', async () => {
    await upload(files({ 'a.csv': 'id\na\n' }));
    expect(await open.lake.files('rio', `upload/saude/t${number}/`)).toEqual([]);
  });
});
