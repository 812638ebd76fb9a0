import { expect, test } from 'vitest';
import { arrayOf, INT64, STRING } from '../sql/type.ts';
import { readSelection } from './readselection.ts';

const place = {
  kind: 'STRUCT' as const,
  fields: [
    { name: 'rua', type: STRING },
    { name: 'numero', type: INT64 },
  ],
};
const columns = [
  { name: 'id', type: INT64, nullable: false },
  { name: 'local', type: place, nullable: true },
  { name: 'locais', type: arrayOf(place), nullable: true },
];

test('fields in the order of the table, of records those that are wanted', () => {
  expect(readSelection(columns, [])).toBe('*');
  expect(readSelection(columns, ['local', 'ID', 'local.rua'])).toBe('`id` AS `id`, `local` AS `local`');
  expect(readSelection(columns, ['local.rua'])).toBe(
    'IF(`local` IS NULL, NULL, STRUCT(`local`.`rua` AS `rua`)) AS `local`',
  );
  expect(readSelection(columns, ['locais.numero'])).toBe(
    'ARRAY(SELECT IF(_e0 IS NULL, NULL, STRUCT(_e0.`numero` AS `numero`)) FROM UNNEST(`locais`) AS _e0 WITH OFFSET AS _o0 ORDER BY _o0) AS `locais`',
  );
  for (const wrong of ['nada', 'id.x', 'local.bairro', ''])
    expect(() => readSelection(columns, [wrong])).toThrow('do not exist in the table schema');
});
