import { Cron } from 'croner';
import { ArcosError } from '../../base/errors.ts';
import type { Schedule } from '../../flow/schedule.ts';

/** The first moment after `after` that the schedule fires at; undefined when there is none. Throws INVALID. */
export function nextFiring(schedule: Schedule, after: Date): Date | undefined {
  switch (schedule.kind) {
    case 'cron':
      return cronOf(schedule.expression, schedule.timeZone).nextRun(after) ?? undefined;
    case 'interval': {
      const { ms } = schedule;
      const from = momentOf(schedule.from);
      if (!(ms >= 1)) throw new ArcosError('INVALID', `A schedule cannot fire every ${ms} ms`);
      return new Date(from + (Math.floor((after.getTime() - from) / ms) + 1) * ms);
    }
    case 'once': {
      const at = momentOf(schedule.at);
      return at > after.getTime() ? new Date(at) : undefined;
    }
  }
}

/** The next `count` moments. */
export function nextFirings(schedule: Schedule, after: Date, count: number): Date[] {
  const firings: Date[] = [];
  for (let at = nextFiring(schedule, after); at !== undefined && firings.length < count; ) {
    firings.push(at);
    at = nextFiring(schedule, at);
  }
  return firings;
}

/** `cron 0 6 * * * America/Sao_Paulo`, `every PT15M`, `once 2026-01-01T00:00:00.000Z` */
export function describeSchedule(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'cron':
      return `cron ${schedule.expression} ${schedule.timeZone}`;
    case 'interval':
      return `every ${isoDuration(schedule.ms)}`;
    case 'once':
      return `once ${schedule.at}`;
  }
}

function cronOf(expression: string, timezone: string): Cron {
  try {
    const cron = new Cron(expression, { timezone, paused: true, mode: '5-or-6-parts' });
    // An unknown time zone is noticed only when it is used.
    cron.nextRun();
    return cron;
  } catch (cause) {
    throw new ArcosError('INVALID', `The schedule "${expression}" in ${timezone} cannot be read: ${messageOf(cause)}`, {
      hint: "Write minute, hour, day, month and weekday, e.g. cron('0 6 * * 1-5', { timeZone: 'America/Sao_Paulo' }).",
      cause,
    });
  }
}

function momentOf(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new ArcosError('INVALID', `"${text}" is not a moment in ISO 8601`);
  return at;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** ISO 8601: `PT15M`, `P1D`, `PT0.5S`. */
function isoDuration(ms: number): string {
  const units = [
    ['D', 86_400_000],
    ['H', 3_600_000],
    ['M', 60_000],
  ] as const;
  let rest = ms;
  const parts = units.map(([letter, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? '' : `${count}${letter}`;
  });
  const [days = '', ...clock] = parts;
  const time = `${clock.join('')}${rest === 0 ? '' : `${rest / 1000}S`}`;
  return `P${days}${time === '' ? '' : `T${time}`}`;
}
