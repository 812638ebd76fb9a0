import { Cron } from 'croner';
import { ArcosError } from '../../base/errors.ts';
import { hasOffset, type Schedule } from '../../flow/schedule.ts';
import { recurrence } from './recurrence.ts';
import { instantOf, type WallMs, wallOf } from './zone.ts';

/** Clocks are put forward by less. */
const LONGEST_GAP_MS = 3 * 3_600_000;

/** The first moment after `after` that the schedule fires at; undefined when there is none. Throws INVALID. */
export function nextFiring(schedule: Schedule, after: Date): Date | undefined {
  switch (schedule.kind) {
    case 'cron':
      return byClocks(cronOf(schedule.expression, schedule.timeZone), schedule.timeZone, after, 'skipped');
    case 'rrule': {
      const { rule, from, timeZone } = schedule;
      return byClocks(recurrence(rule, wallFrom(from, timeZone), timeZone), timeZone, after, 'moved');
    }
    case 'interval': {
      const { ms, timeZone } = schedule;
      if (!(ms >= 1)) throw new ArcosError('INVALID', `A schedule cannot fire every ${ms} ms`);
      if (timeZone === undefined) return new Date(nextMultiple(momentOf(schedule.from), ms, after.getTime()));
      const from = wallFrom(schedule.from, timeZone);
      return byClocks((wall) => nextMultiple(from, ms, wall), timeZone, after, 'moved');
    }
    case 'once': {
      const at = momentOf(schedule.at);
      return at > after.getTime() ? new Date(at) : undefined;
    }
  }
}

/**
 * The first of a list of wall times that is a moment after `after`. Times that the clocks skip are
 * skipped too, or moved behind the gap.
 */
function byClocks(
  next: (after: WallMs) => WallMs | undefined,
  zone: string,
  after: Date,
  missing: 'skipped' | 'moved',
): Date | undefined {
  // From before any change of the clocks that may lie between: what was moved may still be to come.
  let wall = wallOf(after.getTime(), zone) - (missing === 'moved' ? LONGEST_GAP_MS : 0);
  let best: { readonly wall: WallMs; readonly instant: number } | undefined;
  for (let found = next(wall); found !== undefined; found = next(wall)) {
    // One that was moved may come after one behind the gap.
    if (best !== undefined && found > best.wall + LONGEST_GAP_MS) break;
    const at = instantOf(found, zone);
    if (at.instant > after.getTime() && !(at.missing && missing === 'skipped')) {
      if (missing === 'skipped') return new Date(at.instant);
      if (best === undefined || at.instant < best.instant) best = { wall: found, instant: at.instant };
    }
    wall = found;
  }
  return best === undefined ? undefined : new Date(best.instant);
}

function nextMultiple(from: number, ms: number, after: number): number {
  return from + (Math.floor((after - from) / ms) + 1) * ms;
}

function wallFrom(text: string, zone: string): WallMs {
  return hasOffset(text) ? wallOf(momentOf(text), zone) : momentOf(`${text}Z`);
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
    case 'rrule':
      return `rrule ${schedule.rule} ${schedule.timeZone}`;
    case 'once':
      return `once ${schedule.at}`;
  }
}

function cronOf(expression: string, timezone: string): (after: WallMs) => WallMs | undefined {
  try {
    // By what the clocks show, as if it were UTC: what their changes do to it is decided in one place, here.
    const cron = new Cron(expression, { timezone: 'UTC', paused: true, mode: '5-or-6-parts' });
    return (after) => cron.nextRun(new Date(after))?.getTime();
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
