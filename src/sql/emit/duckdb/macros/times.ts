import type { Macro } from './macro.ts';

/** Dates, times and intervals. */
export const TIMES: readonly Macro[] = [
  [
    'bq_date',
    'd',
    `CASE WHEN d < DATE '0001-01-01' OR d > DATE '9999-12-31' THEN CAST(CAST(CAST('GoogleSQL: Date is out of range: ' || d AS BIGINT) AS VARCHAR) AS DATE) ELSE d END`,
  ],
  [
    'bq_datetime',
    't',
    `CASE WHEN t < TIMESTAMP '0001-01-01' OR t >= TIMESTAMP '10000-01-01' THEN CAST(CAST(CAST('GoogleSQL: Datetime is out of range: ' || t AS BIGINT) AS VARCHAR) AS TIMESTAMP) ELSE t END`,
  ],
  [
    'bq_timestamp',
    't',
    `CASE WHEN t < TIMESTAMPTZ '0001-01-01 00:00:00+00' OR t >= TIMESTAMPTZ '10000-01-01 00:00:00+00' THEN CAST(CAST(CAST('GoogleSQL: Timestamp is out of range: ' || epoch_us(t) AS BIGINT) AS VARCHAR) AS TIMESTAMPTZ) ELSE t END`,
  ],
  [
    'bq_interval_of',
    's',
    `CASE WHEN s IS NOT NULL AND bq_interval_read(s) IS NULL THEN to_microseconds(CAST('GoogleSQL: Invalid INTERVAL value ''' || s || '''' AS BIGINT))
      ELSE to_months(CAST(split_part(bq_interval_read(s), ' ', 1) AS INTEGER)) + to_days(CAST(split_part(bq_interval_read(s), ' ', 2) AS INTEGER))
        + to_microseconds(CAST(split_part(bq_interval_read(s), ' ', 3) AS BIGINT)) END`,
  ],
  ['bq_time_trunc', 'part, x', `CAST(date_trunc(part, DATE '1970-01-01' + x) AS TIME)`],
  [
    'bq_justify_days',
    'x',
    `(to_months(CAST(bq_months(x) + date_part('day', x) // 30 AS INTEGER)) + to_days(CAST(date_part('day', x) % 30 AS INTEGER)) + to_microseconds(bq_micros(x)))`,
  ],
  [
    'bq_justify_hours',
    'x',
    `(to_months(CAST(bq_months(x) AS INTEGER)) + to_days(CAST(date_part('day', x) + bq_micros(x) // 86400000000 AS INTEGER)) + to_microseconds(bq_micros(x) % 86400000000))`,
  ],
];
