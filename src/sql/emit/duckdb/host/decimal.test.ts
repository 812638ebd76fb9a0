import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DECIMALS } from './decimal.ts';

const divide = (a: string, b: string, scale = 9) => DECIMALS[0]?.evaluate(a, b, BigInt(scale));

test.each([
  ['1', '3', '0.333333333'],
  ['2', '3', '0.666666667'],
  ['-2', '3', '-0.666666667'],
  ['99999999999999999999.000000000', '3', '33333333333333333333.000000000'],
  ['1', '0.000000003', '333333333.333333333'],
])('%s / %s is %s', (a, b, quotient) => {
  expect(divide(a, b)).toBe(quotient);
});

test('by zero there is none', () => {
  expect(divide('1', '0.000')).toBeNull();
});

test('the quotient is never further than half a unit from the truth', () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 30n), 10n ** 30n), fc.bigInt(1n, 10n ** 20n), (a, b) => {
      const quotient = BigInt(String(divide(String(a), String(b), 4)).replace('.', ''));
      const rest = a * 10_000n - quotient * b;
      expect((rest < 0n ? -rest : rest) * 2n <= b).toBe(true);
    }),
  );
});
