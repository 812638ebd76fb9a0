import type { Macro } from './macro.ts';

/** Arrays and ranges. */
export const ARRAYS: readonly Macro[] = [
  // Not known where the value is not among the elements but one of them, or the value itself, is NULL.
  [
    'bq_in_array',
    'x, l',
    `CASE WHEN coalesce(len(l), 0) = 0 THEN FALSE WHEN x IS NULL THEN NULL WHEN list_contains(l, x) THEN TRUE WHEN list_count(l) < len(l) THEN NULL ELSE FALSE END`,
  ],
  ['bq_array_concat', 'a, b', 'CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE list_concat(a, b) END'],
  [
    'bq_array_slice',
    'l, a, b',
    `list_slice(l, CASE WHEN a < 0 THEN greatest(len(l) + a + 1, 1) ELSE a + 1 END, CASE WHEN b < 0 THEN len(l) + b + 1 ELSE b + 1 END)`,
  ],
  [
    'bq_range_contains',
    'r, v',
    `(r IS NOT NULL AND v IS NOT NULL AND (r."start" IS NULL OR v >= r."start") AND (r."end" IS NULL OR v < r."end"))`,
  ],
  [
    'bq_range_covers',
    'r, s',
    `((r."start" IS NULL OR (s."start" IS NOT NULL AND s."start" >= r."start")) AND (r."end" IS NULL OR (s."end" IS NOT NULL AND s."end" <= r."end")))`,
  ],
  [
    'bq_range_overlaps',
    'r, s',
    `((r."end" IS NULL OR s."start" IS NULL OR s."start" < r."end") AND (s."end" IS NULL OR r."start" IS NULL OR r."start" < s."end"))`,
  ],
  [
    'bq_range_intersect',
    'r, s',
    `struct_pack("start" := CASE WHEN r."start" IS NULL THEN s."start" WHEN s."start" IS NULL THEN r."start" ELSE greatest(r."start", s."start") END,
      "end" := CASE WHEN r."end" IS NULL THEN s."end" WHEN s."end" IS NULL THEN r."end" ELSE least(r."end", s."end") END)`,
  ],
];
