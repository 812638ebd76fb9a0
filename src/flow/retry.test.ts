import { expect, test } from 'vitest';
import { milliseconds } from './duration.ts';
import { delayBefore } from './retry.ts';

test('delays grow by the back-off, are lengthened by the jitter, and end with the retries', () => {
  const policy = { retries: 3, retryDelay: '10s', backoff: 2, jitter: 0.5 } as const;
  const delays = [2, 3, 4, 5].map((next) => delayBefore(next, policy, () => 1));
  expect(delays).toEqual([15_000, 30_000, 60_000, undefined]);
  expect(delayBefore(2, policy, () => 0)).toBe(10_000);
  expect(delayBefore(2, {}, () => 0)).toBeUndefined();
});

test('a delay is an hour at the most', () => {
  expect(delayBefore(30, { retries: 99, retryDelay: '1m', backoff: 10 }, () => 0)).toBe(3_600_000);
});

test('a duration has its unit', () => {
  expect(['250ms', '1.5s', '15m', '6h', '1d'].map((text) => milliseconds(text as '1s'))).toEqual([
    250, 1_500, 900_000, 21_600_000, 86_400_000,
  ]);
  expect(() => milliseconds('10' as '10s')).toThrow('"10" is not a duration');
});
