import { systemClock } from '../../base/clock.ts';
import { typeFault, valueFault } from '../error.ts';
import { float, toIndex, toNumber } from '../runtime/number.ts';
import { type Members, PythonObject, pythonClass } from '../runtime/object.ts';
import { native, natives } from '../runtime/signature.ts';
import { toText } from '../runtime/text.ts';
import { isUndefined, type Value } from '../runtime/value.ts';
import { civilOf, DAY_MICROS, dateText, timeText } from './calendar.ts';
import { dateMethods, dayOf, isoDay, PythonDate, replacedDay } from './date.ts';
import { parseOffset, strftime, strptime } from './strftime.ts';
import { PythonTime } from './time.ts';
import { Timedelta } from './timedelta.ts';
import { fixedZone, offsetText, UTC, Zone } from './zone.ts';

const DAY_MILLIS = 86_400_000;

/** datetime.datetime: a wall clock, with a zone or without. */
export class Datetime extends PythonObject<Datetime> {
  /** Since 1970-01-01 on the wall. */
  readonly days: number;
  /** Of the day, on the wall. */
  readonly micros: number;
  readonly zone: Zone | undefined;

  constructor(days: number, micros: number, zone?: Zone) {
    super(
      'datetime',
      () => MEMBERS,
      () => this,
      () => this.iso(' '),
      {
        represent: () => this.#represent(),
        truth: () => true,
        equals: (other) => other instanceof Datetime && this.minus(other) === 0,
        compare: (other) => (other instanceof Datetime ? this.minus(other) : undefined),
        operate: (operator, other, reflected) => this.#operate(operator, other, reflected),
      },
    );
    this.days = days + Math.floor(micros / DAY_MICROS);
    this.micros = micros - Math.floor(micros / DAY_MICROS) * DAY_MICROS;
    this.zone = zone;
  }

  static ofMillis(utcMillis: number, zone: Zone | undefined, micros = 0): Datetime {
    const offset = zone?.offsetAt(utcMillis) ?? 0;
    const days = Math.floor(utcMillis / DAY_MILLIS);
    return new Datetime(days, (utcMillis - days * DAY_MILLIS) * 1000 + micros + offset, zone);
  }

  /** Microseconds ahead of UTC; undefined without a zone. */
  offsetMicros(): number | undefined {
    return this.zone?.offsetOfWall(this.days, this.micros);
  }

  offset(): Value {
    const offset = this.offsetMicros();
    return offset === undefined ? null : new Timedelta(0, offset);
  }

  zoneText(): string | null {
    const offset = this.offsetMicros();
    return this.zone === undefined || offset === undefined ? null : this.zone.abbreviation(offset);
  }

  utcMillis(): number {
    return this.days * DAY_MILLIS + (this.micros - (this.offsetMicros() ?? 0)) / 1000;
  }

  /** In microseconds; exact for spans of some centuries. */
  minus(other: Datetime): number {
    if ((this.zone === undefined) !== (other.zone === undefined)) {
      throw typeFault("can't compare offset-naive and offset-aware datetimes");
    }
    const shift = (this.offsetMicros() ?? 0) - (other.offsetMicros() ?? 0);
    return (this.days - other.days) * DAY_MICROS + this.micros - other.micros - shift;
  }

  /** The same wall clock in a zone. */
  withZone(zone: Zone | undefined): Datetime {
    return new Datetime(this.days, this.micros, zone);
  }

  /** The same instant in a zone. */
  inZone(zone: Zone): Datetime {
    return Datetime.ofMillis(Math.floor(this.utcMillis()), zone, this.micros % 1000);
  }

  iso(separator: string): string {
    const offset = this.offsetMicros();
    return `${dateText(this.days)}${separator}${timeText(this.micros)}${offset === undefined ? '' : offsetText(offset)}`;
  }

  format(format: string): string {
    const offset = this.offsetMicros();
    return strftime(
      {
        days: this.days,
        micros: this.micros,
        offset: offset === undefined ? '' : offsetText(offset).replace(':', ''),
        zone: this.zoneText() ?? '',
      },
      format,
    );
  }

  #represent(): string {
    const { year, month, day } = civilOf(this.days);
    const seconds = Math.floor(this.micros / 1e6);
    const parts = [year, month, day, Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    if (this.micros % 60e6 > 0) parts.push(seconds % 60);
    if (this.micros % 1e6 > 0) parts.push(this.micros % 1e6);
    return `datetime.datetime(${parts.join(', ')}${this.zone === undefined ? '' : `, tzinfo=<${this.zone.zoneName}>`})`;
  }

  #operate(operator: string, other: Value, reflected: boolean): Value {
    if (other instanceof Timedelta) {
      if (operator === '+') return new Datetime(this.days + other.days, this.micros + other.micros, this.zone);
      if (operator !== '-' || reflected) return undefined;
      return new Datetime(this.days - other.days, this.micros - other.micros, this.zone);
    }
    if (operator !== '-' || reflected || !(other instanceof Datetime)) return undefined;
    const difference = this.minus(other);
    const days = Math.floor(difference / DAY_MICROS);
    return new Timedelta(days, difference - days * DAY_MICROS);
  }
}

