import { int, numeric } from '../number.ts';
import { natives } from '../signature.ts';
import type { Value } from '../value.ts';

function bits(value: Value): string {
  const known = numeric(value);
  const magnitude = known !== undefined && 'int' in known ? BigInt(known.int) : 0n;
  return magnitude === 0n ? '' : (magnitude < 0n ? -magnitude : magnitude).toString(2);
}

function floatOf(value: Value): number {
  const known = numeric(value);
  return known !== undefined && 'float' in known ? known.float : Number(value);
}

export const INT_METHODS = natives({
  bit_length: ['', (value: Value) => bits(value).length],
  bit_count: ['', (value: Value) => bits(value).replaceAll('0', '').length],
  conjugate: ['', (value: Value) => int(Number(value))],
  is_integer: ['', () => true],
});

export const FLOAT_METHODS = natives({
  is_integer: ['', (value: Value) => Number.isInteger(floatOf(value))],
  conjugate: ['', (value: Value) => value],
});
