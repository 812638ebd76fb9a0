import { beforeAll, expect, test } from 'vitest';
import { type Asker, openAsker } from '../../../../test/conformance/googlesql/answers.ts';

let ask: Asker;

beforeAll(async () => {
  ask = await openAsker();
});

/** Texts with the rows of their answers as JSON, each row's only value alone. */
const ANSWERS: readonly (readonly [text: string, answer: string])[] = [
  ['SELECT CORR(x,y) FROM UNNEST([STRUCT(1.0 AS x, 5.0 AS y)])', 'null'],
  ['SELECT APPROX_QUANTILES(x, 2 RESPECT NULLS) FROM UNNEST([NULL,NULL,1,1,1,4,5,6,7,8,9,10]) x', '[null,"4","10"]'],
  [
    "DATETIME_TRUNC(TIMESTAMP '2020-02-02 10:20:30', DAY), DATETIME_TRUNC('2020-02-02 10:20:30', HOUR)",
    '["2020-02-02 00:00:00+00","2020-02-02T10:00:00"]',
  ],
  ["FORMAT('%t|%T', NULL, NULL)", '"NULL|NULL"'],
  ["FORMAT('%T', b'ab\\x01')", '"b\\"ab\\\\x01\\""'],
  ["FORMAT('%P', JSON '{\"a\":1}')", '"{\\n  \\"a\\": 1\\n}"'],
  ["FORMAT_DATE('%J', DATE '2024-01-05')", '"005"'],
  ["NET.HOST('mailto:?to=&subject=')", '"mailto"'],
  [
    "SELECT STRING_AGG(x, '-' HAVING MAX y), SUM(DISTINCT z HAVING MIN y), COUNTIF(z > 1 HAVING MAX y), COUNT(x HAVING MAX y), AVG(z HAVING MAX y) FROM UNNEST([STRUCT('a' AS x, 1 AS y, 1 AS z),('b',2,3),('c',2,1)])",
    '["b-c","1","1","2","2"]',
  ],
  [
    "SELECT MAX(x HAVING MAX y), MIN(x HAVING MAX y) FROM UNNEST([STRUCT('a' AS x, 1 AS y),('b',2),('c',2)])",
    '["c","b"]',
  ],
  [
    "SELECT FORMAT(f, 1.5) FROM UNNEST(['%.1f', '%5.2f', '%e', '%g', '%t', '%T', '%G', '%010.3f', '%-8.1f|', '%+.0f']) f WITH OFFSET o ORDER BY o",
    '"1.5" ; " 1.50" ; "1.500000e+00" ; "1.5" ; "1.5" ; "1.5" ; "1.5" ; "000001.500" ; "1.5     |" ; "+2"',
  ],
  ["SELECT FORMAT(f, 'x', 3) FROM UNNEST(['%s-%d', '%t=%03d']) f WITH OFFSET o ORDER BY o", '"x-3" ; "x=003"'],
  [
    "SELECT FORMAT(f, 255) FROM UNNEST(['%x', '%#X', '%o', \"%'d\", '%5d', '%-5d|', '%i%%']) f WITH OFFSET o ORDER BY o",
    '"ff" ; "0XFF" ; "377" ; "255" ; "  255" ; "255  |" ; "255%"',
  ],
  [
    "SELECT FORMAT(f, NUMERIC '1234567.891') FROM UNNEST([\"%'.2f\", '%f', '%t']) f WITH OFFSET o ORDER BY o",
    '"1,234,567.89" ; "1234567.891000" ; "1234567.891"',
  ],
  [
    "SELECT FORMAT(f, x) FROM UNNEST([STRUCT('%d' AS f, NULL AS x), ('%t', NULL), ('%T', 4)]) WITH OFFSET o ORDER BY o",
    'null ; "NULL" ; "4"',
  ],
  ["SELECT FORMAT(f, [1,2], STRUCT(1,'a')) FROM UNNEST(['%t %T']) f", '"[1, 2] (1, \\"a\\")"'],
  ["SELECT FORMAT(f, 5, 1.23456) FROM UNNEST(['%.*f']) f", '"1.23456"'],
  ['SELECT FORMAT(f, 1.23456) FROM UNNEST([CAST(NULL AS STRING)]) f', 'null'],
  [
    "SELECT FORMAT_TIMESTAMP(f, TIMESTAMP '2020-06-01 12:00:00.5', 'America/Sao_Paulo') FROM UNNEST(['%Z|%z|%Ez', '%c', '%E3S %E*S', '%s', '%G-%V-%u %U %W %w', '%J %j', '%I %l %k %p %P', '%y %C %h %D']) f WITH OFFSET o ORDER BY o",
    '"UTC-3|-0300|-03:00" ; "Mon Jun  1 09:00:00 2020" ; "00.500 00.5" ; "1591012800" ; "2020-23-1 22 22 1" ; "155 153" ; "09  9  9 AM am" ; "20 20 Jun 06/01/20"',
  ],
  [
    "SELECT FORMAT_TIME(f, TIME '15:30:01.25') FROM UNNEST(['%T', '%R %p', '%E2S']) f WITH OFFSET o ORDER BY o",
    '"15:30:01" ; "15:30 PM" ; "01.25"',
  ],
  [
    "SELECT FORMAT_DATETIME(f, DATETIME '2024-12-30 15:30:01') FROM UNNEST(['%G-W%V', '%Y%m%d', '%A, %d %B']) f WITH OFFSET o ORDER BY o",
    '"2025-W01" ; "20241230" ; "Monday, 30 December"',
  ],
  [
    "SELECT PARSE_TIMESTAMP(f, s) FROM UNNEST([STRUCT('%Y-%m-%d %H:%M:%S%Ez' AS f, '2020-06-01 12:00:00-03:00' AS s), ('%s', '1591012800'), ('%c', 'Thu Dec 25 07:30:00 2008'), ('%Y-%m-%dT%H:%M:%E*S%z', '2020-06-01T12:00:00.123456Z'), ('%Y %Z', '2020 America/New_York')]) WITH OFFSET o ORDER BY o",
    '"2020-06-01 15:00:00+00" ; "2020-06-01 12:00:00+00" ; "2008-12-25 07:30:00+00" ; "2020-06-01 12:00:00.123456+00" ; "2020-01-01 05:00:00+00"',
  ],
  [
    "SELECT PARSE_TIMESTAMP(f, '2020-06-01', 'America/Sao_Paulo') FROM UNNEST(['%Y-%m-%d']) f",
    '"2020-06-01 03:00:00+00"',
  ],
  [
    "SELECT PARSE_DATE(f, s) FROM UNNEST([STRUCT('%G-%V-%u' AS f, '2025-01-1' AS s), ('%Y-%j', '2024-060'), ('%d %b %y', '05 may 70'), ('%F', ' 2024-02-29 ')]) WITH OFFSET o ORDER BY o",
    '"2024-12-30" ; "2024-02-29" ; "1970-05-05" ; "2024-02-29"',
  ],
  [
    "SELECT SAFE.PARSE_DATE(f, s) FROM UNNEST([STRUCT('%F' AS f, '2023-02-29' AS s), ('%F', 'x'), ('%Y', '2024 x')]) WITH OFFSET o ORDER BY o",
    'null ; null ; null',
  ],
  [
    "SELECT PARSE_TIME(f, s) FROM UNNEST([STRUCT('%I:%M %p' AS f, '12:05 am' AS s), ('%T', '23:59:59')]) WITH OFFSET o ORDER BY o",
    '"00:05:00" ; "23:59:59"',
  ],
  ["SELECT PARSE_DATE('%Q %Y', '2 2024')", '"2024-04-01"'],
  [
    'WITH g AS (SELECT 1 AS id, ST_GEOGPOINT(0,0) AS p UNION ALL SELECT 2, ST_GEOGPOINT(0,0.0001) UNION ALL SELECT 3, ST_GEOGPOINT(0,0.0002) UNION ALL SELECT 4, ST_GEOGPOINT(5,5) UNION ALL SELECT 5, NULL UNION ALL SELECT 6, ST_GEOGPOINT(1,1) UNION ALL SELECT 7, ST_GEOGPOINT(1,1.0001)) SELECT id, ST_CLUSTERDBSCAN(p, 20, 2) OVER () AS c FROM g ORDER BY id',
    '["1","0"] ; ["2","0"] ; ["3","0"] ; ["4",null] ; ["5",null] ; ["6","1"] ; ["7","1"]',
  ],
  [
    "WITH g AS (SELECT 1 AS id, 'a' AS k, ST_GEOGPOINT(0,0) AS p UNION ALL SELECT 2, 'b', ST_GEOGPOINT(0,0.0001) UNION ALL SELECT 3, 'a', ST_GEOGFROMTEXT('LINESTRING(0 0.0001, 1 1)')) SELECT id, ST_CLUSTERDBSCAN(p, 20, 1) OVER (PARTITION BY k) + 1 AS c FROM g WHERE id < 10 QUALIFY c > 0 ORDER BY id",
    '["1","1"] ; ["2","1"] ; ["3","1"]',
  ],
  [
    'WITH g AS (SELECT ST_GEOGPOINT(x/1000, 0) AS p, x FROM UNNEST(GENERATE_ARRAY(1,3000)) x) SELECT COUNT(DISTINCT c), MAX(c) FROM (SELECT ST_CLUSTERDBSCAN(p, 50, 1) OVER () AS c FROM g)',
    '["3000","2999"]',
  ],
  [
    'FROM UNNEST([1,2]) AS x |> EXTEND ST_CLUSTERDBSCAN(ST_GEOGPOINT(x, 0), 1, 1) OVER () AS c |> ORDER BY x',
    '["1","0"] ; ["2","1"]',
  ],
  [
    "FROM UNNEST([STRUCT('a' AS k, 1 AS v),('b',2),('a',3)]) |> AGGREGATE SUM(v) AS s GROUP AND ORDER BY k DESC",
    '["b","2"] ; ["a","4"]',
  ],
  ["FROM UNNEST([STRUCT('a' AS k, 1 AS v)]) |> AGGREGATE SUM(v) DESC GROUP BY k ASC", '["a","1"]'],
  ['FROM UNNEST([1,2]) AS x |> ASSERT x > 0 |> ORDER BY x', '"1" ; "2"'],
  ["FROM UNNEST([STRUCT('K' AS p, 51 AS s, 'Q1' AS q)]) |> PIVOT(SUM(s) FOR q IN ('Q1','Q2'))", '["K","51",null]'],
  [
    'CREATE FUNCTION test.any1(x ANY TYPE, y ANY TYPE) AS ((x + 4) / y); SELECT test.any1(8, 3), test.any1(1.5, 2)',
    '["4","2.75"]',
  ],
  [
    'CREATE AGGREGATE FUNCTION test.ws(x FLOAT64) AS (SUM(x) * 2); SELECT x, test.ws(x) OVER (ORDER BY x) FROM UNNEST([1.0, 2.0]) x ORDER BY x',
    '["1","2"] ; ["2","6"]',
  ],
  [
    'CREATE TABLE test.t (a INT64); INSERT test.t VALUES (1); MERGE test.t USING (SELECT 5 a) s ON FALSE WHEN NOT MATCHED THEN INSERT (a) VALUES (s.a) WHEN NOT MATCHED BY SOURCE AND t.a = 1 THEN DELETE; SELECT * FROM test.t',
    '"5"',
  ],
  [
    'CREATE TABLE test.t (a INT64, b INT64); INSERT test.t VALUES (1,1),(2,2),(3,3),(4,4); MERGE test.t USING (SELECT 5 a, 6 b) s ON FALSE WHEN NOT MATCHED AND s.a > 5 THEN INSERT (a) VALUES (0) WHEN NOT MATCHED THEN INSERT ROW WHEN NOT MATCHED BY SOURCE AND t.a = 1 THEN UPDATE SET b = 10 WHEN NOT MATCHED BY SOURCE AND t.a < 3 THEN DELETE WHEN NOT MATCHED BY SOURCE AND t.a = 3 THEN UPDATE SET a = 30; SELECT * FROM test.t ORDER BY a',
    '["1","10"] ; ["4","4"] ; ["5","6"] ; ["30","3"]',
  ],
  [
    'CREATE TABLE test.t (a INT64); INSERT test.t VALUES (1),(2); MERGE test.t t USING (SELECT 1 a, 1 k UNION ALL SELECT 1, 2) s ON t.a = s.a WHEN MATCHED AND s.k = 2 THEN UPDATE SET a = 9; SELECT a FROM test.t ORDER BY a',
    '"2" ; "9"',
  ],
  [
    'CREATE TABLE test.t (a INT64); INSERT test.t VALUES (1),(2); MERGE test.t t USING (SELECT 3 a UNION ALL SELECT 3) s ON t.a = s.a WHEN MATCHED THEN UPDATE SET a = 9 WHEN NOT MATCHED THEN INSERT ROW; SELECT a FROM test.t ORDER BY a',
    '"1" ; "2" ; "3" ; "3"',
  ],
  [
    'CREATE TABLE test.t (a INT64); INSERT test.t VALUES (1),(2); MERGE test.t t USING test.t s ON t.a = s.a + 1 WHEN MATCHED THEN UPDATE SET a = s.a * 100 WHEN NOT MATCHED BY TARGET THEN INSERT (a) VALUES (7); SELECT a FROM test.t ORDER BY a',
    '"1" ; "7" ; "100"',
  ],
  [
    'CREATE TABLE test.t (a INT64, b INT64); INSERT test.t VALUES (1,0),(2,0); UPDATE test.t SET b = s.x FROM (SELECT 1 AS k, 5 AS x) s WHERE t.a = s.k; SELECT b FROM test.t ORDER BY a',
    '"5" ; "0"',
  ],
  [
    'CREATE TABLE test.t (a INT64, b INT64); INSERT test.t VALUES (1,0),(2,0); DELETE test.t WHERE a IN (SELECT MAX(a) FROM test.t); SELECT a FROM test.t',
    '"1"',
  ],
  [
    "SET @@time_zone = 'America/Sao_Paulo'; SELECT STRING(TIMESTAMP '2020-01-01 12:00:00'), @@time_zone, EXTRACT(HOUR FROM TIMESTAMP '2020-01-01 12:00:00+00'), UNIX_SECONDS(TIMESTAMP '2020-01-01 12:00:00'), UNIX_SECONDS(TIMESTAMP '2020-01-01'), UNIX_SECONDS(TIMESTAMP '2020-01-01T12:00:00Z')",
    '["2020-01-01 12:00:00-03","America/Sao_Paulo","9","1577890800","1577847600","1577880000"]',
  ],
  [
    "SET @@time_zone = 'America/Sao_Paulo'; SELECT DATE(TIMESTAMP '2020-01-01 01:00:00+00'), CAST(TIMESTAMP '2020-01-01 01:00:00+00' AS DATE), CAST(DATE '2020-01-01' AS TIMESTAMP) = TIMESTAMP '2020-01-01 03:00:00+00', TIMESTAMP '2020-01-01 03:00:00+00' = '2020-01-01', FORMAT_TIMESTAMP('%H', TIMESTAMP '2020-01-01 12:00:00+00'), TIMESTAMP_TRUNC(TIMESTAMP '2020-01-01 01:00:00+00', DAY) = TIMESTAMP '2019-12-31 03:00:00+00', PARSE_TIMESTAMP('%F', '2020-01-01') = TIMESTAMP '2020-01-01 03:00:00+00', CAST(TIMESTAMP '2020-01-01 12:00:00+00' AS STRING), SAFE_CAST('x' AS TIMESTAMP), TIMESTAMP('2020-01-01 00:00:00') = TIMESTAMP '2020-01-01 03:00:00+00'",
    '["2019-12-31","2019-12-31",true,true,"09",true,true,"2020-01-01 09:00:00-03",null,true]',
  ],
  [
    "SET @@time_zone = '+05:30'; SELECT UNIX_SECONDS(TIMESTAMP '2020-01-01 00:00:00'), EXTRACT(MINUTE FROM TIMESTAMP '2020-01-01 12:00:00+00'), CAST(TIMESTAMP '2020-01-01 12:00:00+00' AS STRING), DATETIME(TIMESTAMP '2020-01-01 12:00:00+00')",
    '["1577817000","30","2020-01-01 17:30:00+05:30","2020-01-01T17:30:00"]',
  ],
  ["SET @@time_zone = 'UTC'; SELECT CAST(TIMESTAMP '2020-01-01 12:00:00' AS STRING)", '"2020-01-01 12:00:00+00"'],
  [
    "FORMAT_DATE('abc', CAST(NULL AS DATE)), FORMAT_DATE('abc', DATE '2020-01-01'), FORMAT_DATE('', DATE '2020-01-01')",
    '[null,"abc",""]',
  ],
  [
    'SELECT x, ST_CLUSTERDBSCAN(ST_GEOGPOINT(x, 0), 1, 1) OVER () AS a, ST_CLUSTERDBSCAN(ST_GEOGPOINT(x, 0), 1e6, 1) OVER (PARTITION BY x > 1) AS b, SUM(x) OVER () FROM UNNEST([1.0,2.0]) x ORDER BY x',
    '["1","0","0","3"] ; ["2","1","0","3"]',
  ],
  [
    "CAST(12.3 AS STRING FORMAT '9.9EEEE'), CAST(-299792458 AS STRING FORMAT 'S9.999EEEE'), CAST(0.00012 AS STRING FORMAT '9.99EEEE'), CAST(12345 AS STRING FORMAT 'TM9'), CAST(12345 AS STRING FORMAT 'TME')",
    '[" 1.2E+01","-2.998E+08"," 1.20E-04","12345","1.2345E+04"]',
  ],
  [
    "CAST(43981 AS STRING FORMAT 'XXXX'), CAST(43981 AS STRING FORMAT 'xxxxxx'), CAST(43981 AS STRING FORMAT '000000X'), CAST(-43981 AS STRING FORMAT 'XXXX')",
    '[" ABCD","   abcd"," 000ABCD","-ABCD"]',
  ],
  [
    "SELECT CAST(x AS STRING FORMAT f) FROM UNNEST([STRUCT(1234.5 AS x, '9,999.99' AS f), (12.0, '099'), (-1.5, '9.9MI')]) WITH OFFSET o ORDER BY o",
    '" 1,234.50" ; " 012" ; "1.5-"',
  ],
  [
    "CAST(1234.5 AS STRING FORMAT '9,999.99'), CAST(-12 AS STRING FORMAT '$999'), CAST(12 AS STRING FORMAT '099'), CAST(5 AS STRING FORMAT '9S'), CAST(-5 AS STRING FORMAT '9PR')",
    '[" 1,234.50"," -$12"," 012","5+","<5>"]',
  ],
];

