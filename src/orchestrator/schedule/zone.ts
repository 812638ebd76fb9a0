import { ArcosError } from '../../base/errors.ts';

/**
 * What the clocks of a time zone show, as the ms that a clock of UTC would show the same at: so it can be
 * counted with, and lists of wall times can be made without any zone.
 */
export type WallMs = number;

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws INVALID for a time zone that is not there. */
export function wallOf(instant: number, zone: string): WallMs {
  return instant + offsetAt(instant, zone);
}

/**
 * When the clocks show that. A time that they show twice is the first of the two. One that they skip is
 * `missing`, and is taken as if they had not been changed yet (RFC 5545, section 3.3.5): 02:30 becomes 03:30.
 */
export function instantOf(wall: WallMs, zone: string): { readonly instant: number; readonly missing: boolean } {
  // Nowhere are clocks changed twice within two days.
  const before = offsetAt(wall - DAY_MS, zone);
  const after = offsetAt(wall + DAY_MS, zone);
  if (offsetAt(wall - before, zone) === before) return { instant: wall - before, missing: false };
  if (offsetAt(wall - after, zone) === after) return { instant: wall - after, missing: false };
  return { instant: wall - before, missing: true };
}

/** What to add to UTC, in ms. */
function offsetAt(instant: number, zone: string): number {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const ms = ((instant % 1000) + 1000) % 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) + ms - instant;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  try {
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, made);
    return made;
  } catch (cause) {
    throw new ArcosError('INVALID', `There is no time zone "${zone}"`, {
      hint: 'Use an IANA name such as America/Sao_Paulo.',
      cause,
    });
  }
}
