import { beforeAll, expect, test } from 'vitest';
import { type Asker, isAnswer, openAsker } from '../../../../test/conformance/googlesql/answers.ts';

let ask: Asker;

beforeAll(async () => {
  ask = await openAsker();
});

/** GoogleSQL, Conversion functions and format elements. A number stands for a FLOAT64. */
const ANSWERS: readonly (readonly [text: string, answer: unknown])[] = [
  ["STRING(TIMESTAMP '2008-12-25 15:30:00', 'America/Los_Angeles')", '2008-12-25 07:30:00-08'],
  ["CAST(TIMESTAMP '2008-12-25 15:30:00.5' AS STRING)", '2008-12-25 15:30:00.500+00'],
  ["CAST(DATETIME '2008-12-25 15:30:00.5' AS STRING)", '2008-12-25 15:30:00.500'],
  ["CAST(TIME '15:30:00.000001' AS STRING)", '15:30:00.000001'],
  ["CAST('2024-1-5' AS DATE)", '2024-01-05'],
  ["SAFE_CAST('05/01/2024' AS DATE)", null],
  ["CAST('2024-01-05T10:00:00' AS DATETIME)", '2024-01-05T10:00:00'],
  ["CAST(DATE '2024-01-05' AS TIMESTAMP)", '2024-01-05 00:00:00+00'],
  ["CAST(DATE '2024-01-05' AS STRING FORMAT 'DD/MM/YYYY')", '05/01/2024'],
  ["CAST('05/01/2024' AS DATE FORMAT 'DD/MM/YYYY')", '2024-01-05'],
  [
    "CAST(TIMESTAMP '2008-12-25 00:00:00+00:00' AS STRING FORMAT 'YYYY-MM-DD HH24:MI:SS TZH:TZM')",
    '2008-12-25 00:00:00 +00:00',
  ],
  ["CAST(TIMESTAMP '2008-12-25 00:00:00+00:00' AS STRING FORMAT 'TZH' AT TIME ZONE 'Asia/Kolkata')", '+05'],
  ["CAST(DATE '2024-01-05' AS STRING FORMAT 'DAY, DD MONTH YYYY')", 'FRIDAY, 05 JANUARY 2024'],
  ["CAST(DATE '2024-01-05' AS STRING FORMAT 'Day Mon')", 'Friday Jan'],
  ["CAST(DATE '2024-01-05' AS STRING FORMAT 'YYYY\"year\"MM')", '2024year01'],
  ["CAST(TIME '21:30:00' AS STRING FORMAT 'HH12:MI PM')", '09:30 PM'],
  ["CAST(DATE '2024-01-05' AS STRING FORMAT 'Q')", '1'],
  ["CAST(DATE '2024-01-05' AS STRING FORMAT 'D DDD')", '6 005'],
  ["CAST(DATETIME '2024-01-05 10:11:12.345678' AS STRING FORMAT 'SSSSS FF3')", '36672 345'],
  ["CAST(12.5 AS STRING FORMAT '999.99')", '  12.50'],
  ["CAST(1234567 AS STRING FORMAT '999,999,999')", '   1,234,567'],
  ["CAST(-5 AS STRING FORMAT '999')", '  -5'],
  ["CAST(0 AS STRING FORMAT '000')", ' 000'],
  ["CAST('1,234.5' AS NUMERIC FORMAT '9,999.9')", '1234.5'],
  ['CAST(INTERVAL 10 DAY / 3 AS STRING)', '0-0 3 8:0:0'],
  ['CAST([1,2] AS ARRAY<STRING>)', ['1', '2']],
  ["CAST(STRUCT(1, 'a') AS STRUCT<x STRING, y STRING>)", ['1', 'a']],
  ["SAFE_CAST('2024-13-01' AS DATE)", null],
  ["SAFE_CAST('12:00:00' AS TIME)", '12:00:00'],
  ["SAFE_CAST('2024-01-01 10:00:00' AS TIMESTAMP)", '2024-01-01 10:00:00+00'],
  ["SAFE_CAST('bad' AS TIMESTAMP)", null],
  ["SAFE_CAST('1e5' AS NUMERIC)", '100000'],
  ["SAFE_CAST('12,5' AS NUMERIC)", null],
  ["CAST('True' AS BOOL)", true],
  ['CAST(1.5 AS INT64)', '2'],
  ["CAST(TIMESTAMP '2024-01-01 23:00:00' AS DATE)", '2024-01-01'],
  ['CAST(1.555 AS NUMERIC(3,1))', '1.6'],
];

test.each(ANSWERS)('%s is %j', async (text, wanted) => {
  const answer = await ask(text);
  expect(isAnswer(answer, wanted), JSON.stringify(answer)).toBe(true);
});

const REFUSED: readonly string[] = [
  "SAFE_CAST('0.1234567890123456789' AS BIGNUMERIC)",
  "BIGNUMERIC '123456789012345678901'",
  "CAST('12345678901234567890123456789012345' AS NUMERIC)",
  "CAST('a' AS STRING(0))",
];

test.each(REFUSED)('%s is an error', async (text) => {
  await expect(ask(text)).rejects.toMatchObject({ code: 'INVALID' });
});
