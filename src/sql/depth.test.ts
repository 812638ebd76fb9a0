import { expect, test } from 'vitest';
import { bind } from './bind.ts';
import { parseScript } from './parse.ts';
import { namesOf } from './relations.ts';

const DEEP = 50_000;

test.each([
  ['parentheses', `SELECT ${'('.repeat(DEEP)}1${')'.repeat(DEEP)}`],
  ['signs', `SELECT ${'NOT '.repeat(DEEP)}TRUE`],
  ['arrays', `SELECT ${'['.repeat(DEEP)}`],
  ['types', `SELECT CAST(1 AS ${'ARRAY<'.repeat(DEEP)}`],
  ['queries', `SELECT * FROM ${'(SELECT * FROM '.repeat(DEEP)}t`],
  ['blocks', 'BEGIN '.repeat(DEEP)],
])('a text nested too deeply is a fault: %s', (_what, text) => {
  const { script, faults } = parseScript(text);
  expect(script.statements).toEqual([]);
  expect(faults).toEqual([expect.objectContaining({ code: 'sql/too-deep', line: 1, column: 1 })]);
});

test('a chain too long to be walked is a fault', () => {
  const text = `SELECT 1${' + 1'.repeat(DEEP)}`;
  const [statement] = parseScript(text).script.statements;
  if (statement === undefined) return expect.unreachable();
  const session = { defaults: { project: 'rio' } };
  expect(() => namesOf(statement, session.defaults)).toThrow(/nested too deeply/);
  const { bound, faults } = bind(text, statement, { relation: () => undefined, neighbours: () => [] }, session);
  expect(bound).toBeUndefined();
  expect(faults).toEqual([expect.objectContaining({ code: 'sql/too-deep' })]);
});
