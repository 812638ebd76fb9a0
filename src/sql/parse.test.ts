import { expect, test } from 'vitest';
import { parseScript } from './parse.ts';

const faultsOf = (text: string) =>
  parseScript(text, { file: 'model.sql' }).faults.map(({ code, line, column, message }) => ({
    code,
    at: `${line}:${column}`,
    message: message.replace(/ at \[.*$/s, ''),
  }));

test.each([
  ["SELECT 'abc\nFROM x", '1:8', 'Syntax error: Unclosed string literal'],
  ['SELECT `abc', '1:8', 'Syntax error: Unclosed identifier literal'],
  ['SELECT 1 /* never ends', '1:10', 'Syntax error: Unclosed comment'],
  ['SELECT FROM people', '1:8', 'Syntax error: Expected expression but got keyword FROM'],
  ['SELECT (1, 2', '1:13', 'Syntax error: Expected ")" but got end of script'],
  ['SLECT 1', '1:1', 'Syntax error: Unexpected identifier "SLECT"'],
  ['SELECT\n  a,\n  b +\nFROM t', '4:1', 'Syntax error: Expected expression but got keyword FROM'],
])('%j is refused at %s', (text, at, message) => {
  expect(faultsOf(text)).toEqual([{ code: 'sql/syntax', at, message }]);
});

test('every statement of a script tells its own fault, and the others stay', () => {
  const { script, faults } = parseScript('SELECT 1 +; SELECT 2; SELECT 3 +');
  expect(faults.map(({ column }) => column)).toEqual([11, 33]);
  expect(script.statements.map(({ kind }) => kind)).toEqual(['query']);
});

test('a fault names its file', () => {
  expect(parseScript('SELECT (', { file: 'models/a.sql' }).faults[0]).toMatchObject({ file: 'models/a.sql', line: 1 });
});

test.each([
  'SELECT * EXCEPT (a) REPLACE (b + 1 AS b) FROM `a-b.c.d` AS t WHERE x IN UNNEST([1, 2]) QUALIFY ROW_NUMBER() OVER w = 1 WINDOW w AS (PARTITION BY a)',
  'SELECT r"\\d+", b"\\xff", """a\nb""", 0xFF, 1e-3, .5, DATE "2024-01-01", INTERVAL 1 DAY, STRUCT<a INT64>(1), ARRAY<STRING>[]',
  'FROM t |> WHERE a > 1 |> AGGREGATE SUM(b) AS s GROUP BY c |> ORDER BY s DESC |> LIMIT 3',
  'MERGE t USING s ON t.a = s.a WHEN MATCHED AND s.b THEN UPDATE SET b = s.b WHEN NOT MATCHED THEN INSERT ROW WHEN NOT MATCHED BY SOURCE THEN DELETE',
  'CREATE OR REPLACE TABLE a.b (c INT64 NOT NULL OPTIONS (description = "x"), d ARRAY<STRUCT<e DATE>>) PARTITION BY DATE_TRUNC(f, MONTH) CLUSTER BY c AS SELECT 1',
  'BEGIN DECLARE x INT64 DEFAULT 1; WHILE x < 3 DO SET x = x + 1; END WHILE; EXCEPTION WHEN ERROR THEN SELECT @@error.message; END',
  'SELECT x, FROM t, UNNEST(t.a) WITH OFFSET o -- a comma may end the list\n# and this is a comment',
])('%j is read', (text) => {
  expect(parseScript(text).faults).toEqual([]);
});
