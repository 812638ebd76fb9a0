import { beforeAll, expect, test } from 'vitest';
import { type Asker, isAnswer, openAsker } from '../../../../test/conformance/googlesql/answers.ts';

let ask: Asker;

beforeAll(async () => {
  ask = await openAsker();
});

/** Statements with tables, views, routines and variables; and what the binder refuses. A number stands for a FLOAT64. */
const ANSWERS: readonly (readonly [text: string, answer: unknown])[] = [
  [
    `CREATE TABLE test.a (x INT64, s STRING); INSERT INTO test.a VALUES (1, '5'), (2, 'x');
    MERGE test.a AS t USING (SELECT 1 AS x UNION ALL SELECT 3) AS s ON t.x = s.x
      WHEN MATCHED AND SAFE.LN(t.x) = 0 AND IFERROR(CAST(t.s AS INT64), 0) > s.x
        THEN UPDATE SET s = CAST(SAFE_ADD(t.x, CAST(t.s AS INT64)) AS STRING)
      WHEN NOT MATCHED THEN INSERT (x, s) VALUES (s.x, CAST(SAFE_ADD(s.x, DIV(s.x, 1)) AS STRING));
    SELECT * FROM test.a ORDER BY x`,
    [
      ['1', '6'],
      ['2', 'x'],
      ['3', '6'],
    ],
  ],
  ["CREATE TABLE d.t AS SELECT AS VALUE STRUCT(1 AS a, 'x' AS b); SELECT b FROM d.t", 'x'],
  ["CREATE VIEW d.v AS SELECT AS STRUCT 1 AS a, 'x' AS b; SELECT b FROM d.v", 'x'],
  [
    'SELECT AS STRUCT x AS a, -x AS b FROM UNNEST([2,1]) x ORDER BY x',
    [
      ['1', '-1'],
      ['2', '-2'],
    ],
  ],
  ['SELECT ARRAY(SELECT AS STRUCT 1 AS a)[0].a', '1'],
  ['SELECT (SELECT AS STRUCT 1 AS a, 2 AS b).b', '2'],
  ['DECLARE x INT64; SET x = (SELECT 5); SELECT x', '5'],
  ["DECLARE d DATE DEFAULT '2024-01-01'; SELECT d", '2024-01-01'],
  [
    "CREATE TABLE d.t (a INT64, b STRING); INSERT INTO d.t VALUES (1, 'x'), (2, NULL); UPDATE d.t SET b = 'y' WHERE a = 2; SELECT STRING_AGG(b, '' ORDER BY a) FROM d.t",
    'xy',
  ],
  ['CREATE TABLE d.t (a NUMERIC(5,2)); INSERT INTO d.t VALUES (1.239); SELECT a FROM d.t', '1.24'],
  ['CREATE TABLE d.t (a FLOAT64); INSERT INTO d.t VALUES (1), (2.5); SELECT SUM(a) FROM d.t', 3.5],
  ['CREATE TABLE d.t (a JSON); INSERT INTO d.t VALUES (JSON \'{"b":1}\'); SELECT a.b FROM d.t', '1'],
  [
    "CREATE TABLE d.t (a STRUCT<x INT64, y ARRAY<STRING>>); INSERT INTO d.t VALUES ((1, ['p'])); SELECT a.y[0] FROM d.t",
    'p',
  ],
  ['CREATE FUNCTION d.f(x INT64) RETURNS INT64 AS (x * 2); SELECT d.f(4)', '8'],
  ['CREATE TEMP FUNCTION f(x ANY TYPE) AS (x + 1); SELECT f(4)', '5'],
  ['CREATE TEMP FUNCTION f(x STRING) RETURNS STRING LANGUAGE js AS "return x.toUpperCase();"; SELECT f(\'a\')', 'A'],
  ['CREATE TEMP FUNCTION f(x FLOAT64, y FLOAT64) RETURNS FLOAT64 LANGUAGE js AS "return x * y;"; SELECT f(2, 3)', 6],
  ['CREATE TABLE d.t (a INT64 DEFAULT 7, b INT64); INSERT INTO d.t (b) VALUES (1); SELECT a FROM d.t', '7'],
  [
    'SELECT * FROM (SELECT 1 AS q, 10 AS v UNION ALL SELECT 2, 20) PIVOT(SUM(v) AS s, COUNT(*) AS c FOR q IN (1 AS a, 2 AS b))',
    [['10', '1', '20', '1']],
  ],
  [
    "SELECT * FROM (SELECT 1 AS id, 2 AS a, NULL AS b) UNPIVOT INCLUDE NULLS (v FOR k IN (a AS 'A', b AS 'B')) ORDER BY k",
    [
      ['1', '2', 'A'],
      ['1', null, 'B'],
    ],
  ],
  [
    "SELECT * FROM (SELECT 1 AS a1, 2 AS a2, 3 AS b1, 4 AS b2) UNPIVOT((x, y) FOR k IN ((a1, a2) AS 'A', (b1, b2) AS 'B')) ORDER BY k",
    [
      ['1', '2', 'A'],
      ['3', '4', 'B'],
    ],
  ],
  [
    'SELECT x, y, SUM(v) FROM (SELECT 1 AS x, 2 AS y, 3 AS v) GROUP BY ROLLUP(x, y) ORDER BY 1, 2',
    [
      [null, null, '3'],
      ['1', null, '3'],
      ['1', '2', '3'],
    ],
  ],
  ["SELECT IF(FALSE, ERROR('x'), 'ok')", 'ok'],
  ['SELECT 10 / NULLIF(0, 0)', null],
  ["SELECT TIMESTAMP_TRUNC(TIMESTAMP '2024-06-15 10:11:12', MONTH)", '2024-06-01 00:00:00+00'],
  ["SELECT TIMESTAMP_TRUNC(TIMESTAMP '2024-06-15 10:11:12', QUARTER)", '2024-04-01 00:00:00+00'],
  ["SELECT DATETIME_ADD(DATETIME '2024-01-31 10:00:00', INTERVAL 1 MONTH)", '2024-02-29T10:00:00'],
  ["SELECT DATETIME_SUB(DATETIME '2024-03-31 10:00:00', INTERVAL 1 QUARTER)", '2023-12-31T10:00:00'],
  ["SELECT BYTE_LENGTH(b'\\x00\\xff')", '2'],
  ["SELECT TO_JSON(DATE '2024-01-01')", '"2024-01-01"'],
  ["SELECT TO_JSON(NUMERIC '1.5')", '1.5'],
  ["SELECT TO_JSON(b'a')", '"YQ=="'],
  ['SELECT TO_JSON([STRUCT(1 AS b, 2 AS a)])', '[{"a":2,"b":1}]'],
  ['SELECT TO_JSON(1.0)', '1.0'],
  ["SELECT JSON_OBJECT('x', 1.0)", '{"x":1.0}'],
  ["SELECT JSON_VALUE(TO_JSON(STRUCT(1.5 AS a)), '$.a')", '1.5'],
  ['SELECT FLOAT64(TO_JSON(2.0))', 2],
  ['SELECT UPPER(NULL)', null],
  ["SELECT DATE '2024-01-01' = '2024-01-01'", true],
  ['SELECT TRUE > FALSE', true],
  ["SELECT b'a' < b'b'", true],
];

