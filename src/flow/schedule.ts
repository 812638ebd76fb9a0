import { ArcosError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import { type Duration, milliseconds } from './duration.ts';

/** When a deployed flow runs by itself, as data: what `cron`, `every`, `rrule` and `once` make. */
export type Schedule = (CronSchedule | IntervalSchedule | RecurrenceSchedule | OnceSchedule) & ScheduleOptions;

interface CronSchedule {
  readonly kind: 'cron';
  /** Five fields, or six with seconds in front. */
  readonly expression: string;
  /** IANA name. */
  readonly timeZone: string;
}

interface IntervalSchedule {
  readonly kind: 'interval';
  readonly ms: number;
  /** A moment that it fires at, ISO 8601; the others are whole intervals away. Without an offset: by the clocks of `timeZone`. */
  readonly from: string;
  /** Of an interval of a day or more: it is counted by the clocks there, so that the hour stays over changes of the clocks. */
  readonly timeZone?: string;
}

interface RecurrenceSchedule {
  readonly kind: 'rrule';
  /** RFC 5545, section 3.3.10. */
  readonly rule: string;
  /** The first, by the clocks of `timeZone`: `2026-01-01T06:00:00`. */
  readonly from: string;
  readonly timeZone: string;
}

interface OnceSchedule {
  readonly kind: 'once';
  /** ISO 8601. */
  readonly at: string;
}

export interface ScheduleOptions {
  /** Over the deployment's own. */
  readonly parameters?: JsonObject;
  /** Instead of the flow's own: which agents take these runs. */
  readonly labels?: readonly string[];
  /** What becomes of firings that no server was there for: one run for all of them (unless told), a run each, or none. */
  readonly catchUp?: CatchUp;
}

export type CatchUp = 'one' | 'all' | 'none';

interface WithZone extends ScheduleOptions {
  /** IANA name; `America/Sao_Paulo` unless told. */
  readonly timeZone?: string;
}

const TIME_ZONE = 'America/Sao_Paulo';
const EPOCH = '1970-01-01T00:00:00';
const DAY_MS = 86_400_000;

/**
 * `cron('0 6 * * *')`: daily at six, by the clocks of Rio unless told another time zone. A time that the
 * clocks skip does not fire; one that they show twice fires the first time.
 */
export function cron(expression: string, options: WithZone = {}): Schedule {
  const { timeZone = TIME_ZONE, ...rest } = options;
  return { kind: 'cron', expression, timeZone, ...rest };
}

/**
 * `every('15m')`: at every full quarter of an hour, unless `from` names another moment to count from.
 * `every('1d', { from: '2026-01-01T06:00:00' })`: a day or more is counted by the clocks of the time zone.
 */
export function every(interval: Duration, options: WithZone & { readonly from?: string } = {}): Schedule {
  const { timeZone = TIME_ZONE, from, ...rest } = options;
  const ms = milliseconds(interval);
  if (ms >= DAY_MS) return { kind: 'interval', ms, from: from ?? EPOCH, timeZone, ...rest };
  if (from !== undefined && !hasOffset(from)) {
    throw new ArcosError('INVALID', `every('${interval}') counts from a moment: "${from}" has no offset`, {
      hint: 'Write it with Z or an offset: 2026-01-01T00:07:00Z.',
    });
  }
  return { kind: 'interval', ms, from: from ?? `${EPOCH}.000Z`, ...rest };
}

/** `rrule('FREQ=MONTHLY;BYDAY=-1FR', { from: '2026-01-30T18:00:00' })`: RFC 5545, by the clocks of the time zone. */
export function rrule(rule: string, options: WithZone & { readonly from: string }): Schedule {
  const { timeZone = TIME_ZONE, from, ...rest } = options;
  return { kind: 'rrule', rule, from, timeZone, ...rest };
}

export function once(at: string | Date, options: ScheduleOptions = {}): Schedule {
  return { kind: 'once', at: new Date(at).toISOString(), ...options };
}

/** Whether a time in ISO 8601 is a moment, and not only what some clock shows. */
export function hasOffset(time: string): boolean {
  return /(Z|[+-]\d{2}:?\d{2})$/i.test(time);
}
