import { daysOf, isoYearStart, monthLength, weekdayOf } from './civil.ts';
import type { HostFunction } from './function.ts';
import { DAY, DAYS, expanded, formatted, MONTHS } from './timeformat.ts';

/** Texts read by a format, that differs from row to row or that DuckDB does not read. */
export const TIME_READERS: readonly HostFunction[] = [
  {
    // The clock's time as text and, behind a `|`, the zone that the text names. NULL: the text is not as the format.
    name: 'bq_time_read',
    parameters: ['VARCHAR', 'VARCHAR'],
    result: 'VARCHAR',
    evaluate: (text, format) => parsed(String(text), String(format)),
  },
];

/** What was read so far. */
interface Reading {
  year?: number;
  century?: number;
  shortYear?: number;
  month?: number;
  day?: number;
  yearDay?: number;
  hour?: number;
  hour12?: number;
  afternoon?: boolean;
  minute?: number;
  second?: number;
  micros?: number;
  epoch?: number;
  isoYear?: number;
  isoWeek?: number;
  /** 0 is Sunday. */
  weekday?: number;
  /** Week of the year, the first one beginning with the year's first Sunday, or Monday. */
  week?: { readonly number: number; readonly from: 0 | 1 };
  zone?: string;
}

type Read = readonly [pattern: RegExp, take: (reading: Reading, text: string) => void];

const number = (digits: string, take: (reading: Reading, value: number) => void): Read => [
  new RegExp(`^\\s*${digits}`),
  (reading, text) => take(reading, Number(text)),
];

function names(all: readonly string[], take: (reading: Reading, index: number) => void): Read {
  const pattern = new RegExp(`^(?:${all.map((name) => `${name}|${name.slice(0, 3)}`).join('|')})`, 'i');
  return [
    pattern,
    (reading, text) =>
      take(
        reading,
        all.findIndex((name) => name.slice(0, 3).toLowerCase() === text.slice(0, 3).toLowerCase()),
      ),
  ];
}

const WEEKDAY = names(DAYS, (reading, index) => {
  reading.weekday = index;
});
const MONTH = names(MONTHS, (reading, index) => {
  reading.month = index + 1;
});
const DAY_OF_MONTH = number('\\d{1,2}', (reading, value) => {
  reading.day = value;
});
const HOUR = number('\\d{1,2}', (reading, value) => {
  reading.hour = value;
  delete reading.hour12;
});
const HOUR12 = number('\\d{1,2}', (reading, value) => {
  reading.hour12 = value;
  delete reading.hour;
});
const HALF: Read = [
  /^[ap]m/i,
  (reading, text) => {
    reading.afternoon = /^p/i.test(text);
  },
];
const OFFSET: Read = [
  /^(?:[+-]\d{2}:?\d{2}|[+-]\d{1,2}|Z)/i,
  (reading, text) => {
    reading.zone = /^z$/i.test(text) ? '+00:00' : text.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  },
];
const fractional = (digits: string): Read => [
  new RegExp(`^\\d{1,2}(?:\\.\\d${digits})?`),
  (reading, text) => {
    const [whole = '', fraction = ''] = text.split('.');
    reading.second = Number(whole);
    reading.micros = Number(fraction.slice(0, 6).padEnd(6, '0'));
  },
];
const SECONDS: Read = number('\\d{1,2}', (reading, value) => {
  reading.second = value;
  reading.micros = 0;
});

const READS: Readonly<Record<string, Read>> = {
  '%A': WEEKDAY,
  '%a': WEEKDAY,
  '%B': MONTH,
  '%b': MONTH,
  '%C': number('\\d{1,2}', (reading, value) => {
    reading.century = value;
  }),
  '%d': DAY_OF_MONTH,
  '%e': DAY_OF_MONTH,
  '%E*S': fractional('*'),
  '%E4Y': number('\\d{4}', (reading, value) => {
    reading.year = value;
  }),
  '%Ez': OFFSET,
  '%G': number('\\d{1,4}', (reading, value) => {
    reading.isoYear = value;
  }),
  '%H': HOUR,
  '%I': HOUR12,
  '%j': number('\\d{1,3}', (reading, value) => {
    reading.yearDay = value;
  }),
  '%k': HOUR,
  '%l': HOUR12,
  '%M': number('\\d{1,2}', (reading, value) => {
    reading.minute = value;
  }),
  '%m': number('\\d{1,2}', (reading, value) => {
    reading.month = value;
    delete reading.yearDay;
  }),
  '%P': HALF,
  '%p': HALF,
  '%Q': number('[1-4]', (reading, value) => {
    reading.month = value * 3 - 2;
  }),
  '%S': SECONDS,
  '%s': number('[+-]?\\d+', (reading, value) => {
    reading.epoch = value;
  }),
  '%U': number('\\d{1,2}', (reading, value) => {
    reading.week = { number: value, from: 0 };
  }),
  '%u': number('[1-7]', (reading, value) => {
    reading.weekday = value % 7;
  }),
  '%V': number('\\d{1,2}', (reading, value) => {
    reading.isoWeek = value;
  }),
  '%W': number('\\d{1,2}', (reading, value) => {
    reading.week = { number: value, from: 1 };
  }),
  '%w': number('[0-6]', (reading, value) => {
    reading.weekday = value;
  }),
  '%Y': number('[+-]?\\d{1,4}', (reading, value) => {
    reading.year = value;
  }),
  '%y': number('\\d{1,2}', (reading, value) => {
    reading.shortYear = value;
  }),
  '%Z': [
    /^[A-Za-z]+(?:[/_+-][A-Za-z\d_+-]+)*/,
    (reading, text) => {
      reading.zone = text;
    },
  ],
  '%z': OFFSET,
};

