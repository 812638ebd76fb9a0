import type { Macro } from './macro.ts';

/** Time zones. */
export const ZONES: readonly Macro[] = [
  // A zone is a name or an offset such as -03:00.
  [
    'bq_zone_minutes',
    'zone',
    `(CAST(regexp_extract(zone, '^([+-]\\d{1,2})', 1) AS INTEGER) * 60
      + CASE WHEN zone LIKE '-%' THEN -1 ELSE 1 END * coalesce(TRY_CAST(regexp_extract(zone, ':?(\\d{2})$', 1) AS INTEGER), 0) * CASE WHEN length(zone) > 3 THEN 1 ELSE 0 END)`,
  ],
  [
    'bq_local',
    'x, zone',
    `CASE WHEN regexp_matches(zone, '^[+-]') THEN (x AT TIME ZONE 'UTC') + to_minutes(bq_zone_minutes(zone)) ELSE x AT TIME ZONE zone END`,
  ],
  [
    'bq_instant',
    'x, zone',
    `CASE WHEN regexp_matches(zone, '^[+-]') THEN (x - to_minutes(bq_zone_minutes(zone))) AT TIME ZONE 'UTC' ELSE x AT TIME ZONE zone END`,
  ],
];
