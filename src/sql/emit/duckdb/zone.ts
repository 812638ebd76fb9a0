import { ArcosError } from '../../../base/errors.ts';
import type { BoundExpression } from '../../bound.ts';

/** Names of three or four letters that the tz database has; others, such as IST, mean several zones. */
const SHORT_NAMES: ReadonlySet<string> = new Set(
  'CET CST6CDT EET EST EST5EDT GMT HST MET MST MST7MDT NZ PRC PST8PDT ROC ROK UCT UTC WET W-SU Zulu'.split(' '),
);

/** A time zone argument: its SQL, and its text when it is a constant. */
export interface Zone {
  readonly sql: string;
  readonly constant?: string;
}

export const UTC: Zone = { sql: "'UTC'", constant: 'UTC' };

/** The zone that an argument means; UTC when there is none. Throws INVALID for a name that no zone has. */
export function zoneOf(argument: BoundExpression | undefined, sql: string | undefined): Zone {
  if (argument === undefined || sql === undefined) return UTC;
  if (argument.kind !== 'literal' || typeof argument.value !== 'string') return { sql };
  const constant = argument.value;
  if (/^[A-Za-z]{3,4}$/.test(constant) && !SHORT_NAMES.has(constant)) {
    throw new ArcosError('INVALID', `Invalid time zone: ${constant}`);
  }
  return { sql, constant };
}

/** Minutes east of UTC of a zone written as an offset: `-3`, `+05:45`. */
function offsetMinutes({ constant = '' }: Zone): number | undefined {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(constant) ?? [];
  if (hours === undefined) return undefined;
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}

/** The wall clock in a zone at an instant: TIMESTAMPTZ to TIMESTAMP. */
export function localTime(instant: string, zone: Zone): string {
  const offset = offsetMinutes(zone);
  if (offset !== undefined) return `((${instant} AT TIME ZONE 'UTC') + to_minutes(${offset}))`;
  if (zone.constant === undefined) return `bq_local(${instant}, ${zone.sql})`;
  return `(${instant} AT TIME ZONE ${zone.sql})`;
}

/** The instant at which a zone's wall clock shows a time: TIMESTAMP to TIMESTAMPTZ. */
export function instantOf(local: string, zone: Zone): string {
  const offset = offsetMinutes(zone);
  if (offset !== undefined) return `((${local} - to_minutes(${offset})) AT TIME ZONE 'UTC')`;
  if (zone.constant === undefined) return `bq_instant(${local}, ${zone.sql})`;
  return `(${local} AT TIME ZONE ${zone.sql})`;
}
