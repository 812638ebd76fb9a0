import type { HostFunction } from './function.ts';

/** Stands before the message of an error in a text that a function of ours gives. */
export const WRONG = '\u0001';

/** FORMAT with a pattern that is no constant (GoogleSQL, String functions, FORMAT). */
export const PRINTERS: readonly HostFunction[] = [
  {
    // The pattern, and of each argument, as a JSON array: its type, and its text by %t, %T and %p.
    name: 'bq_printf',
    parameters: ['VARCHAR', 'VARCHAR'],
    result: 'VARCHAR',
    evaluate: (pattern, args) => print(String(pattern), JSON.parse(String(args)) as Argument[]),
  },
];

type Argument = readonly [type: string, text: string | null, literal: string | null, json: string | null];

const SPECIFIER = /%([-+ #0']*)(\d+|\*)?(?:\.(\d+|\*)?)?([a-zA-Z%])/g;
const INTEGERS = 'diuoxX';
const DECIMALS = 'fFeEgG';

interface Specifier {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly letter: string;
}

/** NULL where an argument is, but for %t and %T. */
function print(pattern: string, args: readonly Argument[]): string | null {
  let next = 0;
  let isNull = false;
  let wrong: string | undefined;
  const take = (): Argument => {
    const argument = args[next++];
    if (argument === undefined) wrong ??= 'Too few arguments to FORMAT for its pattern';
    return argument ?? ['', '', '', ''];
  };
  const size = (written: string | undefined): number | undefined =>
    written === '*' ? Number(take()[1] ?? 0) : written === undefined ? undefined : Number(written);
  const text = pattern.replace(
    SPECIFIER,
    (whole: string, flags: string, widthText?: string, precisionText?: string, letter = '') => {
      if (letter === '%') return '%';
      const width = size(widthText) ?? 0;
      const precision = size(precisionText) ?? (whole.includes('.') ? 0 : undefined);
      const left = flags.includes('-') || width < 0;
      const spec = { flags, width: Math.abs(width), precision, letter };
      const [type, plain, literal, json] = take();
      const fault = type === '' || type === 'NULL' ? undefined : mismatch(letter, type);
      if (fault !== undefined) wrong ??= fault;
      if (letter === 't' || letter === 'T') return padded((letter === 't' ? plain : literal) ?? 'NULL', spec, left);
      const value = letter === 'p' || letter === 'P' ? json : plain;
      if (value === null || fault !== undefined) {
        isNull = true;
        return '';
      }
      if (letter === 's')
        return padded(precision === undefined ? value : [...value].slice(0, precision).join(''), spec, left);
      if (letter === 'p' || letter === 'P') return padded(value, spec, left);
      const [sign, digits] = INTEGERS.includes(letter) ? integer(value, spec) : decimal(value, spec);
      return filled(sign, digits, spec, left);
    },
  );
  if (next < args.length) wrong ??= 'Too many arguments to FORMAT for its pattern';
  if (wrong !== undefined) return WRONG + wrong;
  return isNull ? null : text;
}

function mismatch(letter: string, type: string): string | undefined {
  const wanted = INTEGERS.includes(letter)
    ? ['INT64']
    : DECIMALS.includes(letter)
      ? ['FLOAT64', 'NUMERIC', 'BIGNUMERIC']
      : { s: ['STRING'], p: ['JSON'], P: ['JSON'], t: [type], T: [type] }[letter];
  if (wanted === undefined) return `Invalid format specifier character "${letter}" in FORMAT string`;
  if (wanted.includes(type)) return undefined;
  return `Invalid type for argument to FORMAT; Expected ${wanted.join(' or ')}; Got ${type}`;
}

function padded(text: string, { width }: Specifier, left: boolean): string {
  const spaces = ' '.repeat(Math.max(0, width - [...text].length));
  return left ? text + spaces : spaces + text;
}

function filled(sign: string, digits: string, { width, flags, precision, letter }: Specifier, left: boolean): string {
  const room = Math.max(0, width - sign.length - digits.length);
  if (left) return sign + digits + ' '.repeat(room);
  const zeros = flags.includes('0') && !(INTEGERS.includes(letter) && precision !== undefined) && /\d/.test(digits);
  return zeros ? sign + '0'.repeat(room) + digits : ' '.repeat(room) + sign + digits;
}

function signOf(negative: boolean, flags: string): string {
  if (negative) return '-';
  return flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}

const grouped = (digits: string): string => digits.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));

function integer(text: string, { flags, precision, letter }: Specifier): [sign: string, digits: string] {
  const value = BigInt(text);
  const size = value < 0n ? -value : value;
  const radix = letter === 'o' ? 8 : letter === 'x' || letter === 'X' ? 16 : 10;
  const digits = size.toString(radix).padStart(precision ?? 1, '0');
  const prefix = flags.includes('#') && value !== 0n ? { o: '0', x: '0x', X: '0X' }[letter] : undefined;
  const shown = flags.includes("'") && radix === 10 ? grouped(digits) : digits;
  return [signOf(value < 0n, flags) + (prefix ?? ''), letter === 'X' ? shown.toUpperCase() : shown];
}

function decimal(text: string, { flags, precision = 6, letter }: Specifier): [sign: string, digits: string] {
  const value = Number(text);
  const sign = signOf(text.startsWith('-'), flags);
  if (!Number.isFinite(value)) {
    const name = Number.isNaN(value) ? 'nan' : 'inf';
    return [Number.isNaN(value) ? '' : sign, /[FEG]/.test(letter) ? name.toUpperCase() : name];
  }
  const size = text.replace(/^[-+]/, '');
  const write = /f/i.test(letter) ? fixed : /e/i.test(letter) ? exponential : general;
  const digits = write(size, precision, flags.includes('#'));
  const shown = flags.includes("'") ? grouped(digits) : digits;
  return [sign, letter === letter.toUpperCase() ? shown.toUpperCase() : shown];
}

/** A decimal's digits without its point, and how many of them stand behind it: exact for decimals and doubles. */
function scaled(text: string): { digits: bigint; scale: number } {
  const [, whole = '0', fraction = '', power = '0'] = /^(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const scale = fraction.length - Number(power);
  const digits = BigInt(whole + fraction);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

/** Rounded half to even, as C does with values that doubles hold exactly. */
function fixed(text: string, precision: number): string {
  const { digits, scale } = scaled(text);
  const cut = scale - precision;
  let kept = cut <= 0 ? digits * 10n ** BigInt(-cut) : digits / 10n ** BigInt(cut);
  if (cut > 0) {
    const rest = (digits % 10n ** BigInt(cut)) * 2n;
    const half = 10n ** BigInt(cut);
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept++;
  }
  const all = kept.toString().padStart(precision + 1, '0');
  return precision === 0 ? all : `${all.slice(0, -precision)}.${all.slice(-precision)}`;
}

function exponential(text: string, precision: number): string {
  return Number(text)
    .toExponential(Math.min(precision, 100))
    .replace(/e([+-])(\d)$/, 'e$10$2');
}

function general(text: string, precision: number, keepsZeros: boolean): string {
  const significant = precision === 0 ? 1 : precision;
  const exponent = Number(
    Number(text)
      .toExponential(significant - 1)
      .split('e')[1],
  );
  const digits =
    exponent < -4 || exponent >= significant
      ? exponential(text, significant - 1)
      : fixed(text, significant - 1 - exponent);
  return keepsZeros || !digits.includes('.') ? digits : digits.replace(/\.?0+(?=e|$)/, '');
}
