import { createRequire } from 'node:module';
import { ArcosError } from '../../base/errors.ts';
import { type WallMs, wallOf } from './zone.ts';

// Its ES module cannot be loaded by Node: the package does not say that it is one.
const { RRule } = createRequire(import.meta.url)('rrule') as typeof import('rrule');

/** Coarser than these: finer ones take as long to find as there are firings since the first. */
const FINE = /FREQ=(SECONDLY|MINUTELY)/i;

/** The wall times of a rule of RFC 5545 after one of them; undefined when there is none. Throws INVALID. */
export function recurrence(rule: string, from: WallMs, zone: string): (after: WallMs) => WallMs | undefined {
  const text = rule.replace(/^RRULE:/i, '').trim();
  if (FINE.test(text)) {
    throw new ArcosError('INVALID', `The rule "${rule}" fires too often to be found quickly`, {
      hint: "Use every('10m'), or a cron expression.",
    });
  }
  try {
    const { until, ...options } = RRule.parseString(text);
    if (options.freq === undefined) throw new ArcosError('INVALID', 'FREQ is missing');
    const made = new RRule({
      ...options,
      dtstart: new Date(from),
      // The library reads it as what a clock shows; with Z it is a moment.
      ...(until == null ? {} : { until: /UNTIL=\w+Z/i.test(text) ? new Date(wallOf(until.getTime(), zone)) : until }),
    });
    return (after) => made.after(new Date(after), false)?.getTime();
  } catch (cause) {
    if (cause instanceof ArcosError && cause.hint !== undefined) throw cause;
    throw new ArcosError('INVALID', `The rule "${rule}" cannot be read: ${(cause as Error).message}`, {
      hint: 'Write it as RFC 5545 has it, e.g. FREQ=MONTHLY;BYDAY=-1FR.',
      cause,
    });
  }
}
