import { expect, test } from 'vitest';
import { STRING } from '../sql/type.ts';
import { type Entry, search } from './search.ts';

const at = new Date(0);
const entry = (title: string, theme: string, owner: string, column: string): Entry => ({
  publication: {
    project: 'p',
    dataset: title.toLowerCase(),
    title,
    description: 'Dados',
    licence: 'CC0-1.0',
    frequency: 'Anual',
    owner,
    theme,
    tables: ['t'],
    publishedAt: at,
  },
  tables: [
    {
      path: { project: 'p', dataset: title.toLowerCase(), table: 't' },
      kind: 'native',
      columns: [{ name: column, type: STRING, nullable: true, description: `O que ${column} diz` }],
      labels: {},
      createdAt: at,
      modifiedAt: at,
    },
  ],
});

const ALL = [
  entry('Saúde', 'Saúde', 'SMS', 'unidade'),
  entry('Escolas', 'Educação', 'SME', 'endereço'),
  entry('Ônibus', 'Mobilidade', 'SMTR', 'unidade'),
];
const titles = (asked: Parameters<typeof search>[1]) =>
  search(ALL, asked).entries.map(({ publication }) => publication.title);

test('words are found in any case, with any accents, in columns too; titles first', () => {
  expect(titles({ text: 'saude' })).toEqual(['Saúde']);
  expect(titles({ text: 'ENDERECO' })).toEqual(['Escolas']);
  expect(titles({ text: 'unidade' })).toEqual(['Ônibus', 'Saúde']);
  expect(titles({ text: 'unidade saude' })).toEqual(['Saúde']);
  expect(titles({ text: 'nada disso' })).toEqual([]);
  expect(titles({})).toHaveLength(3);
});

test('each facet counts within the others', () => {
  const { entries, themes, owners } = search(ALL, { text: 'unidade', theme: 'Saúde' });
  expect(entries).toHaveLength(1);
  expect(themes.map(({ value }) => value)).toEqual(['Mobilidade', 'Saúde']);
  expect(owners).toEqual([{ value: 'SMS', count: 1 }]);
});
