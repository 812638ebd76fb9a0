import type { HostFunction } from './function.ts';

/** Numbers by the format of a CAST (GoogleSQL, Format numeric type as string). NULL for a format that is none. */
export const NUMBER_FORMATS: readonly HostFunction[] = [
  {
    name: 'bq_number_text',
    parameters: ['VARCHAR', 'VARCHAR'],
    result: 'VARCHAR',
    evaluate: (number, format) => written(String(number), String(format)),
  },
  {
    name: 'bq_number_of',
    parameters: ['VARCHAR', 'VARCHAR'],
    result: 'VARCHAR',
    evaluate: (text, format) => read(String(text), String(format).toUpperCase()),
  },
];

interface Format {
  readonly whole: string;
  readonly decimals: number;
  readonly point: boolean;
  readonly currency: boolean;
  /** S in front, S, MI or PR behind, or none: then the sign has a place in front of the first digit. */
  readonly sign: 'S-' | '-S' | 'MI' | 'PR' | '';
}

function parse(format: string): Format {
  const [, first, , whole = '', point, decimals = '', , last = ''] = NUMBER_FORMAT.exec(format) ?? [];
  const sign = first === 'S' ? 'S-' : last === 'S' ? '-S' : last === 'MI' || last === 'PR' ? last : '';
  return { whole, decimals: decimals.length, point: point !== undefined, currency: format.includes('$'), sign };
}

function written(number: string, text: string): string | null {
  const format = text.toUpperCase();
  if (/^TM9?$/.test(format)) return number;
  if (format === 'TME') return scientific(number, undefined);
  const [, first = '', mantissa, last = ''] = /^(S)?([09]+(?:[.D][09]*)?)EEEE(S|MI)?$/.exec(format) ?? [];
  if (mantissa !== undefined) {
    const decimals = mantissa.split(/[.D]/)[1]?.length ?? 0;
    return signed(scientific(number.replace(/^-/, ''), decimals), number, first, last);
  }
  if (/^S?[0X]*X[0X]*(?:S|MI)?$/.test(format)) return hexadecimal(number, text);
  return NUMBER_FORMAT.test(format) ? write(number, format) : null;
}

/** Digits, a point, groups, a currency sign, and a sign: `S` in front or behind, `MI` behind, or `PR` for brackets. */
const NUMBER_FORMAT = /^(S)?(\$)?([09,G]*)(?:([.D])([09]*))?(\$)?(S|MI|PR)?$/;

function signed(body: string, number: string, first: string, last: string): string {
  const negative = number.startsWith('-');
  if (last === 'MI') return body + (negative ? '-' : ' ');
  if (last === 'S') return body + (negative ? '-' : '+');
  return (negative ? '-' : first === 'S' ? '+' : ' ') + body;
}

/** `1.2E+01`; with as many digits as the number has where none are told. */
function scientific(number: string, decimals: number | undefined): string {
  const [, mantissa = '', sign = '+', power = ''] =
    /^(.*)e([+-])(\d+)$/.exec(Number(number).toExponential(decimals)) ?? [];
  return `${mantissa}E${sign}${power.padStart(2, '0')}`;
}

/** Whole numbers by sixteens: capitals by `X`, small letters by `x`, zeros in front from the first `0` on. */
function hexadecimal(number: string, text: string): string {
  const [, first = '', places = '', last = ''] = /^(S?)([0X]+)(S|MI)?$/i.exec(text) ?? [];
  const { digits } = rounded(number, 0);
  const hex = BigInt(digits).toString(16);
  const cased = places.includes('x') && !places.includes('X') ? hex : /^0*x/.test(places) ? hex : hex.toUpperCase();
  if (cased.length > places.length) return '#'.repeat(places.length + 1);
  const zeros = places.includes('0') ? places.length - places.indexOf('0') : 1;
  const body = signed(cased.padStart(zeros, '0'), number, first.toUpperCase(), last.toUpperCase());
  return body.padStart(places.length + 1);
}

function write(number: string, text: string): string {
  const format = parse(text);
  const { digits, decimals, negative } = rounded(number, format.decimals);
  const places = format.whole.replace(/[,G]/g, '');
  const signed = negative && /[1-9]/.test(digits + decimals);
  const fraction = format.point ? `.${decimals}` : '';
  const needed = digits.replace(/^0+/, '');
  // A number that is too long for its places is shown as none.
  if (needed.length > places.length) return '#'.repeat(text.length + (format.sign === '' ? 1 : 0));
  const forced = places.includes('0') ? places.length - places.indexOf('0') : 0;
  const least = Math.max(forced, places.length > 0 && !format.point ? 1 : 0);
  const shown = needed.padStart(Math.max(least, needed.length), '0');
  const body = `${format.currency ? '$' : ''}${grouped(shown, format.whole)}${fraction}`;
  const width = format.whole.length + (format.currency ? 1 : 0) + fraction.length;
  switch (format.sign) {
    case '':
      return `${signed ? '-' : ' '}${body}`.padStart(width + 1);
    case 'S-':
      return `${signed ? '-' : '+'}${body}`.padStart(width + 1);
    case '-S':
      return `${body}${signed ? '-' : '+'}`.padStart(width + 1);
    case 'MI':
      return `${body}${signed ? '-' : ' '}`.padStart(width + 1);
    case 'PR':
      return (signed ? `<${body}>` : ` ${body} `).padStart(width + 2);
  }
}

/** The digits with a comma wherever the format has one to their right. */
function grouped(digits: string, whole: string): string {
  let text = '';
  let at = digits.length;
  for (const place of [...whole].reverse()) {
    if (at === 0) break;
    if (place === ',' || place === 'G') text = `,${text}`;
    else text = `${digits.charAt(--at)}${text}`;
  }
  return text;
}

/** Digits before and behind the point, rounded half away from zero. */
function rounded(number: string, scale: number): { digits: string; decimals: string; negative: boolean } {
  const [, sign, whole = '0', fraction = '', power = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(number.trim()) ?? [];
  const shift = scale + Number(power) - fraction.length;
  const all = BigInt(whole + fraction);
  const divisor = shift < 0 ? 10n ** BigInt(-shift) : 1n;
  const scaled = shift < 0 ? (all + divisor / 2n) / divisor : all * 10n ** BigInt(shift);
  const text = String(scaled).padStart(scale + 1, '0');
  return {
    digits: text.slice(0, text.length - scale),
    decimals: text.slice(text.length - scale),
    negative: sign === '-',
  };
}

function read(text: string, written: string): string | null {
  const format = parse(written);
  const found = /^([+-]|<)?\$?([\d,]*)(\.\d*)?([+-]|>)?$/.exec(text.trim());
  if (found === null) return null;
  const [, before = '', whole = '', fraction = '', behind = ''] = found;
  const places = format.whole.replace(/[,G]/g, '').length;
  if (whole.replaceAll(',', '').length > places || fraction.length - 1 > format.decimals) return null;
  if (!/\d/.test(whole + fraction)) return null;
  return `${/[-<]/.test(before + behind) ? '-' : ''}${whole.replaceAll(',', '') || '0'}${fraction.length > 1 ? fraction : ''}`;
}
