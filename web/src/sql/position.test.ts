import { expect, test } from 'vitest';
import { faultRange } from './position.ts';

test.for([
  ['SELECT nada', 'Unrecognized name: nada at [1:8]', 'nada'],
  ['SELECT 1,\n  ação + 1', 'Unrecognized name: ação at [2:3]', 'ação'],
  ['SELECT nom', 'Unrecognized name: nom at [1:8]. Did you mean nome?', 'nom'],
  ['SELECT 1 +', 'Syntax error: Unexpected end of script at [1:11]', '+'],
  ['SELECT )', 'Syntax error at [1:8]', ')'],
] as const)('%s: %s', ([text, message, word]) => {
  const range = faultRange(text, message);
  expect(text.slice(range?.from, range?.to)).toBe(word);
});

test('a message without a place', () => {
  expect(faultRange('SELECT 1', 'Access Denied')).toBeUndefined();
});
