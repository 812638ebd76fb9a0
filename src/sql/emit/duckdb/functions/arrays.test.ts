import { beforeAll, expect, test } from 'vitest';
import { type Asker, isAnswer, openAsker } from '../../../../../test/conformance/googlesql/answers.ts';

let ask: Asker;

beforeAll(async () => {
  ask = await openAsker();
});

/** GoogleSQL, Array functions. A number stands for a FLOAT64. */
const ANSWERS: readonly (readonly [text: string, answer: unknown])[] = [
  ["SELECT ARRAY_TO_STRING(['a', NULL, 'b'], d, 'x') FROM UNNEST(['-']) d", 'a-x-b'],
  ["SELECT ARRAY_TO_STRING([b'a', b'b'], d) FROM UNNEST([b'-']) d", 'a-b'],
  ['ARRAY_CONCAT([1,2],[3])', ['1', '2', '3']],
  ['ARRAY_CONCAT([1], NULL)', null],
  ["ARRAY_FIRST(['a','b'])", 'a'],
  ['ARRAY_LAST([1,2])', '2'],
  ['ARRAY_LENGTH([1,NULL])', '2'],
  ['ARRAY_LENGTH(NULL)', null],
  ['ARRAY_REVERSE([1,2,3])', ['3', '2', '1']],
  ["ARRAY_SLICE(['a','b','c','d','e'], 1, 3)", ['b', 'c', 'd']],
  ["ARRAY_SLICE(['a','b','c','d','e'], -3, -1)", ['c', 'd', 'e']],
  ["ARRAY_SLICE(['a','b','c','d','e'], -1, -3)", []],
  ["ARRAY_SLICE(['a','b','c','d','e'], 3, 30)", ['d', 'e']],
  ["ARRAY_SLICE(['a','b'], -30, 30)", ['a', 'b']],
  ["ARRAY_SLICE(['a','b','c'], -30, -2)", ['a', 'b']],
  ["ARRAY_SLICE(['a','b','c'], 5, 30)", []],
  ["ARRAY_SLICE(['a','b','c'], NULL, 30)", null],
  ["ARRAY_TO_STRING(['a','b',NULL], '--')", 'a--b'],
  ["ARRAY_TO_STRING(['a','b',NULL], '--', 'MISSING')", 'a--b--MISSING'],
  ["ARRAY_TO_STRING([b'a',b'b'], b'-')", 'a-b'],
  ['ARRAY_INCLUDES([1,2], 2)', true],
  ['ARRAY_FILTER([1,2,3], e -> e > 1)', ['2', '3']],
  ['ARRAY_TRANSFORM([1,2,3], e -> e * 2)', ['2', '4', '6']],
  ['ARRAY_TRANSFORM([1,2,3], (e, i) -> e + i)', ['1', '3', '5']],
  ['[1,2,3][OFFSET(0)]', '1'],
  ['[1,2,3][ORDINAL(1)]', '1'],
  ['[1,2,3][SAFE_OFFSET(5)]', null],
  ['[1,2,3][SAFE_OFFSET(-1)]', null],
  ['[1,2,3][SAFE_ORDINAL(3)]', '3'],
  ['[1,2,3][0]', '1'],
  ['[1,2,3][OFFSET(NULL)]', null],
  ['[1, 2.5, NULL]', ['1', '2.5', null]],
  ["ARRAY<DATE>['2020-01-01']", ['2020-01-01']],
  ['ARRAY(SELECT x FROM UNNEST([3,1,2]) x ORDER BY x)', ['1', '2', '3']],
  ['ARRAY(SELECT AS STRUCT x, x*2 AS y FROM UNNEST([1]) x)', [['1', '2']]],
  ["STRUCT(1 AS a, 'x' AS b).b", 'x'],
  ["STRUCT<a INT64, b STRING>(1, 'x').a", '1'],
  ['(SELECT AS STRUCT 1 AS a, 2 AS b).b', '2'],
  [
    "SELECT * FROM UNNEST([STRUCT(1 AS a, 'x' AS b), (2, 'y')])",
    [
      ['1', 'x'],
      ['2', 'y'],
    ],
  ],
  [
    "SELECT x, o FROM UNNEST(['a','b']) x WITH OFFSET o ORDER BY o",
    [
      ['a', '0'],
      ['b', '1'],
    ],
  ],
  ['SELECT a.x FROM UNNEST([STRUCT(1 AS x)]) a', '1'],
];

test.each(ANSWERS)('%s is %j', async (text, wanted) => {
  const answer = await ask(text);
  expect(isAnswer(answer, wanted), JSON.stringify(answer)).toBe(true);
});

const REFUSED: readonly string[] = [
  'ARRAY_FIRST(CAST([] AS ARRAY<INT64>))',
  'FLATTEN([[1]])',
  '[1,2,3][OFFSET(5)]',
  '[1,2,3][3]',
];

test.each(REFUSED)('%s is an error', async (text) => {
  await expect(ask(text)).rejects.toMatchObject({ code: 'INVALID' });
});
