import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cron, every, rrule, type Schedule } from '../../src/flow/schedule.ts';
import { nextFiring } from '../../src/orchestrator/schedule/firing.ts';
import { pythonWithClients } from './venv.ts';

const FROM = '2016-01-01T00:00:00';
const UNTIL = '2021-01-01T00:00:00';
/** With a gap at midnight, of half an hour, of two hours, a day left out, changes that ended, and none. */
const ZONES = [
  'America/Sao_Paulo',
  'America/Santiago',
  'America/New_York',
  'America/St_Johns',
  'Europe/Lisbon',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Africa/Casablanca',
  'Asia/Tehran',
  'UTC',
];
const schedulesOf = (timeZone: string): Schedule[] => [
  cron('0 0 * * *', { timeZone }),
  cron('30 2 * * *', { timeZone }),
  cron('0,30 0-3 * * *', { timeZone }),
  cron('15 1 13 * 5', { timeZone }),
  cron('0 6 29 2 *', { timeZone }),
  every('1d', { timeZone, from: '2016-01-01T00:30:00' }),
  every('36h', { timeZone, from: '2016-01-02T02:15:00' }),
  every('7d', { timeZone, from: '2016-01-03T23:59:00' }),
  rrule('FREQ=DAILY;BYHOUR=0,2;BYMINUTE=30', { timeZone, from: '2016-01-01T00:30:00' }),
  rrule('FREQ=MONTHLY;BYDAY=-1FR', { timeZone, from: '2016-01-29T18:00:00' }),
  rrule('FREQ=HOURLY;INTERVAL=30;BYMINUTE=0,45;UNTIL=20170101T000000', { timeZone, from: '2016-01-01T00:00:00' }),
  rrule('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;COUNT=40', { timeZone, from: '2016-03-07T02:30:00' }),
];

test('the firings of five years in ten zones are those of croniter and dateutil', { timeout: 300_000 }, (context) => {
  const found = pythonWithClients('schedules.txt');
  if ('missing' in found) return context.skip(found.missing);
  const schedules = ZONES.flatMap(schedulesOf);
  const table = JSON.parse(
    execFileSync(found.python, [join(import.meta.dirname, 'schedules.py')], {
      input: JSON.stringify({ from: FROM, until: UNTIL, schedules }),
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    }),
  ) as number[][];
  for (const [index, schedule] of schedules.entries()) {
    const expected = table[index] ?? [];
    expect(expected.length).toBeGreaterThan(0);
    // A rule is read from its beginning each time: of those a sample, and whatever is near a change of the clocks.
    const most = schedule.kind === 'rrule' ? 15 : 400;
    const asked = expected.flatMap((_, index) =>
      index > 0 && (index % Math.ceil(expected.length / most) === 0 || uneven(expected, index)) ? [index] : [],
    );
    const ours = asked.map((index) => nextFiring(schedule, new Date((expected[index - 1] ?? 0) * 1000))?.getTime());
    expect({ schedule, firings: ours }).toEqual({
      schedule,
      firings: asked.map((index) => (expected[index] ?? 0) * 1000),
    });
  }
});

/** Whether it comes a little earlier or later than the one before did: as where the clocks were changed. */
function uneven(times: readonly number[], index: number): boolean {
  const step = (times[index] ?? 0) - (times[index - 1] ?? 0);
  const before = (times[index - 1] ?? 0) - (times[index - 2] ?? 0);
  return step !== before && Math.abs(step - before) <= 7_200;
}
