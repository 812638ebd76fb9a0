import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type Asker, openAsker } from '../../../../test/conformance/googlesql/answers.ts';

let ask: Asker;

beforeAll(async () => {
  ask = await openAsker();
});

const RUNS = { numRuns: 60 };
const BILLION = 1_000_000_000n;

/** Whole billionths, of the magnitudes that NUMERIC takes different ways. */
const billionths = fc.oneof(
  fc.bigInt({ min: -BILLION, max: BILLION }),
  fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
  fc.bigInt({ min: -(10n ** 23n), max: 10n ** 23n }),
);

/** Half away from zero (GoogleSQL, Decimal types). */
function rounded(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const [n, d] = [numerator < 0n ? -numerator : numerator, denominator < 0n ? -denominator : denominator];
  const quotient = (n + d / 2n) / d;
  return negative ? -quotient : quotient;
}

function numeric(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(10, '0');
  const text = `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
  return value < 0n ? `-${text}` : text;
}

test('NUMERIC is added, multiplied, divided and rounded as whole numbers of billionths are', async () => {
  await fc.assert(
    fc.asyncProperty(billionths, billionths, fc.integer({ min: 0, max: 8 }), async (a, b, digits) => {
      fc.pre(b !== 0n);
      const unit = 10n ** BigInt(9 - digits);
      const [x, y] = [`NUMERIC '${numeric(a)}'`, `NUMERIC '${numeric(b)}'`];
      const small = numeric(a % BILLION);
      const [answer] = (await ask(
        `SELECT ${x} + ${y}, NUMERIC '${small}' * ${y}, NUMERIC '${small}' / ${y}, ROUND(${x}, ${digits}), ROUND(${x}, d), TRUNC(${x}, d)
         FROM UNNEST([${digits}]) AS d`,
      )) as string[][];
      expect(answer).toEqual(
        [
          a + b,
          rounded((a % BILLION) * b, BILLION),
          rounded((a % BILLION) * BILLION, b),
          rounded(a, unit) * unit,
          rounded(a, unit) * unit,
          (a / unit) * unit,
        ].map(numeric),
      );
    }),
    RUNS,
  );
});

const DAY = 86_400_000;
const days = fc.integer({ min: -700_000, max: 2_900_000 });

test('dates are counted, cut into parts, written and read as the calendar has them', async () => {
  await fc.assert(
    fc.asyncProperty(days, fc.integer({ min: -1000, max: 1000 }), async (day, count) => {
      const date = new Date(day * DAY);
      fc.pre(
        new Date((day + count) * DAY).getUTCFullYear() <= 9999 && new Date((day + count) * DAY).getUTCFullYear() >= 1,
      );
      const iso = (of: number): string => new Date(of * DAY).toISOString().slice(0, 10);
      const [answer] = (await ask(
        `SELECT d, UNIX_DATE(d), DATE_ADD(d, INTERVAL ${count} DAY), DATE_DIFF(DATE_ADD(d, INTERVAL ${count} DAY), d, DAY),
          EXTRACT(YEAR FROM d), EXTRACT(MONTH FROM d), EXTRACT(DAYOFWEEK FROM d), PARSE_DATE('%E4Y-%m-%d', FORMAT_DATE('%E4Y-%m-%d', d)) = d,
          LAST_DAY(d) >= d AND EXTRACT(DAY FROM DATE_ADD(LAST_DAY(d), INTERVAL 0 DAY)) >= 28
         FROM UNNEST([DATE_FROM_UNIX_DATE(${day})]) AS d`,
      )) as unknown[][];
      expect(answer).toEqual([
        iso(day),
        String(day),
        iso(day + count),
        String(count),
        String(date.getUTCFullYear()),
        String(date.getUTCMonth() + 1),
        String(date.getUTCDay() + 1),
        true,
        true,
      ]);
    }),
    RUNS,
  );
});

test('hashes are those of the bytes of the text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.stringMatching(/^[^'\\\n\r\0]{0,40}$/u), async (text) => {
      const hash = (name: string): string => createHash(name).update(text).digest('hex');
      const [answer] = (await ask(
        `SELECT TO_HEX(MD5('${text}')), TO_HEX(SHA1('${text}')), TO_HEX(SHA256('${text}')), TO_HEX(SHA512('${text}')),
          FROM_BASE64(TO_BASE64(CAST('${text}' AS BYTES))) = CAST('${text}' AS BYTES)`,
      )) as unknown[][];
      expect(answer).toEqual([hash('md5'), hash('sha1'), hash('sha256'), hash('sha512'), true]);
    }),
    RUNS,
  );
});
