import { civilOf, daysOf, isoWeekOf, isoYearStart, weekdayOf } from './civil.ts';
import type { HostFunction } from './function.ts';

/**
 * Dates and times by a format that is no constant, or has elements that DuckDB does not know (GoogleSQL, Format
 * elements for date and time parts).
 */
export const TIME_FORMATS: readonly HostFunction[] = [
  {
    // Microseconds since 1970 on the zone's clock and in UTC, and the format.
    name: 'bq_time_formatted',
    parameters: ['BIGINT', 'BIGINT', 'VARCHAR'],
    result: 'VARCHAR',
    evaluate: (local, instant, format) => formatted(Number(local), Number(instant), String(format)),
  },
];

export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
export const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

/** Elements that stand for others. */
export const TIME_EXPANSIONS: Readonly<Record<string, string>> = {
  '%F': '%Y-%m-%d',
  '%D': '%m/%d/%y',
  '%x': '%m/%d/%y',
  '%T': '%H:%M:%S',
  '%X': '%H:%M:%S',
  '%R': '%H:%M',
  '%r': '%I:%M:%S %p',
  '%h': '%b',
  '%c': '%a %b %e %H:%M:%S %Y',
  '%EY': '%Y',
  '%OH': '%H',
};

const ELEMENT = /%E\*S|%E\dS|%E4Y|%E[A-Za-z]|%O[A-Za-z]|%[A-Za-z%]/g;

/** A format with the elements that stand for others written out. */
export function expanded(format: string): string {
  return format.replace(ELEMENT, (element) => {
    const expansion = TIME_EXPANSIONS[element];
    return expansion === undefined ? element : expanded(expansion);
  });
}

/** Microseconds. */
export const DAY = 86_400_000_000;
const pad = (value: number, width: number, fill = '0'): string => String(value).padStart(width, fill);

export function formatted(local: number, instant: number, format: string): string {
  const days = Math.floor(local / DAY);
  const micros = local - days * DAY;
  const { year, month, day } = civilOf(days);
  const seconds = Math.floor(micros / 1e6);
  const [hour, minute, second] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const fraction = pad(micros % 1e6, 6);
  const weekday = weekdayOf(days);
  const yearDay = days - daysOf(year, 1, 1);
  const iso = isoWeekOf(days);
  const offset = Math.round((local - instant) / 60_000_000);
  const [sign, away] = [offset < 0 ? '-' : '+', Math.abs(offset)];
  const [zoneHours, zoneMinutes] = [pad(Math.floor(away / 60), 2), pad(away % 60, 2)];
  const values: Readonly<Record<string, string>> = {
    '%A': DAYS[weekday] ?? '',
    '%a': (DAYS[weekday] ?? '').slice(0, 3),
    '%B': MONTHS[month - 1] ?? '',
    '%b': (MONTHS[month - 1] ?? '').slice(0, 3),
    '%C': pad(Math.floor(year / 100), 2),
    '%d': pad(day, 2),
    '%E4Y': pad(year, 4),
    '%E*S': `${pad(second, 2)}${`.${fraction}`.replace(/\.?0+$/, '')}`,
    '%Ez': `${sign}${zoneHours}:${zoneMinutes}`,
    '%e': pad(day, 2, ' '),
    '%G': String(iso.year),
    '%g': pad(iso.year % 100, 2),
    '%H': pad(hour, 2),
    '%I': pad(hour % 12 || 12, 2),
    '%J': pad(days - isoYearStart(iso.year) + 1, 3),
    '%j': pad(yearDay + 1, 3),
    '%k': pad(hour, 2, ' '),
    '%l': pad(hour % 12 || 12, 2, ' '),
    '%M': pad(minute, 2),
    '%m': pad(month, 2),
    '%n': '\n',
    '%P': hour < 12 ? 'am' : 'pm',
    '%p': hour < 12 ? 'AM' : 'PM',
    '%Q': String(Math.ceil(month / 3)),
    '%S': pad(second, 2),
    '%s': String(Math.floor(instant / 1e6)),
    '%t': '\t',
    '%U': pad(Math.floor((yearDay + 7 - weekday) / 7), 2),
    '%u': String(weekday || 7),
    '%V': pad(iso.week, 2),
    '%W': pad(Math.floor((yearDay + 7 - ((weekday + 6) % 7)) / 7), 2),
    '%w': String(weekday),
    '%Y': String(year),
    '%y': pad(year % 100, 2),
    '%Z': offset === 0 ? 'UTC' : `UTC${sign}${Number(zoneHours)}${zoneMinutes === '00' ? '' : `:${zoneMinutes}`}`,
    '%z': `${sign}${zoneHours}${zoneMinutes}`,
    '%%': '%',
  };
  return expanded(format).replace(ELEMENT, (element) => {
    const digits = /^%E(\d)S$/.exec(element)?.[1];
    if (digits === undefined) return values[element] ?? element;
    return digits === '0' ? pad(second, 2) : `${pad(second, 2)}.${fraction.padEnd(9, '0').slice(0, Number(digits))}`;
  });
}