test.each(ANSWERS)('%s is %j', async (text, wanted) => {
  const answer = await ask(text);
  expect(isAnswer(answer, wanted), JSON.stringify(answer)).toBe(true);
});

const REFUSED: readonly string[] = [
  "CREATE TABLE d.t (a STRING(2)); INSERT INTO d.t VALUES ('abc'); SELECT 1",
  "SELECT EXTRACT(EPOCH FROM TIMESTAMP '2024-01-01')",
  "SELECT TIME '24:00:00'",
  "SELECT JSON '1' = JSON '1'",
  "SELECT DISTINCT JSON '1'",
  'SELECT ST_GEOGPOINT(0,0) = ST_GEOGPOINT(0,0)',
  'SELECT [1] = [1]',
  "SELECT x FROM UNNEST([JSON '1']) x GROUP BY x",
  'SELECT x FROM UNNEST([[1]]) x',
  "SELECT COUNT(*) FROM UNNEST([JSON '1']) x ORDER BY x",
  "SELECT SUM('a')",
  "SELECT MAX(JSON '1')",
  'SELECT MAX([1])',
  'SELECT 1 WHERE 1',
  'SELECT LENGTH(1)',
  "SELECT DATE '2024-01-01' = TIMESTAMP '2024-01-01'",
  "SELECT 1 = '1'",
  'SELECT IF(1, 2, 3)',
  "SELECT IF(TRUE, 1, 'a')",
  'SELECT x FROM UNNEST([1])',
  'SELECT a FROM (SELECT 1 AS a) x, (SELECT 2 AS a) y',
  'SELECT 1 LIMIT -1',
  "SELECT 1 AS x UNION ALL SELECT 'a'",
  'SELECT 1, 2 UNION ALL SELECT 1',
  'SELECT 1 UNION SELECT 1',
  'SELECT COUNT(*) OVER (ORDER BY 1 ROWS BETWEEN 1 FOLLOWING AND 1 PRECEDING)',
  'SELECT SUM(SUM(1))',
];

test.each(REFUSED)('%s is an error', async (text) => {
  await expect(ask(text)).rejects.toMatchObject({ code: 'INVALID' });
});
