import { RuntimeFault } from '../error.ts';
import { type Members, PythonObject } from '../runtime/object.ts';
import { natives } from '../runtime/signature.ts';
import type { Value } from '../runtime/value.ts';
import { padded } from './calendar.ts';
import { Datetime } from './datetime.ts';

/** A time zone: its offset from UTC in microseconds at an instant (UTC) given in microseconds since 1970. */
export class Zone extends PythonObject<Zone> {
  readonly zoneName: string;
  readonly #offsetAt: (utcMillis: number) => number;

  constructor(name: string, offsetAt: (utcMillis: number) => number) {
    super(
      'tzinfo',
      () => MEMBERS,
      () => this,
      () => name,
      {
        represent: () => `<${name}>`,
        equals: (other) => other instanceof Zone && other.zoneName === name,
      },
    );
    this.zoneName = name;
    this.#offsetAt = offsetAt;
  }

  /** The offset at an instant. */
  offsetAt(utcMillis: number): number {
    return this.#offsetAt(utcMillis);
  }

  /** The offset of a wall clock: of two the later one wins nothing, the standard one is taken as pytz does. */
  offsetOfWall(days: number, micros: number): number {
    const wall = days * 86_400_000 + Math.floor(micros / 1000);
    const guess = this.offsetAt(wall - this.offsetAt(wall) / 1000);
    return this.offsetAt(wall - guess / 1000);
  }

  abbreviation(offset: number): string {
    if (this.zoneName === 'UTC') return 'UTC';
    return this.zoneName.includes('/') ? offsetText(offset).replace(':', '').replace(/00$/, '') : this.zoneName;
  }
}

/** `+HH:MM`, with seconds when there are any. */
export function offsetText(offset: number): string {
  const minutes = Math.abs(offset) / 60e6;
  return `${offset < 0 ? '-' : '+'}${padded(Math.floor(minutes / 60), 2)}:${padded(Math.floor(minutes % 60), 2)}`;
}

export const UTC = new Zone('UTC', () => 0);

export function fixedZone(offset: number): Zone {
  return offset === 0 ? UTC : new Zone(`UTC${offsetText(offset)}`, () => offset);
}

/** A zone of the IANA database by name. */
export function namedZone(name: string): Zone {
  if (/^utc$/i.test(name)) return UTC;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  } catch {
    throw new RuntimeFault('jinja/value', `unknown time zone '${name}'`, 'Use a name like America/Sao_Paulo.');
  }
  return new Zone(name, (utcMillis) => {
    const parts = Object.fromEntries(format.formatToParts(utcMillis).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    const wall = Date.UTC(year, month - 1, day, hour, minute, second);
    return (wall - Math.floor(utcMillis / 1000) * 1000) * 1000;
  });
}

const MEMBERS: Members<Zone> = {
  properties: { zone: (self) => self.zoneName },
  methods: natives({
    localize: ['dt is_dst?', (self: Zone, of: Value) => asDatetime(of).withZone(self)],
    normalize: ['dt is_dst?', (self: Zone, of: Value) => asDatetime(of).inZone(self)],
    utcoffset: ['dt', (self: Zone, of: Value) => asDatetime(of).withZone(self).offset()],
    tzname: ['dt', (self: Zone, of: Value) => asDatetime(of).withZone(self).zoneText()],
  }),
};

function asDatetime(value: Value): Datetime {
  if (value instanceof Datetime) return value;
  throw new RuntimeFault('jinja/type', 'a datetime is needed');
}
