import { valueFault } from '../../error.ts';
import { length } from '../iterate.ts';
import { fixedText, floatText, numeric } from '../number.ts';
import { toText } from '../text.ts';
import { typeName } from '../type.ts';
import type { Value } from '../value.ts';

const SPEC = /^(?:(.)?([<>=^]))?([-+ ]?)(#?)(0?)(\d*)([,_]?)(?:\.(\d+))?([bcdeEfFgGnosxX%]?)$/su;

/** format(value, spec): Python's format specification mini-language. */
export function formatSpec(value: Value, spec: string): string {
  const match = SPEC.exec(spec);
  if (match === null) throw valueFault(`Invalid format specifier '${spec}'`);
  const [, fill, align, sign = '', alternate = '', zero = '', width = '', group = '', precision, type = ''] = match;
  const number = typeof value === 'boolean' && type === '' ? undefined : numeric(value);
  const digits = precision === undefined ? undefined : Number(precision);
  if (number === undefined) {
    if (type !== '' && type !== 's')
      throw valueFault(`Unknown format code '${type}' for object of type '${typeName(value)}'`);
    const text = Array.from(toText(value)).slice(0, digits).join('');
    return padded(text, fill ?? (zero === '' ? ' ' : '0'), align ?? '<', Number(width), 0);
  }
  const { negative, body } =
    'int' in number && !'eEfFgG%'.includes(type || 'd')
      ? integerBody(number.int, type, alternate)
      : floatBody('int' in number ? Number(number.int) : number.float, type, digits);
  const signed = negative ? '-' : sign === '-' ? '' : sign;
  const text = signed + grouped(body, group);
  const [filler, side] = align === undefined && zero !== '' ? ['0', '='] : [fill ?? ' ', align ?? '>'];
  return padded(text, filler, side, Number(width), signed.length);
}

function integerBody(value: number | bigint, type: string, alternate: string): { negative: boolean; body: string } {
  const radix = { b: 2, o: 8, x: 16, X: 16 }[type] ?? 10;
  if (type === 'c') return { negative: false, body: String.fromCodePoint(Number(value)) };
  const body = (value < 0 ? -value : value).toString(radix);
  const prefix = alternate === '' || radix === 10 ? '' : `0${type}`;
  return { negative: value < 0, body: prefix + (type === 'X' ? body.toUpperCase() : body) };
}

function floatBody(value: number, type: string, digits: number | undefined): { negative: boolean; body: string } {
  const negative = value < 0 || Object.is(value, -0);
  const magnitude = Math.abs(value);
  return { negative, body: magnitudeText(magnitude, type, digits) };
}

function magnitudeText(value: number, type: string, digits: number | undefined): string {
  if (!Number.isFinite(value)) return /[A-Z]/.test(type) ? floatText(value).toUpperCase() : floatText(value);
  switch (type) {
    case 'f':
    case 'F':
      return fixedText(value, digits ?? 6);
    case '%':
      return `${fixedText(value * 100, digits ?? 6)}%`;
    case 'e':
    case 'E': {
      const text = exponent(value.toExponential(digits ?? 6));
      return type === 'E' ? text.toUpperCase() : text;
    }
    case '':
      return digits === undefined ? floatText(value) : general(value, digits, true);
    default: {
      const text = general(value, digits ?? 6, false);
      return type === 'G' ? text.toUpperCase() : text;
    }
  }
}

/** Two digits of exponent at least. */
function exponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** The shorter of fixed and scientific notation with `digits` significant digits, trailing zeros off. */
function general(value: number, digits: number, keepsFraction: boolean): string {
  const precision = Math.max(1, digits);
  if (value === 0) return keepsFraction ? '0.0' : '0';
  const power = Number(value.toExponential(precision - 1).split('e')[1]);
  if (power < -4 || power >= precision + (keepsFraction ? -1 : 0)) {
    return exponent(value.toExponential(precision - 1).replace(/\.?0+e/, 'e'));
  }
  const fixed = fixedText(value, Math.max(0, precision - 1 - power));
  const short = fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
  return keepsFraction && !short.includes('.') ? `${short}.0` : short;
}

function grouped(body: string, separator: string): string {
  if (separator === '') return body;
  const [whole = '', ...rest] = body.split(/(?=[.e])/);
  return whole.replace(/\B(?=(\d{3})+$)/g, separator) + rest.join('');
}

function padded(text: string, fill: string, align: string, width: number, sign: number): string {
  const short = Math.max(0, width - length(text));
  if (align === '=') return text.slice(0, sign) + fill.repeat(short) + text.slice(sign);
  const left = align === '>' ? short : align === '^' ? Math.floor(short / 2) : 0;
  return fill.repeat(left) + text + fill.repeat(short - left);
}
