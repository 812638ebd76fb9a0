import { expect, test } from 'vitest';
import { offsetOf, originIn, placeOf } from './position.ts';

test('a place of the query is found again in the model', () => {
  const raw =
    "{{ config(tags=['a']) }}\n{# x #}\nSELECT\n  b.nome,\n  {{ coluna }},\n  b.preco\nFROM {{ ref('bairro') }} AS b\n";
  const compiled = 'SELECT\n  b.nome,\n  um_nome_muito_longo,\n  b.preco\nFROM `p`.`d`.`bairro` AS b';
  const origin = originIn(raw, compiled);
  const at = (line: number, column: number) => placeOf(raw, origin(offsetOf(compiled, { line, column })));
  expect(at(2, 3)).toEqual({ line: 4, column: 3 });
  expect(at(4, 3)).toEqual({ line: 6, column: 3 });
  // What a tag made is where the tag is.
  expect(at(3, 10)).toEqual({ line: 5, column: 3 });
  expect(at(5, 8)).toEqual({ line: 7, column: 6 });
  expect(at(5, 25)).toEqual({ line: 7, column: 28 });
});
