import { typeFault, valueFault } from '../error.ts';
import { Float, type Value } from './value.ts';

/** int, float and bool as Python's arithmetic sees them; undefined for anything else. */
export type Numeric = { readonly int: number | bigint } | { readonly float: number };

export function numeric(value: Value): Numeric | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { int: value } : { float: value };
  if (typeof value === 'bigint') return { int: value };
  if (typeof value === 'boolean') return { int: value ? 1 : 0 };
  return value instanceof Float ? { float: value.value } : undefined;
}

/** An int in its one form: a number while safe, else a bigint. */
export function int(value: bigint | number): number | bigint {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : BigInt(value);
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** A float in its one form: a plain number unless that would read as an int. */
export function float(value: number): number | Float {
  return Number.isSafeInteger(value) ? new Float(value) : value;
}

export function isInt(value: Value): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
}

export function isFloat(value: Value): value is number | Float {
  return value instanceof Float || (typeof value === 'number' && !Number.isSafeInteger(value));
}

/** A number of any kind as JavaScript's; a fault for what is none. */
export function toNumber(value: Value, what = 'a number'): number {
  const known = numeric(value);
  if (known === undefined) throw typeFault(`must be ${what}`);
  return 'int' in known ? Number(known.int) : known.float;
}

/** A Python index or count. */
export function toIndex(value: Value, what = 'an integer'): number {
  const known = numeric(value);
  if (known === undefined || 'float' in known) throw typeFault(`must be ${what}`);
  return Number(known.int);
}

/** int(text, base); undefined when the text is no such int. */
export function parseInteger(text: string, base = 10): number | bigint | undefined {
  const match = /^\s*([+-]?)(?:0([bBoOxX]))?((?:_?[\da-zA-Z])+)\s*$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', prefix = '', body = ''] = match;
  const prefixed = { b: 2, o: 8, x: 16 }[prefix.toLowerCase()];
  if (prefixed !== undefined && base !== 0 && base !== prefixed) return undefined;
  const radix = prefixed ?? (base === 0 ? 10 : base);
  let value = 0n;
  for (const digit of body.replaceAll('_', '')) {
    const number = Number.parseInt(digit, 36);
    if (Number.isNaN(number) || number >= radix) return undefined;
    value = value * BigInt(radix) + BigInt(number);
  }
  return int(sign === '-' ? -value : value);
}

/** float(text); undefined when the text is no number. */
export function parseFloatText(text: string): number | undefined {
  const trimmed = text.trim().replace(/(?<=\d)_(?=\d)/g, '');
  const special = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(trimmed);
  if (special !== null) {
    if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
    return special[1] === '-' ? -Infinity : Infinity;
  }
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** int() of a float: towards zero. */
export function truncated(value: number): number | bigint {
  if (!Number.isFinite(value))
    throw valueFault(`cannot convert float ${Number.isNaN(value) ? 'NaN' : 'infinity'} to integer`);
  return int(Math.trunc(value));
}

/** repr() of a float. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  const text = String(value);
  return Number.isInteger(value) ? `${text}.0` : text;
}

/** Fixed notation with half to even on exact ties, as Python writes it; `toFixed` takes ties away from zero. */
export function fixedText(value: number, digits: number): string {
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
  const away = value.toFixed(digits);
  const exact = value.toFixed(Math.min(100, digits + 30));
  const dot = exact.indexOf('.');
  if (!/^50*$/.test(exact.slice(dot + 1 + digits))) return away;
  const towards = exact.slice(0, digits === 0 ? dot : dot + 1 + digits);
  return Number(towards.at(-1)) % 2 === 0 ? towards : away;
}

/** Python's round(): half to even; `digits` may be negative. */
export function roundHalfEven(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 70) return value;
  if (digits >= 0) return Number(fixedText(value, digits));
  const unit = 10 ** -digits;
  return Number(fixedText(value / unit, 0)) * unit;
}
