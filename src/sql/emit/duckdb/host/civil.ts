/** Dates of the proleptic Gregorian calendar by days since 1970-01-01 (ISO 8601). */
export interface Civil {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
}

const leap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function monthLength(year: number, month: number): number {
  return month === 2 && leap(year) ? 29 : (LENGTHS[month - 1] ?? 0);
}

/** Days since 1970-01-01; days beyond the month's end run on into the next. */
export function daysOf(year: number, month: number, day: number): number {
  const before = year - 1;
  const ofYears = before * 365 + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  let ofMonths = 0;
  for (let one = 1; one < month; one++) ofMonths += monthLength(year, one);
  return ofYears + ofMonths + day - 719_163;
}

export function civilOf(days: number): Civil {
  let year = Math.floor((days + 719_162) / 365.2425) + 1;
  while (daysOf(year, 1, 1) > days) year--;
  while (daysOf(year + 1, 1, 1) <= days) year++;
  let month = 1;
  let rest = days - daysOf(year, 1, 1);
  for (; rest >= monthLength(year, month); month++) rest -= monthLength(year, month);
  return { year, month, day: rest + 1 };
}

/** 0 is Sunday. */
export function weekdayOf(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

/** The year and week of ISO 8601: weeks begin on Monday, the first one has the year's first Thursday. */
export function isoWeekOf(days: number): { year: number; week: number } {
  const thursday = days - ((weekdayOf(days) + 6) % 7) + 3;
  const { year } = civilOf(thursday);
  return { year, week: Math.floor((thursday - daysOf(year, 1, 1)) / 7) + 1 };
}

/** The Monday that an ISO year begins with. */
export function isoYearStart(year: number): number {
  const fourth = daysOf(year, 1, 4);
  return fourth - ((weekdayOf(fourth) + 6) % 7);
}
