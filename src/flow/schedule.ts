import type { JsonObject } from '../base/json.ts';
import { type Duration, milliseconds } from './duration.ts';

/** When a deployed flow runs by itself, as data: what `cron`, `every` and `once` make. */
export type Schedule = (CronSchedule | IntervalSchedule | OnceSchedule) & {
  /** Over the deployment's own. */
  readonly parameters?: JsonObject;
};

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
  /** A moment that it fires at, ISO 8601; the others are whole intervals away. */
  readonly from: string;
}

interface OnceSchedule {
  readonly kind: 'once';
  /** ISO 8601. */
  readonly at: string;
}

interface WithParameters {
  readonly parameters?: JsonObject;
}

const TIME_ZONE = 'America/Sao_Paulo';
const EPOCH = '1970-01-01T00:00:00.000Z';

/** `cron('0 6 * * *')`: daily at six, by the clocks of Rio unless told another time zone. */
export function cron(expression: string, options: WithParameters & { readonly timeZone?: string } = {}): Schedule {
  const { timeZone = TIME_ZONE, ...rest } = options;
  return { kind: 'cron', expression, timeZone, ...rest };
}

/** `every('15m')`: at every full quarter of an hour, unless `from` names another moment to count from. */
export function every(interval: Duration, options: WithParameters & { readonly from?: string } = {}): Schedule {
  const { from = EPOCH, ...rest } = options;
  return { kind: 'interval', ms: milliseconds(interval), from, ...rest };
}

export function once(at: string | Date, options: WithParameters = {}): Schedule {
  return { kind: 'once', at: new Date(at).toISOString(), ...options };
}
