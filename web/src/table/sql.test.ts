import { expect, test } from 'vitest';
import { jobsSql, literal, profiled, profileSql } from './sql.ts';

const place = { project: 'rio', dataset: 'educacao', table: 'escola' };

test('texts cannot leave their quotes', () => {
  expect(literal(`a'b\\`)).toBe(`'a\\'b\\\\'`);
});

test('columns that have no order are left out of a profile', () => {
  const fields = [
    { name: 'id', type: 'INTEGER' },
    { name: 'local', type: 'GEOGRAPHY' },
    { name: 'nomes', type: 'STRING', mode: 'REPEATED' },
  ];
  expect(profiled(fields).map(({ name }) => name)).toEqual(['id']);
  expect(profileSql(place, fields)).toContain('COUNTIF(`id` IS NULL) AS n0');
});

test('jobs are found by the name of the table as a word', () => {
  expect(jobsSql(place, false)).toContain("r'\\beducacao`?\\.`?escola\\b'");
});
