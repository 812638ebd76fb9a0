import { beforeAll, expect, test } from 'vitest';
import { type Asker, isAnswer, openAsker } from '../../../../test/conformance/googlesql/answers.ts';

let ask: Asker;

beforeAll(async () => {
  ask = await openAsker();
});

const ROWS = "UNNEST([STRUCT(1 AS g, 10 AS x, '1' AS s), (1, 5, '2'), (2, 0, 'x')])";

/** What DuckDB takes neither in TRY nor, in part, in lambdas: aggregates, windows, subqueries, volatile functions. */
const ANSWERS: readonly (readonly [text: string, answer: unknown])[] = [
  [`SELECT SAFE_DIVIDE(SUM(x), COUNT(*)) FROM ${ROWS}`, 5],
  [`SELECT SAFE_DIVIDE(SUM(x), COUNTIF(x > 99)) FROM ${ROWS}`, null],
  [
    `SELECT g, SAFE_DIVIDE(SUM(x), COUNT(*)) FROM ${ROWS} GROUP BY g ORDER BY SAFE_DIVIDE(SUM(x), COUNT(*)) DESC`,
    [
      ['1', '7.5'],
      ['2', '0'],
    ],
  ],
  [`SELECT g FROM ${ROWS} GROUP BY g HAVING SAFE_DIVIDE(SUM(x), COUNT(*)) > 1`, '1'],
  [`SELECT SAFE_ADD(SUM(x), 9223372036854775807) FROM ${ROWS}`, null],
  [`SELECT SAFE_ADD(SUM(x), 1) FROM ${ROWS}`, '16'],
  [`SELECT SAFE_SUBTRACT(MAX(x) OVER (), x) FROM ${ROWS} ORDER BY 1`, [['0'], ['5'], ['10']]],
  [`SELECT x FROM ${ROWS} QUALIFY SAFE_MULTIPLY(RANK() OVER (ORDER BY x), 2) = 4`, '5'],
  [`SELECT SAFE_NEGATE((SELECT MAX(x) FROM ${ROWS}))`, '-10'],
  [`SELECT SAFE_DIVIDE(NUMERIC '1', (SELECT MIN(x) FROM ${ROWS}))`, null],
  [`SELECT SAFE_DIVIDE(SUM(CAST(x AS NUMERIC)), SUM(g)) FROM ${ROWS}`, '3.75'],
  [`SELECT x FROM ${ROWS} t WHERE SAFE_ADD(x, (SELECT MAX(u.g) FROM ${ROWS} u WHERE u.g = t.g)) = 11`, '10'],
  [`SELECT SAFE.LN(SUM(x) - 15) FROM ${ROWS}`, null],
  [`SELECT SAFE.SUBSTR(MAX(s), 1, -1) FROM ${ROWS}`, null],
  [`SELECT SAFE.PARSE_DATE('%Y', MAX(s)) FROM ${ROWS}`, null],
  [`SELECT SAFE.PARSE_JSON(MAX(s)) FROM ${ROWS}`, null],
  [`SELECT JSON_VALUE(MAX('{"a": 1}'), '$.a') FROM ${ROWS}`, '1'],
  [`SELECT SAFE_CAST(MAX(s) AS INTERVAL) FROM ${ROWS}`, null],
  [`SELECT SAFE_CAST(ANY_VALUE(s) OVER () AS INT64) IS NULL FROM ${ROWS} LIMIT 1`, false],
  [`SELECT SAFE_CAST((SELECT b'\\xff') AS STRING)`, null],
  [`SELECT SAFE_CAST(MAX(b'\\xff') AS STRING FORMAT 'UTF-8') FROM ${ROWS}`, null],
  [`SELECT IFERROR(DIV(1, MIN(x)), -1) FROM ${ROWS}`, '-1'],
  [`SELECT IFERROR(SAFE_ADD(SUM(x), 1) + DIV(MAX(x), COUNT(*)), -1) FROM ${ROWS}`, '19'],
  [`SELECT ISERROR(1 / (SELECT MIN(x) FROM ${ROWS}))`, true],
  [`SELECT NULLIFERROR(DIV(x, LAG(x) OVER (ORDER BY x))) FROM ${ROWS} ORDER BY x`, [[null], [null], ['2']]],
  ['SELECT SAFE_ADD(CAST(RAND() AS INT64), 5) > 4', true],
  [`SELECT INSTR('xaxa', (SELECT 'a'), 1, 2)`, '4'],
  [`SELECT ARRAY_TO_STRING(['a', NULL], (SELECT '-'), (SELECT 'b'))`, 'a-b'],
  [
    `SELECT SAFE_ADD(g + 1, x) AS v, COUNT(*) FROM ${ROWS} GROUP BY v ORDER BY v`,
    [
      ['3', '1'],
      ['7', '1'],
      ['12', '1'],
    ],
  ],
  [`SELECT SAFE_ADD(g + 1, COUNT(*)) FROM ${ROWS} GROUP BY g + 1 ORDER BY 1`, [['4'], ['4']]],
  [`SELECT SAFE_DIVIDE(1e308, 1e-10)`, null],
  [`SELECT SAFE_MULTIPLY(1e308, 10.0)`, null],
];

test.each(ANSWERS)('%s is %j', async (text, wanted) => {
  const answer = await ask(text);
  expect(isAnswer(answer, wanted), JSON.stringify(answer)).toBe(true);
});

test.each(['SELECT SAFE_ADD(DIV(1, 0), 1)', "SELECT SAFE.SUBSTR('abc', DIV(1, 0))", 'SELECT 1e308 / 1e-10'])(
  'an error in an argument is one: %s',
  async (text) => {
    await expect(ask(text)).rejects.toMatchObject({ code: 'INVALID' });
  },
);

test.each(['SELECT SAFE.SUM(x) FROM UNNEST([1]) x', 'SELECT SAFE.ROW_NUMBER() OVER ()'])(
  'SAFE is for functions of single values: %s',
  async (text) => {
    await expect(ask(text)).rejects.toThrow(/does not support SAFE error mode/);
  },
);
