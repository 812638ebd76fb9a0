import { define } from './define.ts';

const ARITHMETIC = `INT64, INT64 -> INT64 | NUMERIC, NUMERIC -> NUMERIC | BIGNUMERIC, BIGNUMERIC -> BIGNUMERIC |
  FLOAT64, FLOAT64 -> FLOAT64`;
const COMPARISON = 'T, T -> BOOL';
const LIKE_MANY = 'STRING, ARRAY<STRING> -> BOOL';
const BITWISE = 'INT64, INT64 -> INT64 | BYTES, BYTES -> BYTES';

/** Operators are functions by the name of their symbol. */
export const OPERATORS = define('operators', {
  '+': [
    `${ARITHMETIC} | DATE, INT64 -> DATE | INT64, DATE -> DATE | DATE, INTERVAL -> DATETIME | INTERVAL, DATE -> DATETIME |
    DATETIME, INTERVAL -> DATETIME | INTERVAL, DATETIME -> DATETIME | TIMESTAMP, INTERVAL -> TIMESTAMP |
    INTERVAL, TIMESTAMP -> TIMESTAMP | TIME, INTERVAL -> TIME | INTERVAL, INTERVAL -> INTERVAL`,
    'Sum; a date and a number of days; a time and an interval.',
  ],
  '-': [
    `${ARITHMETIC} | DATE, INT64 -> DATE | DATE, DATE -> INTERVAL | DATETIME, DATETIME -> INTERVAL |
    TIMESTAMP, TIMESTAMP -> INTERVAL | TIME, TIME -> INTERVAL | DATE, INTERVAL -> DATETIME |
    DATETIME, INTERVAL -> DATETIME | TIMESTAMP, INTERVAL -> TIMESTAMP | TIME, INTERVAL -> TIME |
    INTERVAL, INTERVAL -> INTERVAL`,
    'Difference.',
  ],
  '*': [`${ARITHMETIC} | INTERVAL, INT64 -> INTERVAL | INT64, INTERVAL -> INTERVAL`, 'Product.'],
  '/': [
    `FLOAT64, FLOAT64 -> FLOAT64 | NUMERIC, NUMERIC -> NUMERIC | BIGNUMERIC, BIGNUMERIC -> BIGNUMERIC |
    INTERVAL, INT64 -> INTERVAL`,
    'Quotient; of integers a FLOAT64. Division by zero is an error.',
  ],
  '||': ['STRING, STRING -> STRING | BYTES, BYTES -> BYTES | ARRAY<T>, ARRAY<T> -> ARRAY<T>', 'Concatenation.'],
  'UNARY -': [
    'INT64 -> INT64 | NUMERIC -> NUMERIC | BIGNUMERIC -> BIGNUMERIC | FLOAT64 -> FLOAT64 | INTERVAL -> INTERVAL',
    'The number with its sign changed.',
  ],
  'UNARY +': [
    'INT64 -> INT64 | NUMERIC -> NUMERIC | BIGNUMERIC -> BIGNUMERIC | FLOAT64 -> FLOAT64',
    'The number itself.',
  ],
  '=': [COMPARISON, 'Equal.'],
  '!=': [COMPARISON, 'Not equal.'],
  '<': [COMPARISON, 'Less than.'],
  '<=': [COMPARISON, 'Less than or equal.'],
  '>': [COMPARISON, 'Greater than.'],
  '>=': [COMPARISON, 'Greater than or equal.'],
  'IS DISTINCT FROM': [COMPARISON, 'Different, NULL being equal to NULL.'],
  BETWEEN: ['T, T, T -> BOOL', 'Whether the value is within both bounds.'],
  LIKE: ['STRING, STRING -> BOOL | BYTES, BYTES -> BOOL', 'Whether the text matches a pattern with % and _.'],
  'LIKE ANY': [LIKE_MANY, 'Whether the text matches any of the patterns.'],
  'LIKE ALL': [LIKE_MANY, 'Whether the text matches all patterns.'],
  'NOT LIKE ANY': [LIKE_MANY, 'Whether there is a pattern that the text does not match.'],
  'NOT LIKE ALL': [LIKE_MANY, 'Whether the text matches none of the patterns.'],
  NOT: ['BOOL -> BOOL', 'Negation.'],
  AND: ['BOOL, BOOL -> BOOL', 'Conjunction.'],
  OR: ['BOOL, BOOL -> BOOL', 'Disjunction.'],
  'IS NULL': ['ANY -> BOOL', 'Whether the value is NULL.'],
  'IS TRUE': ['BOOL -> BOOL', 'Whether the value is TRUE and not NULL.'],
  'IS FALSE': ['BOOL -> BOOL', 'Whether the value is FALSE and not NULL.'],
  '~': ['INT64 -> INT64 | BYTES -> BYTES', 'Every bit turned.'],
  '&': [BITWISE, 'Bitwise and.'],
  '|': [BITWISE, 'Bitwise or.'],
  '^': [BITWISE, 'Bitwise exclusive or.'],
  '<<': ['INT64, INT64 -> INT64 | BYTES, INT64 -> BYTES', 'Bits moved to the left.'],
  '>>': ['INT64, INT64 -> INT64 | BYTES, INT64 -> BYTES', 'Bits moved to the right.'],
});
