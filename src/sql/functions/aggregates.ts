import { define } from './define.ts';

const SUM =
  'INT64 -> INT64 | NUMERIC -> NUMERIC | BIGNUMERIC -> BIGNUMERIC | FLOAT64 -> FLOAT64 | INTERVAL -> INTERVAL';
const AVG = 'FLOAT64 -> FLOAT64 | NUMERIC -> NUMERIC | BIGNUMERIC -> BIGNUMERIC | INTERVAL -> INTERVAL';
const STATISTIC = 'FLOAT64 -> FLOAT64';
const PAIR_STATISTIC = 'FLOAT64, FLOAT64 -> FLOAT64';

export const AGGREGATES = define(
  'aggregate',
  {
    ANY_VALUE: ['T -> T', 'Any of the values.'],
    APPROX_COUNT_DISTINCT: ['T -> INT64', 'About how many different values there are.'],
    APPROX_QUANTILES: ['T, INT64 -> ARRAY<T>', 'Bounds of about equally many values.'],
    APPROX_TOP_COUNT: [
      'T, INT64 -> ARRAY<STRUCT<value T, count INT64>>',
      'The most frequent values with their counts.',
    ],
    APPROX_TOP_SUM: [
      `T, INT64, INT64 -> ARRAY<STRUCT<value T, sum INT64>> | T, NUMERIC, INT64 -> ARRAY<STRUCT<value T, sum NUMERIC>> |
      T, BIGNUMERIC, INT64 -> ARRAY<STRUCT<value T, sum BIGNUMERIC>> | T, FLOAT64, INT64 -> ARRAY<STRUCT<value T, sum FLOAT64>>`,
      'The values whose weights come to most, with these sums.',
    ],
    ARRAY_AGG: ['T -> ARRAY<T>', 'All values as an array.'],
    ARRAY_CONCAT_AGG: ['ARRAY<T> -> ARRAY<T>', 'All arrays joined.'],
    AVG: [AVG, 'Mean.'],
    BIT_AND: ['INT64 -> INT64', 'Bitwise and of all values.'],
    BIT_OR: ['INT64 -> INT64', 'Bitwise or of all values.'],
    BIT_XOR: ['INT64 -> INT64', 'Bitwise exclusive or of all values.'],
    CORR: [PAIR_STATISTIC, 'Pearson correlation.'],
    COUNT: [' -> INT64 | ANY -> INT64', 'Number of rows, or of values that are not NULL.'],
    COUNTIF: ['BOOL -> INT64', 'Number of rows for which a condition holds.'],
    COVAR_POP: [PAIR_STATISTIC, 'Population covariance.'],
    COVAR_SAMP: [PAIR_STATISTIC, 'Sample covariance.'],
    GROUPING: ['ANY -> INT64', '1 where the key is rolled up, else 0.'],
    'HLL_COUNT.INIT': [
      'INT64, [INT64] -> BYTES | NUMERIC, [INT64] -> BYTES | BIGNUMERIC, [INT64] -> BYTES | STRING, [INT64] -> BYTES | BYTES, [INT64] -> BYTES',
      'A HyperLogLog++ sketch of the values.',
    ],
    'HLL_COUNT.MERGE': ['BYTES -> INT64', 'About how many different values several sketches have together.'],
    'HLL_COUNT.MERGE_PARTIAL': ['BYTES -> BYTES', 'A sketch of all values of several sketches.'],
    LOGICAL_AND: ['BOOL -> BOOL', 'Whether all are TRUE.'],
    LOGICAL_OR: ['BOOL -> BOOL', 'Whether any is TRUE.'],
    MAX: ['T -> T', 'The largest value.'],
    MAX_BY: ['T, ANY -> T', 'The value where another is largest.'],
    MIN: ['T -> T', 'The smallest value.'],
    MIN_BY: ['T, ANY -> T', 'The value where another is smallest.'],
    STDDEV_POP: [STATISTIC, 'Population standard deviation.'],
    STDDEV_SAMP: [STATISTIC, 'Sample standard deviation.'],
    STRING_AGG: [
      'STRING, [STRING] -> STRING | BYTES, [BYTES] -> BYTES',
      'Values joined with a delimiter, a comma unless told.',
    ],
    ST_CENTROID_AGG: ['GEOGRAPHY -> GEOGRAPHY', 'The centre of mass of all.'],
    ST_EXTENT: [
      'GEOGRAPHY -> STRUCT<xmin FLOAT64, ymin FLOAT64, xmax FLOAT64, ymax FLOAT64>',
      'The box of longitudes and latitudes around all.',
    ],
    ST_UNION_AGG: ['GEOGRAPHY -> GEOGRAPHY', 'Everything in any.'],
    SUM: [SUM, 'Sum.'],
    VAR_POP: [STATISTIC, 'Population variance.'],
    VAR_SAMP: [STATISTIC, 'Sample variance.'],
  },
  'aggregate',
);

export const WINDOWS = define(
  'window',
  {
    CUME_DIST: [' -> FLOAT64', 'Share of rows up to this one.'],
    DENSE_RANK: [' -> INT64', 'Rank without gaps.'],
    FIRST_VALUE: ['T -> T', 'The value in the first row of the frame.'],
    LAG: ['T, [INT64], [T] -> T', 'The value some rows before.'],
    LAST_VALUE: ['T -> T', 'The value in the last row of the frame.'],
    LEAD: ['T, [INT64], [T] -> T', 'The value some rows after.'],
    NTH_VALUE: ['T, INT64 -> T', 'The value in the n-th row of the frame.'],
    NTILE: ['INT64 -> INT64', 'Number of the bucket when rows are dealt into so many.'],
    PERCENTILE_CONT: [
      'FLOAT64, FLOAT64 -> FLOAT64 | NUMERIC, NUMERIC -> NUMERIC | BIGNUMERIC, BIGNUMERIC -> BIGNUMERIC',
      'Percentile, interpolated.',
    ],
    PERCENTILE_DISC: ['T, FLOAT64 -> T', 'Percentile, one of the values.'],
    PERCENT_RANK: [' -> FLOAT64', 'Rank from 0 to 1.'],
    ST_CLUSTERDBSCAN: [
      'GEOGRAPHY, FLOAT64, INT64 -> INT64',
      'Number of the cluster: places with so many others within so many metres; NULL for noise.',
    ],
    RANK: [' -> INT64', 'Rank with gaps after ties.'],
    ROW_NUMBER: [' -> INT64', 'Number of the row, from 1.'],
  },
  'window',
);
