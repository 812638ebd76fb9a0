import { float, numeric, toNumber } from '../runtime/number.ts';
import { type Members, PythonObject, pythonClass } from '../runtime/object.ts';
import { native, natives } from '../runtime/signature.ts';
import { isUndefined, type Value } from '../runtime/value.ts';
import { DAY_MICROS, timeText } from './calendar.ts';

/** datetime.timedelta: whole days and, from 0, the microseconds of one more. */
export class Timedelta extends PythonObject<Timedelta> {
  readonly days: number;
  readonly micros: number;

  constructor(days: number, micros: number) {
    super(
      'timedelta',
      () => MEMBERS,
      () => this,
      () => this.#text(),
      {
        represent: () => this.#represent(),
        truth: () => this.days !== 0 || this.micros !== 0,
        equals: (other) => other instanceof Timedelta && this.compareTo(other) === 0,
        compare: (other) => (other instanceof Timedelta ? this.compareTo(other) : undefined),
        operate: (operator, other, reflected) => this.#operate(operator, other, reflected),
      },
    );
    this.days = days + Math.floor(micros / DAY_MICROS);
    this.micros = micros - Math.floor(micros / DAY_MICROS) * DAY_MICROS;
  }

  compareTo(other: Timedelta): number {
    return this.days - other.days || this.micros - other.micros;
  }

  total(): number {
    return this.days * DAY_MICROS + this.micros;
  }

  #text(): string {
    const clock = timeText(this.micros).replace(/^0(?=\d:)/, '');
    return this.days === 0 ? clock : `${this.days} day${Math.abs(this.days) === 1 ? '' : 's'}, ${clock}`;
  }

  #represent(): string {
    const seconds = Math.floor(this.micros / 1e6);
    const parts = [
      ['days', this.days],
      ['seconds', seconds],
      ['microseconds', this.micros % 1e6],
    ] as const;
    const given = parts.filter(([, value]) => value !== 0).map(([name, value]) => `${name}=${value}`);
    return `datetime.timedelta(${given.length === 0 ? '0' : given.join(', ')})`;
  }

  #operate(operator: string, other: Value, reflected: boolean): Value {
    if (other instanceof Timedelta) {
      if (operator === '+') return new Timedelta(this.days + other.days, this.micros + other.micros);
      if (operator === '-' && !reflected) return new Timedelta(this.days - other.days, this.micros - other.micros);
      if (operator === '/' && !reflected) return float(this.total() / other.total());
      if (operator === '//' && !reflected) return Math.floor(this.total() / other.total());
      return undefined;
    }
    const number = numeric(other);
    if (number === undefined) return undefined;
    const by = toNumber(other);
    if (operator === '*') return ofMicros(this.days * by, this.micros * by);
    return (operator === '/' || operator === '//') && !reflected
      ? ofMicros(this.days / by, this.micros / by)
      : undefined;
  }
}

/** From days and microseconds that need not be whole. */
function ofMicros(days: number, micros: number): Timedelta {
  const whole = Math.trunc(days);
  return new Timedelta(whole, Math.round((days - whole) * DAY_MICROS + micros));
}

const MEMBERS: Members<Timedelta> = {
  properties: {
    days: (self) => self.days,
    seconds: (self) => Math.floor(self.micros / 1e6),
    microseconds: (self) => self.micros % 1e6,
  },
  methods: natives({ total_seconds: ['', (self: Timedelta) => float(self.total() / 1e6)] }),
};

const make = native(
  'timedelta',
  'days? seconds? microseconds? milliseconds? minutes? hours? weeks?',
  (...parts: Value[]) => {
    const [days = 0, seconds = 0, micros = 0, millis = 0, minutes = 0, hours = 0, weeks = 0] = parts.map((part) =>
      isUndefined(part) ? 0 : toNumber(part),
    );
    return ofMicros(days + weeks * 7, (seconds + minutes * 60 + hours * 3600) * 1e6 + millis * 1e3 + micros);
  },
);

export const TIMEDELTA = pythonClass('datetime.timedelta', make, new Map());
