import { systemClock } from '../../base/clock.ts';
import { typeFault, valueFault } from '../error.ts';
import { isInt, toIndex } from '../runtime/number.ts';
import { type Members, PythonObject, pythonClass } from '../runtime/object.ts';
import { native, natives } from '../runtime/signature.ts';
import { toText } from '../runtime/text.ts';
import { isUndefined, Tuple, type Value } from '../runtime/value.ts';
import { civilOf, dateText, dayNumber, isoWeek, weekday } from './calendar.ts';
import { strftime } from './strftime.ts';
import { Timedelta } from './timedelta.ts';

/** datetime.date */
export class PythonDate extends PythonObject<PythonDate> {
  /** Since 1970-01-01. */
  readonly days: number;

  constructor(days: number) {
    super(
      'date',
      () => MEMBERS,
      () => this,
      () => dateText(this.days),
      {
        represent: () => {
          const { year, month, day } = civilOf(this.days);
          return `datetime.date(${year}, ${month}, ${day})`;
        },
        truth: () => true,
        equals: (other) => other instanceof PythonDate && other.days === this.days,
        compare: (other) => (other instanceof PythonDate ? this.days - other.days : undefined),
        operate: (operator, other, reflected) => {
          if (other instanceof Timedelta) {
            if (operator === '+') return new PythonDate(this.days + other.days);
            return operator === '-' && !reflected ? new PythonDate(this.days - other.days) : undefined;
          }
          if (operator !== '-' || reflected || !(other instanceof PythonDate)) return undefined;
          return new Timedelta(this.days - other.days, 0);
        },
      },
    );
    this.days = days;
  }
}

const MEMBERS: Members<PythonDate> = {
  properties: {
    year: ({ days }) => civilOf(days).year,
    month: ({ days }) => civilOf(days).month,
    day: ({ days }) => civilOf(days).day,
  },
  methods: natives({
    ...dateMethods<PythonDate>(({ days }) => days),
    isoformat: ['', ({ days }: PythonDate) => dateText(days)],
    strftime: [
      'format',
      ({ days }: PythonDate, format: Value) => strftime({ days, micros: 0, offset: '', zone: '' }, toText(format)),
    ],
    replace: [
      'year? month? day?',
      ({ days }: PythonDate, ...parts: Value[]) => new PythonDate(replacedDay(days, parts)),
    ],
  }),
};

/** The methods date and datetime share. */
export function dateMethods<Self>(daysOf: (self: Self) => number) {
  return {
    weekday: ['', (self: Self) => weekday(daysOf(self))] as const,
    isoweekday: ['', (self: Self) => weekday(daysOf(self)) + 1] as const,
    toordinal: ['', (self: Self) => daysOf(self) + EPOCH_ORDINAL] as const,
    isocalendar: [
      '',
      (self: Self) => {
        const { year, week } = isoWeek(daysOf(self));
        return Tuple.copy([year, week, weekday(daysOf(self)) + 1]);
      },
    ] as const,
  };
}

/** Python counts days from the first of year 1. */
const EPOCH_ORDINAL = 719_163;

/** A day with some of year, month and day replaced. */
export function replacedDay(days: number, [year, month, day]: readonly Value[]): number {
  const old = civilOf(days);
  const part = (value: Value, fallback: number): number => (isUndefined(value) ? fallback : toIndex(value));
  return dayOf(part(year, old.year), part(month, old.month), part(day, old.day));
}

export function dayOf(year: number, month: number, day: number): number {
  const days = dayNumber({ year, month, day });
  if (days !== undefined) return days;
  if (month < 1 || month > 12) throw valueFault('month must be in 1..12');
  throw valueFault(year < 1 || year > 9999 ? `year ${year} is out of range` : 'day is out of range for month');
}

const make = native('date', 'year month day', (year: Value, month: Value, day: Value) => {
  if (![year, month, day].every(isInt)) throw typeFault('date() takes whole numbers');
  return new PythonDate(dayOf(toIndex(year), toIndex(month), toIndex(day)));
});

export const DATE = pythonClass(
  'datetime.date',
  make,
  natives({
    today: ['', () => new PythonDate(Math.floor(systemClock.now().getTime() / 86_400_000))],
    fromisoformat: ['date_string', (text: Value) => new PythonDate(isoDay(toText(text)))],
    fromordinal: ['ordinal', (ordinal: Value) => new PythonDate(toIndex(ordinal) - EPOCH_ORDINAL)],
    fromtimestamp: ['timestamp', (seconds: Value) => new PythonDate(Math.floor(Number(seconds) / 86_400))],
  }),
  { min: () => new PythonDate(dayOf(1, 1, 1)), max: () => new PythonDate(dayOf(9999, 12, 31)) },
);

export function isoDay(text: string): number {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text);
  if (match === null) throw valueFault(`Invalid isoformat string: '${text}'`, 'Write the date as YYYY-MM-DD.');
  return dayOf(Number(match[1]), Number(match[2]), Number(match[3]));
}
