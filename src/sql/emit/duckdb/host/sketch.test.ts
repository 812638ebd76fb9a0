import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HostValue } from './function.ts';
import { SKETCHES } from './sketch.ts';

function call(name: string, ...args: readonly HostValue[]): HostValue | null {
  const found = SKETCHES.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(name);
  return found.evaluate(...args);
}

const hex = (bytes: HostValue | null) => Buffer.from(bytes as Uint8Array).toString('hex');

function sketch(numbers: readonly number[], precision = 15): string {
  const hashes = numbers.map((number) => call('bq_fingerprint2011_int64', BigInt(number)));
  return hex(call('bq_hll_init', hashes.join(','), BigInt(numbers.length), BigInt(precision), 8n));
}

const count = (text: string) => Number(call('bq_hll_extract', Buffer.from(text, 'hex')));
const merge = (...sketches: readonly string[]) => hex(call('bq_hll_merge', sketches.join(',')));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

test('sketches are BigQuery’s, byte by byte', () => {
  expect(sketch([1, 2, 3])).toBe('08701003180220088207121003180f2014320aacfc20eaa60debfea101');
  expect(merge(sketch([1, 2, 3]), sketch([4, 5, 6]))).toBe(
    '087010061802200882071a1006180f20143212a3a605c1d102c88419e2af0c8877ebfea101',
  );
});

test('few values are counted exactly, many within two in a hundred', () => {
  expect(count(sketch(range(0, 1000)))).toBe(1000);
  const many = 60_000;
  expect(Math.abs(count(sketch(range(0, many))) / many - 1)).toBeLessThan(0.02);
});

test('merged sketches count what is in any, also of different precision', () => {
  expect(count(merge(sketch(range(0, 100)), sketch(range(50, 150))))).toBe(150);
  const mixed = count(merge(sketch(range(0, 4000), 12), sketch(range(2000, 6000), 15)));
  expect(Math.abs(mixed / 6000 - 1)).toBeLessThan(0.05);
});

test('the order of merging does not matter', () => {
  const numbers = fc.array(fc.nat(), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      expect(merge(sketch(a), sketch(b))).toBe(merge(sketch(b), sketch(a)));
    }),
  );
});

test('what is no sketch has no count', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const counted = call('bq_hll_extract', bytes);
      expect(counted === null || typeof counted === 'bigint').toBe(true);
    }),
  );
  expect(call('bq_hll_extract', Buffer.from('abc'))).toBeNull();
  expect(call('bq_hll_merge', '616263')).toBeNull();
});
