import { z } from 'zod';
import type { LifecycleRule } from '../rule.ts';
import { invalid } from './metadata.ts';

const days = z.int().min(0).optional();
const date = z.iso.date().optional();
const names = z.array(z.string().min(1)).min(1).optional();

const LIFECYCLE = z
  .strictObject({
    rule: z
      .array(
        z.strictObject({
          action: z.strictObject({ type: z.literal('Delete') }),
          condition: z
            .strictObject({
              age: days,
              createdBefore: date,
              customTimeBefore: date,
              daysSinceCustomTime: days,
              daysSinceNoncurrentTime: days,
              noncurrentTimeBefore: date,
              isLive: z.boolean().optional(),
              matchesPrefix: names,
              matchesSuffix: names,
              numNewerVersions: days,
            })
            .refine((condition) => Object.keys(condition).length > 0, 'needs at least one condition'),
        }),
      )
      .max(100)
      .optional(),
  })
  .nullable();

/**
 * The rules of a bucket's `lifecycle`. Throws INVALID for what it cannot be: there is one storage class, so no
 * rule changes it, and uploads that nobody goes on with end after a week by themselves.
 */
export function parseLifecycle(value: unknown): LifecycleRule[] {
  const parsed = LIFECYCLE.safeParse(value);
  if (!parsed.success) throw invalid('lifecycle', parsed.error);
  return parsed.data?.rule ?? [];
}
