import { toText } from '../runtime/text.ts';
import { callable, HostObject, type Scope } from '../runtime/value.ts';
import { DATE, isoDay, PythonDate } from './date.ts';
import { DATETIME, Datetime } from './datetime.ts';
import { ITERTOOLS } from './itertools.ts';
import { RE } from './re.ts';
import { TIME } from './time.ts';
import { TIMEDELTA } from './timedelta.ts';
import { namedZone, UTC } from './zone.ts';

/** dbt's `modules`: the parts of Python's library that models use. */
export const PYTHON_MODULES: Scope = Object.freeze({
  datetime: new HostObject('module', {
    date: DATE,
    datetime: DATETIME,
    time: TIME,
    timedelta: TIMEDELTA,
    timezone: new HostObject('type', { utc: UTC }),
  }),
  pytz: new HostObject('module', {
    utc: UTC,
    UTC,
    timezone: callable('timezone', ([name]) => namedZone(toText(name))),
  }),
  re: RE,
  itertools: ITERTOOLS,
});

/** datetime.datetime in UTC at an instant, such as dbt's `run_started_at`. */
export function datetimeAt(instant: Date): HostObject {
  return Datetime.ofMillis(instant.getTime(), UTC);
}

/** datetime.date of a text `YYYY-MM-DD`. */
export function dateOf(text: string): HostObject {
  return new PythonDate(isoDay(text));
}
