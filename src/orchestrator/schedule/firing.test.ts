import { expect, test } from 'vitest';
import { cron, every, once, type Schedule } from '../../flow/schedule.ts';
import { describeSchedule, nextFiring, nextFirings } from './firing.ts';

test.for<[Schedule, string, string | undefined, string]>([
  [cron('0 6 * * *'), '2026-01-01T08:59:59Z', '2026-01-01T09:00:00.000Z', 'cron 0 6 * * * America/Sao_Paulo'],
  [cron('0 6 * * *'), '2026-01-01T09:00:00Z', '2026-01-02T09:00:00.000Z', 'cron 0 6 * * * America/Sao_Paulo'],
  [cron('30 0 * * 1', { timeZone: 'UTC' }), '2026-01-01T00:00:00Z', '2026-01-05T00:30:00.000Z', 'cron 30 0 * * 1 UTC'],
  [every('15m'), '2026-01-01T00:00:00Z', '2026-01-01T00:15:00.000Z', 'every PT15M'],
  [every('36h', { from: '2026-01-01T00:00:00Z' }), '2025-12-31T00:00:00Z', '2026-01-01T00:00:00.000Z', 'every P1DT12H'],
  [every('500ms'), '2026-01-01T00:00:00.100Z', '2026-01-01T00:00:00.500Z', 'every PT0.5S'],
  [once('2026-01-01T00:00:00Z'), '2025-12-31T00:00:00Z', '2026-01-01T00:00:00.000Z', 'once 2026-01-01T00:00:00.000Z'],
  [once('2026-01-01T00:00:00Z'), '2026-01-01T00:00:00Z', undefined, 'once 2026-01-01T00:00:00.000Z'],
])('%j after %s', ([schedule, after, next, described]) => {
  expect(nextFiring(schedule, new Date(after))?.toISOString()).toBe(next);
  expect(describeSchedule(schedule)).toBe(described);
});

test('the next ones in a row', () => {
  const firings = nextFirings(every('1h'), new Date('2026-01-01T00:30:00Z'), 3);
  expect(firings.map((at) => at.getUTCHours())).toEqual([1, 2, 3]);
  expect(nextFirings(once('2026-01-01T00:00:00Z'), new Date('2025-01-01T00:00:00Z'), 3)).toHaveLength(1);
});

test.for([
  ['61 * * * *', 'UTC'],
  ['* * *', 'UTC'],
  ['* * * * *', 'America/Rio'],
])('the schedule "%s" in %s is refused', ([expression = '', timeZone = '']) => {
  expect(() => nextFiring(cron(expression, { timeZone }), new Date())).toThrow(
    expect.objectContaining({ code: 'INVALID' }),
  );
});
