import { expect, test } from 'vitest';
import { findingsOf, isCpf } from './personaldata.ts';

test.for([
  ['529.982.247-25', true],
  ['52998224725', true],
  ['529.982.247-26', false],
  ['111.111.111-11', false],
  ['5299822472', false],
] as const)('%s is a CPF: %s', ([text, is]) => {
  expect(isCpf(text)).toBe(is);
});

test('values say what a column holds', () => {
  expect(findingsOf('texto', ['ligar para Ana, 529.982.247-25'])).toEqual([
    { column: 'texto', kind: 'cpf', values: 1 },
  ]);
  expect(findingsOf('x', ['(21) 98765-4321', '21 3456-7890'])).toEqual([{ column: 'x', kind: 'phone', values: 2 }]);
  expect(findingsOf('x', ['ana.silva@exemplo.com.br'])).toEqual([{ column: 'x', kind: 'email', values: 1 }]);
  expect(findingsOf('x', ['2024-01-31', '1746', 'Rua das Laranjeiras 336', '-22.9068 -43.1729'])).toEqual([]);
});

test('a name says it too', () => {
  expect(findingsOf('cpf_solicitante', [])).toEqual([{ column: 'cpf_solicitante', kind: 'cpf', values: 0 }]);
  expect(findingsOf('emailing', [])).toEqual([]);
});

test('eleven digits are CPFs when there are more of them than by chance', () => {
  // Running numbers: about one in a hundred has right check digits.
  const numbers = Array.from({ length: 500 }, (_, index) => String(10_100_000_000 + index * 37));
  expect(numbers.some(isCpf)).toBe(true);
  expect(findingsOf('protocolo', numbers)).toEqual([]);
  expect(findingsOf('documento', ['52998224725', '11144477735'])).toEqual([
    { column: 'documento', kind: 'cpf', values: 2 },
  ]);
});
