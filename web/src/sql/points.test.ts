import { expect, test } from 'vitest';
import { pointsOf } from './points.ts';

test('values of one label are added up, in the order of the rows, and what is no number is left out', () => {
  expect(
    pointsOf([
      ['b', 1],
      ['a', 2],
      ['b', 3],
      ['c', Number.NaN],
    ]),
  ).toEqual([
    { label: 'b', value: 4 },
    { label: 'a', value: 2 },
  ]);
  expect(pointsOf(Array.from({ length: 500 }, (_, index) => [`${index}`, 1] as const))).toHaveLength(60);
});
