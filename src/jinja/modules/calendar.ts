/** Civil dates as days since 1970-01-01 in the proleptic Gregorian calendar. */

export const DAY_MICROS = 86_400_000_000;
const DAY_MILLIS = 86_400_000;

export interface Civil {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** The day number of a date; undefined when there is no such date in years 1 to 9999. */
export function dayNumber({ year, month, day }: Civil): number | undefined {
  if (!Number.isInteger(year) || year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return undefined;
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  return time.getUTCMonth() === month - 1 ? time.getTime() / DAY_MILLIS : undefined;
}

export function civilOf(days: number): Civil {
  const time = new Date(days * DAY_MILLIS);
  return { year: time.getUTCFullYear(), month: time.getUTCMonth() + 1, day: time.getUTCDate() };
}

/** 0 for Monday. */
export function weekday(days: number): number {
  return (((days + 3) % 7) + 7) % 7;
}

/** 1 for January 1st. */
export function dayOfYear(days: number): number {
  return days - (dayNumber({ year: civilOf(days).year, month: 1, day: 1 }) ?? 0) + 1;
}

/** ISO 8601: the year and week its Thursday is in. */
export function isoWeek(days: number): { readonly year: number; readonly week: number } {
  const thursday = days - weekday(days) + 3;
  return { year: civilOf(thursday).year, week: Math.floor((dayOfYear(thursday) - 1) / 7) + 1 };
}

export function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

export function dateText(days: number): string {
  const { year, month, day } = civilOf(days);
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
}

/** `HH:MM:SS`, with microseconds when there are any. */
export function timeText(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  const rest = micros % 1e6;
  const text = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => padded(part, 2))
    .join(':');
  return rest === 0 ? text : `${text}.${padded(rest, 6)}`;
}
