import { beforeAll, expect, test } from 'vitest';
import { type Asker, isAnswer, openAsker } from '../../../../test/conformance/googlesql/answers.ts';

let ask: Asker;

beforeAll(async () => {
  ask = await openAsker();
});

/** GoogleSQL, Query syntax. A number stands for a FLOAT64. */
const ANSWERS: readonly (readonly [text: string, answer: unknown])[] = [
  ["SELECT x FROM UNNEST([1, 2]) x ORDER BY 'a', x DESC", [['2'], ['1']]],
  // NULL, then NaN, then numbers (GoogleSQL, ORDER BY clause).
  [
    "SELECT x FROM UNNEST([1.5, CAST('nan' AS FLOAT64), NULL, CAST('-inf' AS FLOAT64)]) x ORDER BY x",
    [[null], ['NaN'], ['-Infinity'], ['1.5']],
  ],
  ["SELECT x FROM UNNEST([1.5, CAST('nan' AS FLOAT64), 3.5]) x ORDER BY 1 DESC", [['3.5'], ['1.5'], ['NaN']]],
  ["SELECT DISTINCT x FROM UNNEST([1.5, CAST('nan' AS FLOAT64)]) x ORDER BY x", [['NaN'], ['1.5']]],
  [
    "SELECT 1.5 AS x UNION ALL SELECT CAST('nan' AS FLOAT64) UNION ALL SELECT 0.5 ORDER BY x LIMIT 2",
    [['NaN'], ['0.5']],
  ],
  ["SELECT ARRAY_AGG(x ORDER BY x) FROM UNNEST([1.5, CAST('nan' AS FLOAT64)]) x", ['NaN', '1.5']],
  [
    'SELECT AVG(x) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM UNNEST([1.5, 2.0, 3.5]) x ORDER BY x',
    [['1.5'], ['1.75'], ['3.5']],
  ],
  ["SELECT AS STRUCT 1 AS a, 'x' AS b", [['1', 'x']]],
  [
    'SELECT AS VALUE ARRAY_AGG(t ORDER BY t.b DESC LIMIT 1)[OFFSET(0)] FROM UNNEST([STRUCT(1 AS a, 2 AS b), (3, 4)]) AS t',
    [['3', '4']],
  ],
  ['SELECT AS VALUE x FROM UNNEST([5]) AS x', '5'],
  ['SELECT 1 UNION ALL SELECT 2.5 ORDER BY 1', [['1'], ['2.5']]],
  ['SELECT x FROM (SELECT 1 AS x UNION DISTINCT SELECT 1)', '1'],
  ['WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n+1 FROM t WHERE n < 3) SELECT SUM(n) FROM t', '6'],
  ['SELECT * EXCEPT(b) FROM (SELECT 1 AS a, 2 AS b)', '1'],
  ['SELECT * REPLACE(a+1 AS a) FROM (SELECT 1 AS a)', '2'],
  ['SELECT a.* FROM (SELECT 1 AS x) a', '1'],
  [
    'SELECT x, COUNT(*) FROM UNNEST([1,1,2]) x GROUP BY ALL ORDER BY x',
    [
      ['1', '2'],
      ['2', '1'],
    ],
  ],
  ['SELECT x FROM UNNEST([1,2,3]) x QUALIFY ROW_NUMBER() OVER (ORDER BY x DESC) = 1', '3'],
  [
    'SELECT x, SUM(x) OVER w FROM UNNEST([1,2]) x WINDOW w AS (ORDER BY x) ORDER BY x',
    [
      ['1', '1'],
      ['2', '3'],
    ],
  ],
  ["SELECT * FROM (SELECT 'a' AS k, 1 AS v UNION ALL SELECT 'b', 2) PIVOT(SUM(v) FOR k IN ('a', 'b'))", [['1', '2']]],
  [
    'SELECT * FROM (SELECT 1 AS a, 2 AS b) UNPIVOT(v FOR k IN (a, b)) ORDER BY k',
    [
      ['1', 'a'],
      ['2', 'b'],
    ],
  ],
  ['FROM UNNEST([1,2,3]) x |> WHERE x > 1 |> AGGREGATE SUM(x) AS s', '5'],
  ['SELECT (SELECT MAX(y) FROM UNNEST([x, 5]) y) FROM UNNEST([1, 9]) x ORDER BY 1', [['5'], ['9']]],
  ['SELECT EXISTS(SELECT 1 FROM UNNEST([1]) x WHERE x = 2)', false],
  ['SELECT x FROM UNNEST([3,1,NULL,2]) x ORDER BY x', [[null], ['1'], ['2'], ['3']]],
  ['SELECT x FROM UNNEST([3,1,NULL,2]) x ORDER BY x DESC', [['3'], ['2'], ['1'], [null]]],
  ['SELECT x FROM UNNEST([1,2,3]) x ORDER BY x LIMIT 1 OFFSET 1', '2'],
  ['SELECT COUNT(*) FROM UNNEST([1,2]) a CROSS JOIN UNNEST([1,2]) b', '4'],
  [
    'SELECT a, b FROM UNNEST([1,2]) a LEFT JOIN UNNEST([2,3]) b ON a = b ORDER BY a',
    [
      ['1', null],
      ['2', '2'],
    ],
  ],
  ['SELECT a FROM UNNEST([1,2]) a INNER JOIN (SELECT 2 AS a) USING (a)', '2'],
  [
    "SELECT IF(x > 1, 'big', 'small') s FROM UNNEST([1,2]) x GROUP BY s HAVING COUNT(*) = 1 ORDER BY s",
    [['big'], ['small']],
  ],
  ["SELECT DATE_ADD('2024-01-01', INTERVAL 1 DAY)", '2024-01-02'],
  ["SELECT DATE_DIFF('2024-01-05', '2024-01-01', DAY)", '4'],
  ["SELECT '2024-01-01' < DATE '2024-01-02'", true],
  ["SELECT TIMESTAMP '2024-01-01' > '2023-01-01'", true],
  ['SELECT STRUCT(1 AS a) = STRUCT(2 AS a)', false],
  ["SELECT SAFE.SUBSTR('abc', 1, -1)", null],
  ["SELECT RANGE(DATE '2024-01-01', NULL)", ['2024-01-01', null]],
  [
    "SELECT RANGE_INTERSECT(RANGE<DATE> '[2024-01-01, 2024-02-01)', RANGE<DATE> '[2024-01-15, 2024-03-01)')",
    ['2024-01-15', '2024-02-01'],
  ],
  ["SELECT RANGE_START(RANGE<DATE> '[UNBOUNDED, 2024-01-01)')", null],
  ["SELECT RANGE_CONTAINS(RANGE<DATE> '[2024-01-01, 2024-02-01)', DATE '2024-02-01')", false],
];

test.each(ANSWERS)('%s is %j', async (text, wanted) => {
  const answer = await ask(text);
  expect(isAnswer(answer, wanted), JSON.stringify(answer)).toBe(true);
});

const REFUSED: readonly string[] = [
  'SELECT foo FROM (SELECT 1 AS fooo)',
  'SELECT nosuch(1)',
  "SELECT 1 + 'a'",
  'SELECT x FROM UNNEST([1]) x GROUP BY 1 HAVING y > 1',
  'SELECT SUM(x), x FROM UNNEST([1]) x',
  "SELECT EXTRACT(YEAR FROM '2024-01-01')",
  "SELECT RANGE(DATE '2024-01-02', DATE '2024-01-01')",
  "SELECT RANGE_INTERSECT(RANGE<DATE> '[2024-01-01, 2024-01-10)', RANGE<DATE> '[2024-01-15, 2024-03-01)')",
];

test.each(REFUSED)('%s is an error', async (text) => {
  await expect(ask(text)).rejects.toMatchObject({ code: 'INVALID' });
});