function parsed(text: string, format: string): string | null {
  const reading: Reading = {};
  const pattern = expanded(format);
  let rest = text.trim();
  for (let at = 0; at < pattern.length; ) {
    const [element] = /^(?:%E\*S|%E\dS|%E4Y|%E[A-Za-z]|%O[A-Za-z]|%[A-Za-z%])/.exec(pattern.slice(at)) ?? [];
    if (element === undefined) {
      const character = pattern.charAt(at++);
      if (/\s/.test(character)) rest = rest.trimStart();
      else if (rest.startsWith(character)) rest = rest.slice(1);
      else return null;
      continue;
    }
    at += element.length;
    if (element === '%n' || element === '%t') {
      rest = rest.trimStart();
      continue;
    }
    if (element === '%%') {
      if (!rest.startsWith('%')) return null;
      rest = rest.slice(1);
      continue;
    }
    const digits = /^%E(\d)S$/.exec(element)?.[1];
    const [wanted, take] = (digits === undefined ? READS[element] : fractional(`{0,${digits}}`)) ?? [];
    const [found] = wanted?.exec(rest) ?? [];
    if (found === undefined || take === undefined) return null;
    take(reading, found.trim());
    rest = rest.slice(found.length);
  }
  return rest.trim() === '' ? written(reading) : null;
}

function written(reading: Reading): string | null {
  if (reading.epoch !== undefined) return `${clock(reading.epoch * 1e6)}|+00:00`;
  const days = daysRead(reading);
  const { hour12, afternoon = false, minute = 0, second = 0, micros = 0, zone = '' } = reading;
  const hour = hour12 === undefined ? (reading.hour ?? 0) : (hour12 % 12) + (afternoon ? 12 : 0);
  const wrong = hour > 23 || minute > 59 || second > 60 || (hour12 !== undefined && (hour12 < 1 || hour12 > 12));
  if (days === undefined || wrong) return null;
  return `${clock(days * DAY + (hour * 3600 + minute * 60 + second) * 1e6 + micros)}|${zone}`;
}

/** Days since 1970; undefined for a day that there is not. What is not told is as on 1970-01-01. */
function daysRead(reading: Reading): number | undefined {
  const { isoYear, isoWeek, weekday, week, yearDay, month = 1, day = 1 } = reading;
  if (isoYear !== undefined && isoWeek !== undefined) {
    return isoYearStart(isoYear) + (isoWeek - 1) * 7 + (((weekday ?? 1) + 6) % 7);
  }
  const year = yearRead(reading);
  if (year < 1 || year > 9999) return undefined;
  if (yearDay !== undefined) {
    return yearDay < 1 || yearDay > daysOf(year + 1, 1, 1) - daysOf(year, 1, 1) ? undefined : daysOf(year, 1, yearDay);
  }
  if (week !== undefined && weekday !== undefined) {
    const first = daysOf(year, 1, 1);
    const start = first + ((7 + week.from - weekdayOf(first)) % 7);
    return start + (week.number - 1) * 7 + ((weekday - week.from + 7) % 7);
  }
  if (month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return undefined;
  return daysOf(year, month, day);
}

/** 00 to 68 are of this century (GoogleSQL, %y). */
function yearRead({ year, century, shortYear }: Reading): number {
  if (year !== undefined) return year;
  if (shortYear === undefined) return century === undefined ? 1970 : century * 100;
  if (century !== undefined) return century * 100 + shortYear;
  return shortYear + (shortYear < 69 ? 2000 : 1900);
}

function clock(micros: number): string {
  return formatted(micros, micros, '%E4Y-%m-%d %H:%M:%E6S');
}
