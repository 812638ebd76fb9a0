import type { HostFunction } from './function.ts';

/** Decimals of more digits than DuckDB reckons with, as texts. */
export const DECIMALS: readonly HostFunction[] = [
  {
    name: 'bq_divide_text',
    parameters: ['VARCHAR', 'VARCHAR', 'BIGINT'],
    result: 'VARCHAR',
    evaluate: (a, b, scale) => divide(String(a), String(b), Number(scale)),
  },
];

/** `digits` counted in units of 10 to the power of `-scale`. */
interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

function parse(text: string): Decimal {
  const [whole = '0', fraction = ''] = text.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

/** Rounded to `scale` decimals, halves away from zero. */
function divide(a: string, b: string, scale: number): string | null {
  const [x, y] = [parse(a), parse(b)];
  if (y.digits === 0n) return null;
  const negative = x.digits < 0n !== y.digits < 0n;
  const dividend = abs(x.digits) * 10n ** BigInt(scale + y.scale);
  const divisor = abs(y.digits) * 10n ** BigInt(x.scale);
  const digits = String((dividend + divisor / 2n) / divisor).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

const abs = (number: bigint): bigint => (number < 0n ? -number : number);
