import type { Macro } from './macro.ts';

/** Decimals cut and rounded to digits that are no constant; `d` below 0 counts digits before the point. */
function atDigits(name: string, scale: number): Macro[] {
  const power = (exponent: string): string => `TRY_CAST('1e' || (${exponent}) AS DECIMAL(38, ${scale}))`;
  return [
    [
      `bq_${name}_trunc`,
      'x, d',
      `CASE WHEN d >= ${scale} THEN x WHEN d <= ${scale - 38} THEN CAST(0 AS DECIMAL(38, ${scale}))
        ELSE CAST(x - x % ${power('-d')} AS DECIMAL(38, ${scale})) END`,
    ],
    [
      `bq_${name}_round`,
      'x, d',
      `CASE WHEN d >= ${scale} THEN x ELSE bq_${name}_trunc(CAST(x + sign(x) * 5 * ${power('-d - 1')} AS DECIMAL(38, ${scale})), d) END`,
    ],
  ];
}

/** Numbers, and texts read as numbers. */
export const NUMBERS: readonly Macro[] = [
  // DuckDB would round decimals, take underscores, and no sign before hexadecimal digits.
  [
    'bq_integer',
    's',
    `CASE WHEN NOT regexp_matches(s, '[.eE_xX]') THEN TRY_CAST(s AS BIGINT)
      WHEN regexp_full_match(s, '\\s*[+-]?0[xX][0-9a-fA-F]+\\s*') THEN TRY_CAST(regexp_replace(s, '[+-]', '') AS BIGINT) * CASE WHEN contains(s, '-') THEN -1 ELSE 1 END END`,
  ],
  // DuckDB takes 2 us to round a product of 18 digits behind the point to 9. Where the factors have no more than 4 and 5 of
  // them the product has 9 and is not rounded at all: 0.07 us. Of other factors below 10^9 only the product of what is behind
  // their points is rounded, in 64 bits, which takes 0.3 us; all else of the product is whole billionths.
  ['bq_narrow', 'x', 'TRY_CAST(x AS DECIMAL(18, 9))'],
  ['bq_whole', 'x', 'CAST(trunc(CAST(x AS DECIMAL(18, 9))) AS DECIMAL(9, 0))'],
  ['bq_rest', 'x', 'CAST(CAST(x AS DECIMAL(18, 9)) - trunc(CAST(x AS DECIMAL(18, 9))) AS DECIMAL(9, 9))'],
  [
    'bq_numeric_multiply',
    'a, b',
    `coalesce(
      CASE WHEN bq_narrow(a) % CAST(0.0001 AS DECIMAL(18, 9)) = 0 THEN CAST(bq_narrow(a) AS DECIMAL(18, 4)) END
        * CASE WHEN bq_narrow(b) % CAST(0.00001 AS DECIMAL(18, 9)) = 0 THEN CAST(bq_narrow(b) AS DECIMAL(20, 5)) END,
      CASE WHEN abs(a) < 1000000000 AND abs(b) < 1000000000
        THEN CAST(bq_whole(a) * b + bq_whole(b) * bq_rest(a) + CAST(bq_rest(a) * bq_rest(b) AS DECIMAL(10, 9)) AS DECIMAL(38, 9))
        ELSE CAST(a * b AS DECIMAL(38, 9)) END)`,
  ],
  // Quotient of whole numbers of billionths, rounded half away from zero.
  [
    'bq_exact_divide',
    'n, d',
    `CAST(CAST(CASE WHEN (n < 0) = (d < 0) THEN 1 ELSE -1 END * ((abs(n) * 1000000000 + abs(d) // 2) // abs(d)) AS DECIMAL(38, 0))
      * CAST(0.000000001 AS DECIMAL(10, 9)) AS DECIMAL(38, 9))`,
  ],
  // 38 digits do not hold larger operands scaled: those are divided digit by digit.
  [
    'bq_decimal_divide',
    'a, b',
    `CASE WHEN abs(a) < 10000000000000000000 AND abs(b) < 10000000000000000000
      THEN bq_exact_divide(CAST(a * 1000000000 AS HUGEINT), CAST(b * 1000000000 AS HUGEINT))
      ELSE CAST(bq_divide_text(CAST(a AS VARCHAR), CAST(b AS VARCHAR), 9) AS DECIMAL(38, 9)) END`,
  ],
  ['bq_wide_divide', 'a, b', `CAST(bq_divide_text(CAST(a AS VARCHAR), CAST(b AS VARCHAR), 18) AS DECIMAL(38, 18))`],
  ...atDigits('numeric', 9),
  // Of the two roundings of a half, the one whose last digit is even.
  [
    'bq_numeric_round_even',
    'x, d',
    `CASE WHEN d >= 9 OR abs(x - bq_numeric_trunc(x, d)) <> 5 * TRY_CAST('1e' || (-d - 1) AS DECIMAL(38, 9)) THEN bq_numeric_round(x, d)
      ELSE bq_numeric_trunc(x, d) + (bq_numeric_trunc(x, d) % (2 * TRY_CAST('1e' || (-d) AS DECIMAL(38, 9)))) END`,
  ],
  ...atDigits('bignumeric', 18),
  // What months leave over becomes days of which a month has 30, and what days leave over becomes hours.
  [
    'bq_interval_divide',
    'x, n',
    `(to_months(CAST(bq_months(x) // n AS INTEGER)) + to_days(CAST((bq_months(x) % n * 30 + date_part('day', x)) // n AS INTEGER))
      + to_microseconds(CAST(((bq_months(x) % n * 30 + date_part('day', x)) % n * 86400000000 + bq_micros(x)) // n AS BIGINT)))`,
  ],
  [
    'bq_shift_left',
    'x, n',
    `CASE WHEN n < 0 THEN CAST('GoogleSQL: Bitwise shift by negative offset.' AS BIGINT) WHEN n >= 64 THEN 0 ELSE CAST(CAST(x AS BIT) << CAST(n AS INTEGER) AS BIGINT) END`,
  ],
  [
    'bq_shift_right',
    'x, n',
    `CASE WHEN n < 0 THEN CAST('GoogleSQL: Bitwise shift by negative offset.' AS BIGINT) WHEN n >= 64 THEN 0 ELSE CAST(CAST(x AS BIT) >> CAST(n AS INTEGER) AS BIGINT) END`,
  ],

  [
    'bq_cosine_distance',
    'a, b',
    `CASE WHEN list_inner_product(a, a) = 0 OR list_inner_product(b, b) = 0 THEN CAST(CAST('GoogleSQL: Cannot compute cosine distance against zero vector.' AS BIGINT) AS DOUBLE)
      ELSE list_cosine_distance(a, b) END`,
  ],
  ['bq_euclidean_distance', 'a, b', 'list_distance(a, b)'],
];
