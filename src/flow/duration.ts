import { ArcosError } from '../base/errors.ts';

/** A length of time with its unit: `250ms`, `30s`, `15m`, `6h`, `1d` (24 hours). */
export type Duration = `${number}${keyof typeof UNITS}`;

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Throws INVALID. */
export function milliseconds(duration: Duration): number {
  const [, amount, unit] = DURATION.exec(duration) ?? [];
  if (amount === undefined || unit === undefined || !(unit in UNITS)) {
    throw new ArcosError('INVALID', `"${duration}" is not a duration`, {
      hint: 'Write a number and a unit: 250ms, 30s, 15m, 6h or 1d.',
    });
  }
  return Number(amount) * UNITS[unit as keyof typeof UNITS];
}
