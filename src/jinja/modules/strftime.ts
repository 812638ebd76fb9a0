import { valueFault } from '../error.ts';
import { civilOf, dateText, dayNumber, dayOfYear, isoWeek, padded, timeText, weekday } from './calendar.ts';

/** What strftime writes and strptime reads. */
export interface Moment {
  /** Since 1970-01-01. */
  readonly days: number;
  readonly micros: number;
  /** `+0300`, or nothing without a zone. */
  readonly offset: string;
  readonly zone: string;
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

/** In the C locale; `-` after the percent sign takes the padding off, as glibc does. */
export function strftime(moment: Moment, format: string): string {
  return format.replace(/%(-?)([a-zA-Z%])/g, (whole, flag: string, directive: string) => {
    const text = field(moment, directive);
    if (text === undefined) return whole;
    return flag === '' ? text : text.replace(/^[0 ]+(?=.)/, '');
  });
}

function field(moment: Moment, directive: string): string | undefined {
  const { days, micros, offset, zone } = moment;
  const { year, month, day } = civilOf(days);
  const hour = Math.floor(micros / 3600e6);
  const names = [DAYS[weekday(days)] ?? '', MONTHS[month - 1] ?? ''] as const;
  const again = (format: string): string => strftime(moment, format);
  switch (directive) {
    case 'Y':
      return String(year);
    case 'y':
      return padded(year % 100, 2);
    case 'C':
      return padded(Math.floor(year / 100), 2);
    case 'm':
      return padded(month, 2);
    case 'd':
      return padded(day, 2);
    case 'e':
      return String(day).padStart(2);
    case 'H':
      return padded(hour, 2);
    case 'I':
      return padded(hour % 12 || 12, 2);
    case 'M':
      return padded(Math.floor(micros / 60e6) % 60, 2);
    case 'S':
      return padded(Math.floor(micros / 1e6) % 60, 2);
    case 'f':
      return padded(micros % 1e6, 6);
    case 'p':
      return hour < 12 ? 'AM' : 'PM';
    case 'a':
      return names[0].slice(0, 3);
    case 'A':
      return names[0];
    case 'b':
    case 'h':
      return names[1].slice(0, 3);
    case 'B':
      return names[1];
    case 'w':
      return String((weekday(days) + 1) % 7);
    case 'u':
      return String(weekday(days) + 1);
    case 'j':
      return padded(dayOfYear(days), 3);
    case 'U':
      return padded(Math.floor((dayOfYear(days) + 6 - ((weekday(days) + 1) % 7)) / 7), 2);
    case 'W':
      return padded(Math.floor((dayOfYear(days) + 6 - weekday(days)) / 7), 2);
    case 'V':
      return padded(isoWeek(days).week, 2);
    case 'G':
      return String(isoWeek(days).year);
    case 'z':
      return offset;
    case 'Z':
      return zone;
    case 's':
      return String(days * 86_400 + Math.floor(micros / 1e6));
    case 'F':
      return dateText(days);
    case 'T':
    case 'X':
      return timeText(micros - (micros % 1e6));
    case 'R':
      return again('%H:%M');
    case 'D':
    case 'x':
      return again('%m/%d/%y');
    case 'c':
      return again('%a %b %e %H:%M:%S %Y');
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case '%':
      return '%';
    default:
      return undefined;
  }
}

const PATTERNS: Readonly<Record<string, string>> = {
  Y: '\\d{4}',
  y: '\\d{2}',
  m: '1[0-2]|0?[1-9]',
  d: '3[01]|[12]\\d|0?[1-9]',
  H: '2[0-3]|[01]?\\d',
  I: '1[0-2]|0?[1-9]',
  M: '[0-5]?\\d',
  S: '6[01]|[0-5]?\\d',
  f: '\\d{1,6}',
  p: 'AM|PM',
  j: '\\d{1,3}',
  z: 'Z|[+-]\\d{2}:?\\d{2}',
  Z: 'UTC|GMT',
  a: DAYS.map((name) => name.slice(0, 3)).join('|'),
  A: DAYS.join('|'),
  b: MONTHS.map((name) => name.slice(0, 3)).join('|'),
  B: MONTHS.join('|'),
};
const COMPOSED: Readonly<Record<string, string>> = {
  '%F': '%Y-%m-%d',
  '%T': '%H:%M:%S',
  '%R': '%H:%M',
  '%D': '%m/%d/%y',
};

/** datetime.strptime(): the offset in microseconds is undefined when the format has none. */
export function strptime(text: string, format: string): { days: number; micros: number; offset: number | undefined } {
  const fields: string[] = [];
  const pattern = format
    .replace(/%[FTRD]/g, (composed) => COMPOSED[composed] ?? composed)
    .split(/(%.)/)
    .map((part) => {
      if (part === '%%') return '%';
      if (!part.startsWith('%')) return part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace(/\s+/g, '\\s+');
      const directive = part.slice(1);
      const known = PATTERNS[directive];
      if (known === undefined) throw valueFault(`'${directive}' is a bad directive in format '${format}'`);
      fields.push(directive);
      return `(${known})`;
    })
    .join('');
  const match = new RegExp(`^${pattern}$`, 'i').exec(text);
  if (match === null) throw valueFault(`time data '${text}' does not match format '${format}'`);
  return momentOf(new Map(fields.map((name, index) => [name, match[index + 1] ?? ''])), text);
}

function momentOf(fields: ReadonlyMap<string, string>, text: string) {
  const number = (name: string, fallback: number): number => Number(fields.get(name) ?? fallback);
  const short = number('y', 0);
  const year = fields.has('y') ? short + (short < 69 ? 2000 : 1900) : number('Y', 1900);
  const name = (fields.get('B') ?? fields.get('b'))?.slice(0, 3).toLowerCase();
  const month = name === undefined ? number('m', 1) : MONTHS.findIndex((one) => one.toLowerCase().startsWith(name)) + 1;
  const first = dayNumber({ year, month, day: number('d', 1) });
  if (first === undefined) throw valueFault(`day is out of range for month in '${text}'`);
  const days = fields.has('j') ? (dayNumber({ year, month: 1, day: 1 }) ?? 0) + number('j', 1) - 1 : first;
  const half = fields.get('p')?.toUpperCase();
  const hour = fields.has('I') ? (number('I', 12) % 12) + (half === 'PM' ? 12 : 0) : number('H', 0);
  const micros = Number((fields.get('f') ?? '').padEnd(6, '0') || 0);
  const zone = fields.get('z');
  return {
    days,
    micros: ((hour * 60 + number('M', 0)) * 60 + number('S', 0)) * 1e6 + micros,
    offset: zone === undefined ? undefined : parseOffset(zone),
  };
}

/** `Z`, `+HH:MM` or `+HHMM` in microseconds. */
export function parseOffset(text: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text);
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60e6;
}