test.each(ANSWERS)('%s', async (text, answer) => {
  const found = await ask(text);
  const wanted = answer.split(' ; ').map((row) => JSON.parse(row) as unknown);
  const single = wanted.length === 1 && !(Array.isArray(found) && Array.isArray(found[0]));
  const rows = single ? [found] : (found as unknown[][]).map((row) => (row.length === 1 ? row[0] : row));
  expect(rows).toEqual(wanted);
});

const REFUSED: readonly string[] = [
  "CAST(1 AS STRING FORMAT 'bogus')",
  'SELECT ST_CLUSTERDBSCAN(ST_GEOGPOINT(x, 0), x, 1) OVER () FROM UNNEST([1.0]) AS x',
  "SELECT FORMAT(f, 255) FROM UNNEST(['%s']) AS f",
  "SELECT FORMAT(f, 255) FROM UNNEST(['%d %d']) AS f",
  "SELECT PARSE_DATE(f, 'x') FROM UNNEST(['%F']) AS f",
  "SELECT JSON_REMOVE(JSON '{}', '$')",
  "FROM UNNEST([1, 2]) AS x |> ASSERT x > 1, 'too small:', x",
  'CREATE TABLE test.a (x INT64, y INT64); CREATE VIEW test.v AS SELECT y FROM test.a; ALTER TABLE test.a DROP COLUMN y; SELECT * FROM test.v',
  'CREATE TABLE test.a (x INT64); CREATE VIEW test.v AS SELECT x FROM a',
  "CREATE TABLE test.a (x STRING COLLATE 'und:ci')",
  'CREATE TABLE test.a (x INT64); INSERT test.a VALUES (1); MERGE test.a AS t USING (SELECT 1 AS x UNION ALL SELECT 1) AS s ON t.x = s.x WHEN MATCHED THEN UPDATE SET x = 9',
];

test.each(REFUSED)('%s is an error', async (text) => {
  await expect(ask(text)).rejects.toMatchObject({ code: 'INVALID' });
});
