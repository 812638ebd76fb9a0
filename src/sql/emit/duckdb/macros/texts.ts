import type { Macro } from './macro.ts';

/** Texts of values (GoogleSQL, Conversion functions, CAST AS STRING). */
export const TEXTS: readonly Macro[] = [
  // Texts of values (GoogleSQL, Conversion functions, CAST AS STRING).
  [
    'bq_float_text',
    'x',
    `CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
      WHEN abs(x) >= 1e15 OR (abs(x) < 1e-4 AND x <> 0)
        THEN CASE WHEN CAST(printf('%.15g', x) AS DOUBLE) = x THEN printf('%.15g', x) ELSE printf('%.17g', x) END
      ELSE regexp_replace(CAST(x AS VARCHAR), '\\.0$', '') END`,
  ],
  [
    'bq_numeric_text',
    'x',
    `CASE WHEN contains(CAST(x AS VARCHAR), '.') THEN rtrim(rtrim(CAST(x AS VARCHAR), '0'), '.') ELSE CAST(x AS VARCHAR) END`,
  ],
  [
    'bq_fraction',
    'micros',
    `CASE WHEN micros = 0 THEN '' WHEN micros % 1000 = 0 THEN printf('.%03d', CAST(micros // 1000 AS INTEGER)) ELSE printf('.%06d', CAST(micros AS INTEGER)) END`,
  ],
  ['bq_datetime_text', 'x', `strftime(x, '%Y-%m-%d %H:%M:%S') || bq_fraction(date_part('microsecond', x) % 1000000)`],
  [
    'bq_time_text',
    'x',
    `strftime(DATE '1970-01-01' + x, '%H:%M:%S') || bq_fraction(date_part('microsecond', x) % 1000000)`,
  ],
  ['bq_timestamp_text', 'x', `bq_datetime_text(x AT TIME ZONE 'UTC') || '+00'`],
  ['bq_timestamp_text_in', 'x, zone', `bq_datetime_text(bq_local(x, zone)) || bq_zone_offset(x, zone, '%h')`],
  ['bq_timestamp_json', 'x', `replace(bq_datetime_text(x AT TIME ZONE 'UTC'), ' ', 'T') || 'Z'`],
  ['bq_offset_minutes', 'x, zone', `(epoch_us(bq_local(x, zone)) - epoch_us(x)) // 60000000`],
  // %z is -0300, %Ez -03:00, %h -03 or +05:30, %Z UTC-3.
  [
    'bq_zone_offset',
    'x, zone, element',
    `CASE WHEN element = '%Z' AND bq_offset_minutes(x, zone) = 0 THEN 'UTC' ELSE
      CASE WHEN element = '%Z' THEN 'UTC' ELSE '' END || CASE WHEN bq_offset_minutes(x, zone) < 0 THEN '-' ELSE '+' END
      || printf(CASE WHEN element = '%Z' THEN '%d' ELSE '%02d' END, CAST(abs(bq_offset_minutes(x, zone)) // 60 AS INTEGER))
      || CASE WHEN element IN ('%h', '%Z') AND abs(bq_offset_minutes(x, zone)) % 60 = 0 THEN ''
         ELSE CASE WHEN element IN ('%Ez', '%h') THEN ':' ELSE '' END || printf('%02d', CAST(abs(bq_offset_minutes(x, zone)) % 60 AS INTEGER)) END END`,
  ],
  ['bq_months', 'x', `(date_part('year', x) * 12 + date_part('month', x))`],
  [
    'bq_micros',
    'x',
    `(date_part('hour', x) * 3600000000 + date_part('minute', x) * 60000000 + date_part('microsecond', x))`,
  ],
  ['bq_sign', 'x', `CASE WHEN x < 0 THEN '-' ELSE '' END`],
  [
    'bq_interval_text',
    'x',
    `bq_sign(bq_months(x)) || (abs(bq_months(x)) // 12) || '-' || (abs(bq_months(x)) % 12) || ' ' || date_part('day', x) || ' '
      || bq_sign(bq_micros(x)) || (abs(bq_micros(x)) // 3600000000) || ':' || (abs(bq_micros(x)) // 60000000 % 60) || ':'
      || (abs(bq_micros(x)) // 1000000 % 60) || bq_fraction(abs(bq_micros(x)) % 1000000)`,
  ],
  [
    'bq_range_text',
    'x',
    `'[' || coalesce(CAST(x."start" AS VARCHAR), 'UNBOUNDED') || ', ' || coalesce(CAST(x."end" AS VARCHAR), 'UNBOUNDED') || ')'`,
  ],
];
