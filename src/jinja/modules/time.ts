import { type Members, PythonObject, pythonClass } from '../runtime/object.ts';
import { native, natives } from '../runtime/signature.ts';
import { toText } from '../runtime/text.ts';
import type { Value } from '../runtime/value.ts';
import { timeText } from './calendar.ts';
import { timeOf } from './datetime.ts';
import { strftime } from './strftime.ts';

/** datetime.time, without a zone. */
export class PythonTime extends PythonObject<PythonTime> {
  readonly micros: number;

  constructor(micros: number) {
    super(
      'time',
      () => MEMBERS,
      () => this,
      () => timeText(this.micros),
      {
        truth: () => true,
        equals: (other) => other instanceof PythonTime && other.micros === this.micros,
        compare: (other) => (other instanceof PythonTime ? this.micros - other.micros : undefined),
      },
    );
    this.micros = micros;
  }
}

const MEMBERS: Members<PythonTime> = {
  properties: {
    hour: ({ micros }) => Math.floor(micros / 3600e6),
    minute: ({ micros }) => Math.floor(micros / 60e6) % 60,
    second: ({ micros }) => Math.floor(micros / 1e6) % 60,
    microsecond: ({ micros }) => micros % 1e6,
  },
  methods: natives({
    isoformat: ['', ({ micros }: PythonTime) => timeText(micros)],
    strftime: [
      'format',
      ({ micros }: PythonTime, format: Value) => strftime({ days: 0, micros, offset: '', zone: '' }, toText(format)),
    ],
  }),
};

const make = native(
  'time',
  'hour? minute? second? microsecond?',
  (...parts: Value[]) => new PythonTime(timeOf(parts, 0)),
);

export const TIME = pythonClass('datetime.time', make, new Map(), {
  min: () => new PythonTime(0),
  max: () => new PythonTime(86_400_000_000 - 1),
});
