import { expect, test } from 'vitest';
import { columnName, parseCsv, sniff, typeOf } from './sniff.ts';

test('separator, header and types are found out', () => {
  const text = '\uFEFFCódigo;Nome do bairro;Área;Desde\n1;"Centro; velho";2.5;2024-01-31\n2;Lapa;;2024-02-01\n3;cortad';
  expect(sniff(text)).toEqual({
    format: 'CSV',
    delimiter: ';',
    header: true,
    columns: [
      { name: 'codigo', type: 'INT64' },
      { name: 'nome_do_bairro', type: 'STRING' },
      { name: 'area', type: 'FLOAT64' },
      { name: 'desde', type: 'DATE' },
    ],
    rows: [
      ['1', 'Centro; velho', '2.5', '2024-01-31'],
      ['2', 'Lapa', '', '2024-02-01'],
    ],
  });
});

test('what is corrected is taken as it is said', () => {
  expect(sniff('1,2\n3,4\n', { header: true }).columns.map(({ name }) => name)).toEqual(['_1', '_2']);
  expect(sniff('a;b\n', { delimiter: ',' }).columns).toHaveLength(1);
  expect(sniff('1,2\n3,4\n').header).toBe(false);
});

test('lines of JSON have columns of their members', () => {
  expect(sniff('{"id": 1, "local": {"x": 1}}\n{"id": 2, "dia": "2024-01-01"}\n')).toMatchObject({
    format: 'NEWLINE_DELIMITED_JSON',
    columns: [
      { name: 'id', type: 'INT64' },
      { name: 'local', type: 'JSON' },
      { name: 'dia', type: 'DATE' },
    ],
  });
});

test.for([
  [['007', '123'], 'STRING'],
  [['0', '-5'], 'INT64'],
  [['1', '2.5'], 'FLOAT64'],
  [['2024-01-01T10:00:00Z'], 'TIMESTAMP'],
  [['2024-01-01 10:00'], 'DATETIME'],
  [['12345678901234567890'], 'FLOAT64'],
  [['', ''], 'STRING'],
] as const)('%j is %s', ([values, type]) => {
  expect(typeOf(values)).toBe(type);
});

test('names are made of letters and digits, and are there once', () => {
  expect(columnName('  Ação (R$)', 0)).toBe('acao_r');
  expect(columnName('***', 2)).toBe('coluna_3');
  expect(sniff('a,a\nx,y\n').columns.map(({ name }) => name)).toEqual(['a', 'a_2']);
});

test('quotes hold separators, line ends and quotes', () => {
  expect(parseCsv('a,"b\n""c"""\r\nd,e\n', ',')).toEqual([
    ['a', 'b\n"c"'],
    ['d', 'e'],
  ]);
});