const MEMBERS: Members<Datetime> = {
  properties: {
    year: ({ days }) => civilOf(days).year,
    month: ({ days }) => civilOf(days).month,
    day: ({ days }) => civilOf(days).day,
    hour: ({ micros }) => Math.floor(micros / 3600e6),
    minute: ({ micros }) => Math.floor(micros / 60e6) % 60,
    second: ({ micros }) => Math.floor(micros / 1e6) % 60,
    microsecond: ({ micros }) => micros % 1e6,
    tzinfo: ({ zone }) => zone ?? null,
  },
  methods: natives({
    ...dateMethods<Datetime>(({ days }) => days),
    date: ['', ({ days }: Datetime) => new PythonDate(days)],
    time: ['', ({ micros }: Datetime) => new PythonTime(micros)],
    isoformat: ['sep? timespec?', (self: Datetime, separator: Value = 'T') => self.iso(toText(separator))],
    strftime: ['format', (self: Datetime, format: Value) => self.format(toText(format))],
    timestamp: ['', (self: Datetime) => float(self.utcMillis() / 1000)],
    utcoffset: ['', (self: Datetime) => self.offset()],
    tzname: ['', (self: Datetime) => self.zoneText()],
    astimezone: [
      'tz?',
      (self: Datetime, zone?: Value) =>
        (self.zone === undefined ? self.withZone(UTC) : self).inZone(zoneOf(zone) ?? UTC),
    ],
    replace: ['year? month? day? hour? minute? second? microsecond? tzinfo?', replaced],
  }),
};

function replaced(self: Datetime, ...parts: Value[]): Datetime {
  const clock = timeOf(parts.slice(3, 7), self.micros);
  const zone = isUndefined(parts[7]) ? self.zone : zoneOf(parts[7]);
  return new Datetime(replacedDay(self.days, parts), clock, zone);
}

/** Hour, minute, second and microsecond as microseconds; what is left out comes from `old`. */
export function timeOf(parts: readonly Value[], old: number): number {
  const before = [Math.floor(old / 3600e6), Math.floor(old / 60e6) % 60, Math.floor(old / 1e6) % 60, old % 1e6];
  const [hour = 0, minute = 0, second = 0, micro = 0] = before.map((was, index) => {
    const part = parts[index];
    return isUndefined(part) ? was : toIndex(part);
  });
  if (hour < 0 || hour > 23) throw valueFault('hour must be in 0..23');
  if (minute < 0 || minute > 59 || second < 0 || second > 59) throw valueFault('minute and second must be in 0..59');
  return ((hour * 60 + minute) * 60 + second) * 1e6 + micro;
}

function zoneOf(value: Value): Zone | undefined {
  if (value === null || isUndefined(value)) return undefined;
  if (value instanceof Zone) return value;
  throw typeFault('tzinfo must be a time zone', 'Take one from modules.pytz.timezone(name).');
}

const make = native(
  'datetime',
  'year month day hour? minute? second? microsecond? tzinfo?',
  (year: Value, month: Value, day: Value, ...clock: Value[]) =>
    new Datetime(dayOf(toIndex(year), toIndex(month), toIndex(day)), timeOf(clock, 0), zoneOf(clock[4])),
);

/** The server's clock is UTC: so is what Python calls local time. */
function now(zone?: Value): Datetime {
  return Datetime.ofMillis(systemClock.now().getTime(), zoneOf(zone));
}

function fromIso(text: string): Datetime {
  const match =
    /^(\d{4}-?\d{2}-?\d{2})(?:.(\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,6}))?)?)?)?(Z|[+-]\d{2}:?\d{2})?$/.exec(
      text,
    );
  if (match === null) throw valueFault(`Invalid isoformat string: '${text}'`, 'Write it as YYYY-MM-DDTHH:MM:SS.');
  const [, date = '', hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const clock = timeOf([Number(hour), Number(minute), Number(second), Number(fraction.padEnd(6, '0'))], 0);
  return new Datetime(isoDay(date), clock, zone === undefined ? undefined : fixedZone(parseOffset(zone)));
}

export const DATETIME = pythonClass(
  'datetime.datetime',
  make,
  natives({
    now: ['tz?', now],
    today: ['', () => now()],
    utcnow: ['', () => now()],
    fromisoformat: ['date_string', (text: Value) => fromIso(toText(text))],
    fromtimestamp: [
      'timestamp tz?',
      (seconds: Value, zone?: Value) => Datetime.ofMillis(toNumber(seconds) * 1000, zoneOf(zone)),
    ],
    utcfromtimestamp: ['timestamp', (seconds: Value) => Datetime.ofMillis(toNumber(seconds) * 1000, undefined)],
    strptime: [
      'date_string format',
      (text: Value, format: Value) => {
        const { days, micros, offset } = strptime(toText(text), toText(format));
        return new Datetime(days, micros, offset === undefined ? undefined : fixedZone(offset));
      },
    ],
    combine: ['date time', combine],
  }),
  {
    min: () => new Datetime(dayOf(1, 1, 1), 0),
    max: () => new Datetime(dayOf(9999, 12, 31), DAY_MICROS - 1),
  },
);

function combine(date: Value, time: Value): Datetime {
  if ((date instanceof PythonDate || date instanceof Datetime) && time instanceof PythonTime) {
    return new Datetime(date.days, time.micros);
  }
  throw typeFault('combine() takes a date and a time');
}
