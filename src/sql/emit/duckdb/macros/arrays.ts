import type { Macro } from './macro.ts';

/** Arrays and ranges. */
export const ARRAYS: readonly Macro[] = [
  // Not known where the value is not among the elements but one of them, or the value itself, is NULL.
  [
    'bq_in_array',
    'x, l',
    `CASE WHEN coalesce(len(l), 0) = 0 THEN FALSE WHEN x IS NULL THEN NULL WHEN list_contains(l, x) THEN TRUE WHEN list_count(l) < len(l) THEN NULL ELSE FALSE END`,
  ],
  // LIKE ANY and LIKE ALL are chains of OR and AND.
  ['bq_likes', 'x, l', `list_transform(l, lambda _p: x LIKE _p ESCAPE '\\')`],
  ['bq_any', 'l', `CASE WHEN list_contains(l, TRUE) THEN TRUE WHEN list_count(l) < len(l) THEN NULL ELSE FALSE END`],
  ['bq_all', 'l', `CASE WHEN list_contains(l, FALSE) THEN FALSE WHEN list_count(l) < len(l) THEN NULL ELSE TRUE END`],
  // Of a sorted list, its NULLs first. Between NULL and a value lies the value.
  [
    'bq_percentile_cont',
    'l, p',
    `coalesce(list_extract(l, CAST(floor(p * (len(l) - 1)) AS BIGINT) + 1) + (list_extract(l, CAST(ceil(p * (len(l) - 1)) AS BIGINT) + 1)
        - list_extract(l, CAST(floor(p * (len(l) - 1)) AS BIGINT) + 1)) * (p * (len(l) - 1) - floor(p * (len(l) - 1))),
      list_extract(l, CAST(ceil(p * (len(l) - 1)) AS BIGINT) + 1))`,
  ],
  ['bq_percentile_disc', 'l, p', `list_extract(l, CAST(greatest(ceil(p * len(l)), 1) AS BIGINT))`],
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
