import { beforeAll, expect, test } from 'vitest';
import { type Asker, isAnswer, openAsker } from '../../../../test/conformance/googlesql/answers.ts';

let ask: Asker;

beforeAll(async () => {
  ask = await openAsker();
});

/** GoogleSQL, Aggregate and window functions. A number stands for a FLOAT64. */
const ANSWERS: readonly (readonly [text: string, answer: unknown])[] = [
  ["SELECT SUM(x) FROM UNNEST([INTERVAL 40 DAY, INTERVAL '1-2 3 4:5:6' YEAR TO SECOND]) x", '14 43 14706000000'],
  ['SELECT STRING_AGG(x) FROM UNNEST([b"a", NULL, b"b"]) x', 'a,b'],
  ["SELECT STRING_AGG(x, b'-' ORDER BY x DESC LIMIT 2) FROM UNNEST([b'a', b'c', b'b']) x", 'c-b'],
  [
    'SELECT DISTINCT PERCENTILE_CONT(x, 0 RESPECT NULLS) OVER (), PERCENTILE_CONT(x, 0.01 RESPECT NULLS) OVER (), PERCENTILE_CONT(x, 0.9 RESPECT NULLS) OVER () FROM UNNEST([0, 3, NULL, 1, 2]) x',
    [[null, '0', '2.6']],
  ],
  [
    "SELECT DISTINCT PERCENTILE_DISC(x, 0 RESPECT NULLS) OVER (), PERCENTILE_DISC(x, 0.5 RESPECT NULLS) OVER () FROM UNNEST(['c', NULL, 'b', 'a']) x",
    [[null, 'a']],
  ],
  ['SELECT SUM(x) FROM UNNEST([1,2,NULL]) x', '3'],
  ['SELECT ARRAY_AGG(x IGNORE NULLS) FROM UNNEST([1,NULL]) x', ['1']],
  ['SELECT ARRAY_LENGTH(ARRAY_AGG(x)) FROM UNNEST([1,NULL]) x', '2'],
  ['SELECT ARRAY_AGG(DISTINCT x ORDER BY x DESC LIMIT 2) FROM UNNEST([1,3,2,3]) x', ['3', '2']],
  ["SELECT STRING_AGG(x, '-' ORDER BY x) FROM UNNEST(['b','a',NULL]) x", 'a-b'],
  ["SELECT STRING_AGG(DISTINCT x, ',' ORDER BY x LIMIT 2) FROM UNNEST(['c','b','a','a']) x", 'a,b'],
  ["SELECT STRING_AGG(b) FROM UNNEST([b'a',b'b']) b", 'a,b'],
  ['SELECT COUNT(DISTINCT x) FROM UNNEST([1,1,NULL]) x', '1'],
  ['SELECT COUNTIF(x > 1) FROM UNNEST([1,2,3]) x', '2'],
  ['SELECT AVG(x) FROM UNNEST([1,2]) x', 1.5],
  ["SELECT AVG(x) FROM UNNEST([NUMERIC '1', NUMERIC '2']) x", '1.5'],
  ['SELECT AVG(DISTINCT x) FROM UNNEST([1,1,4]) x', 2.5],
  ['SELECT SUM(DISTINCT x) FROM UNNEST([1,1,4]) x', '5'],
  ['SELECT SUM(x) FROM UNNEST([1.5, 2.5]) x', 4],
  ['SELECT LOGICAL_AND(x) FROM UNNEST([TRUE, FALSE]) x', false],
  ['SELECT LOGICAL_OR(x) FROM UNNEST([NULL, TRUE]) x', true],
  ['SELECT BIT_AND(x) FROM UNNEST([7, 3]) x', '3'],
  ['SELECT ANY_VALUE(x HAVING MAX y) FROM UNNEST([STRUCT(1 AS x, 2 AS y), (3, 1)])', '1'],
  ['SELECT MAX_BY(x, y) FROM UNNEST([STRUCT(1 AS x, 2 AS y), (3, 1)])', '1'],
  ['SELECT MAX(x HAVING MIN y) FROM UNNEST([STRUCT(1 AS x, 2 AS y), (3, 1)])', '3'],
  ['SELECT ARRAY_AGG(x HAVING MAX y) FROM UNNEST([STRUCT(1 AS x, 2 AS y), (3, 2), (4, 1)])', ['1', '3']],
  ['SELECT APPROX_QUANTILES(x, 2) FROM UNNEST([1,1,1,4,5,6,7,8,9,10]) x', ['1', '5', '10']],
  ['SELECT APPROX_QUANTILES(x, 100)[OFFSET(90)] FROM UNNEST([1,2,3,4,5,6,7,8,9,10]) x', '9'],
  [
    "SELECT APPROX_TOP_COUNT(x, 2) FROM UNNEST(['apple','apple','pear','pear','pear','banana']) x",
    [
      ['pear', '3'],
      ['apple', '2'],
    ],
  ],
  [
    "SELECT APPROX_TOP_SUM(x, w, 2) FROM UNNEST([STRUCT('apple' AS x, 3 AS w), ('pear', 2), ('apple', 0), ('banana', 5), ('pear', 4)])",
    [
      ['pear', '6'],
      ['banana', '5'],
    ],
  ],
  ['SELECT CORR(x, y) FROM UNNEST([STRUCT(1.0 AS x, 5.0 AS y), (3.0, 9.0), (4.0, 7.0)])', 0.6546536707079772],
  ['SELECT STDDEV(x) FROM UNNEST([10, 14, 18]) x', 4],
  ['SELECT STDDEV(x) FROM UNNEST([10]) x', null],
  ['SELECT VAR_POP(x) FROM UNNEST([10]) x', 0],
  ['SELECT COVAR_SAMP(x, y) FROM UNNEST([STRUCT(1.0 AS x, 5.0 AS y)])', null],
  ['SELECT COVAR_POP(x, y) FROM UNNEST([STRUCT(1.0 AS x, 5.0 AS y)])', 0],
  ['SELECT HLL_COUNT.EXTRACT(HLL_COUNT.INIT(x)) FROM UNNEST([1,2,2,3]) x', '3'],
  ["SELECT MIN(x) FROM UNNEST([CAST('nan' AS FLOAT64), 1]) x", 'NaN'],
  ["SELECT MAX(x) FROM UNNEST([CAST('nan' AS FLOAT64), 1]) x", 'NaN'],
  ['SELECT MAX(x) FROM UNNEST([TRUE, FALSE]) x', true],
  ['SELECT PERCENTILE_CONT(x, 0.5) OVER() FROM UNNEST([0, 3, NULL, 1, 2]) x LIMIT 1', 1.5],
  ["SELECT PERCENTILE_DISC(x, 0.5) OVER() FROM UNNEST(['c', NULL, 'b', 'a']) x LIMIT 1", 'b'],
  [
    'SELECT x, LAG(x, 1, 0) OVER (ORDER BY x) FROM UNNEST([1,2]) x ORDER BY x',
    [
      ['1', '0'],
      ['2', '1'],
    ],
  ],
  [
    'SELECT x, SUM(x) OVER (ORDER BY x) FROM UNNEST([1,2,2]) x ORDER BY x',
    [
      ['1', '1'],
      ['2', '5'],
      ['2', '5'],
    ],
  ],
  [
    'SELECT x, ROW_NUMBER() OVER (ORDER BY x) FROM UNNEST([NULL,1]) x ORDER BY x',
    [
      [null, '1'],
      ['1', '2'],
    ],
  ],
  [
    'SELECT x, LAST_VALUE(x IGNORE NULLS) OVER (ORDER BY o) FROM UNNEST([1,NULL,3]) x WITH OFFSET o ORDER BY o',
    [
      ['1', '1'],
      [null, '1'],
      ['3', '3'],
    ],
  ],
  [
    'SELECT x, NTH_VALUE(x, 2) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM UNNEST([5,6]) x ORDER BY 1',
    [
      ['5', '6'],
      ['6', '6'],
    ],
  ],
  [
    'SELECT x, COUNT(DISTINCT x) OVER () FROM UNNEST([1,1,2]) x ORDER BY 1',
    [
      ['1', '2'],
      ['1', '2'],
      ['2', '2'],
    ],
  ],
  [
    'SELECT x, AVG(x) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM UNNEST([1,2,4]) x ORDER BY 1',
    [
      ['1', '1'],
      ['2', '1.5'],
      ['4', '4'],
    ],
  ],
  ["SELECT STRING_AGG(x, ',') OVER (ORDER BY x) FROM UNNEST(['a','b']) x ORDER BY 1", [['a'], ['a,b']]],
  ['SELECT NTILE(2) OVER (ORDER BY x) FROM UNNEST([1,2,3]) x ORDER BY 1', [['1'], ['1'], ['2']]],
  ['SELECT CUME_DIST() OVER (ORDER BY x) FROM UNNEST([1,2]) x ORDER BY 1', [['0.5'], ['1']]],
  ['SELECT COUNTIF(x > 1) OVER (ORDER BY x) FROM UNNEST([1,2]) x ORDER BY x', [['0'], ['1']]],
  ['SELECT GROUPING(x) FROM UNNEST([1]) x GROUP BY ROLLUP(x) ORDER BY 1', [['0'], ['1']]],
];

test.each(ANSWERS)('%s is %j', async (text, wanted) => {
  const answer = await ask(text);
  expect(isAnswer(answer, wanted), JSON.stringify(answer)).toBe(true);
});

const REFUSED: readonly string[] = [
  'SELECT SUM(x) FROM UNNEST([9223372036854775807, 1]) x',
  'SELECT ARRAY_AGG(x) OVER (ORDER BY x) FROM UNNEST([1,2]) x ORDER BY 1',
];

test.each(REFUSED)('%s is an error', async (text) => {
  await expect(ask(text)).rejects.toMatchObject({ code: 'INVALID' });
});

test.each([
  'SELECT PERCENTILE_CONT(x, x) OVER () FROM UNNEST([1]) x',
  'SELECT PERCENTILE_CONT(x, 1.5) OVER () FROM UNNEST([1]) x',
  'SELECT APPROX_QUANTILES(x, x) FROM UNNEST([1]) x',
])('a number that must be constant: %s', async (text) => {
  await expect(ask(text)).rejects.toThrow(/must be a literal or query parameter/);
});
