import { expect, test } from 'vitest';
import { rank } from './rank.ts';

const target = (title: string, place: string) => ({ id: `${place}.${title}`, title, place });
const ALL = [
  target('precipitação', 'clima'),
  target('chamado_por_tipo', 'adm'),
  target('chamado', 'adm'),
  target('unidade', 'saúde'),
];

test.for([
  ['PRECIPITACAO', ['precipitação']],
  ['chamado', ['chamado', 'chamado_por_tipo']],
  ['adm tipo', ['chamado_por_tipo']],
  ['saude', ['unidade']],
  ['nada', []],
] as const)('%s finds %j', ([text, titles]) => {
  expect(rank(ALL, text).map(({ title }) => title)).toEqual(titles);
});
