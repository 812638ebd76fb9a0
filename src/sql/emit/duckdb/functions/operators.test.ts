import { beforeAll, expect, test } from 'vitest';
import { type Asker, isAnswer, openAsker } from '../../../../../test/conformance/googlesql/answers.ts';

let ask: Asker;

beforeAll(async () => {
  ask = await openAsker();
});

/** GoogleSQL, Operators, and numeric conversions. A number stands for a FLOAT64. */
const ANSWERS: readonly (readonly [text: string, answer: unknown])[] = [
  ['7 / 2', 3.5],
  ["NUMERIC '1' / NUMERIC '3'", '0.333333333'],
  ["NUMERIC '2' / NUMERIC '3'", '0.666666667'],
  ["NUMERIC '1.5' * NUMERIC '1.5'", '2.25'],
  ["NUMERIC '99999999999999999999999999999.999999999'", '99999999999999999999999999999.999999999'],
  ["NUMERIC '99999999999999999999' / NUMERIC '3'", '33333333333333333333'],
  ["NUMERIC '12345678901234567890' * NUMERIC '1.1'", '13580246791358024679'],
  ["BIGNUMERIC '1.5' * 2", '3'],
  ['CAST(1.23456789012 AS NUMERIC)', '1.23456789'],
  ["CAST('1.2345678915' AS NUMERIC)", '1.234567892'],
  ["CAST('-1.2345678915' AS NUMERIC)", '-1.234567892'],
  ['CAST(2.5 AS INT64)', '3'],
  ['CAST(-2.5 AS INT64)', '-3'],
  ["CAST(NUMERIC '2.5' AS INT64)", '3'],
  ["CAST('0x1F' AS INT64)", '31'],
  ["CAST('-0x1F' AS INT64)", '-31'],
  ["CAST(' 12 ' AS INT64)", '12'],
  ["CAST('1e3' AS FLOAT64)", 1000],
  ["CAST('inf' AS FLOAT64)", 'Infinity'],
  ["SAFE_CAST('abc' AS INT64)", null],
  ["SAFE_CAST('1.5' AS INT64)", null],
  ["SAFE_CAST('' AS FLOAT64)", null],
  ["SAFE_CAST('1,5' AS FLOAT64)", null],
  ["SAFE_CAST('+5' AS INT64)", '5'],
  ['CAST(TRUE AS STRING)', 'true'],
  ["CAST('TRUE' AS BOOL)", true],
  ["SAFE_CAST('yes' AS BOOL)", null],
  ['CAST(5 AS BOOL)', true],
  ['CAST(1.0 AS STRING)', '1'],
  ['CAST(0.1 AS STRING)', '0.1'],
  ['CAST(1e20 AS STRING)', '1e+20'],
  ['CAST(123456789.123 AS STRING)', '123456789.123'],
  ['CAST(1e-7 AS STRING)', '1e-07'],
  ['CAST(3.0e15 AS STRING)', '3e+15'],
  ["SAFE_CAST(b'\\xff' AS STRING)", null],
  ["CAST('é' AS BYTES)", 'Ã©'],
  ['RAND() < 1', true],
  ['BIT_COUNT(5)', '2'],
  ['BIT_COUNT(-1)', '64'],
  ["BIT_COUNT(b'\\xff\\x01')", '9'],
  ['5 & 3', '1'],
  ['5 | 3', '7'],
  ['5 ^ 3', '6'],
  ['~5', '-6'],
  ['1 << 3', '8'],
  ['1 << 64', '0'],
  ['-1 >> 1', '9223372036854775807'],
  ['-5', '-5'],
  ['- NULL', null],
  ['5 IN (1, 5, NULL)', true],
  ['4 IN (1, 5, NULL)', null],
  ['4 NOT IN (1, 5)', true],
  ['NULL IN (1)', null],
  ['1 IN UNNEST([1, NULL])', true],
  ['2 IN UNNEST([1, NULL])', null],
  ['2 IN UNNEST(CAST([] AS ARRAY<INT64>))', false],
  ['NULL = NULL', null],
  ['NULL IS NOT DISTINCT FROM NULL', true],
  ["CAST('nan' AS FLOAT64) = CAST('nan' AS FLOAT64)", false],
  ["CAST('nan' AS FLOAT64) > 1", false],
  ["CAST('nan' AS FLOAT64) < 1", false],
  ["CAST('nan' AS FLOAT64) != CAST('nan' AS FLOAT64)", true],
  ["(1, 'a') = (1, 'a')", true],
  ['(1, NULL) = (1, NULL)', null],
  ['STRUCT(1, 2) IN (STRUCT(1, 2))', true],
  ["'a' || 'b'", 'ab'],
  ['[1] || [2]', ['1', '2']],
  ["'abc' LIKE 'a%'", true],
  ["'a%c' LIKE r'a\\%c'", true],
  ["'abc' LIKE ANY ('x%', 'a%')", true],
  ["'abc' LIKE ALL ('x%', 'a%')", false],
  ["'abc' NOT LIKE 'a%'", false],
  ['5 BETWEEN 1 AND 10', true],
  ['IF(NULL, 1, 2)', '2'],
  ['IFNULL(NULL, 0)', '0'],
  ['NULLIF(0, 0)', null],
  ["COALESCE(NULL, NULL, 'x')", 'x'],
  ['COALESCE(NULL)', null],
  ['CASE WHEN FALSE THEN 1 END', null],
  ["CASE 5 WHEN 5 THEN 'x' ELSE 'y' END", 'x'],
  ['TRUE AND NULL', null],
  ['FALSE AND NULL', false],
  ['TRUE OR NULL', true],
  ['NOT NULL', null],
];

test.each(ANSWERS)('%s is %j', async (text, wanted) => {
  const answer = await ask(text);
  expect(isAnswer(answer, wanted), JSON.stringify(answer)).toBe(true);
});

const REFUSED: readonly string[] = [
  '1 / 0',
  '1.0 / 0',
  '9223372036854775807 + 1',
  '-9223372036854775807 - 2',
  '9223372036854775807 * 2',
  '1e308 * 10',
  '1e308 + 1e308',
  "NUMERIC '99999999999999999999999999999.999999999' + NUMERIC '1'",
  "NUMERIC '100000000000000000000000000000'",
  'CAST(1e30 AS INT64)',
  "CAST('abc' AS INT64)",
  "CAST(b'\\xff' AS STRING)",
  '1 << -1',
];

test.each(REFUSED)('%s is an error', async (text) => {
  await expect(ask(text)).rejects.toMatchObject({ code: 'INVALID' });
});
