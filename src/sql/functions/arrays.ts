import { define } from './define.ts';

export const ARRAYS = define('array', {
  ARRAY_CONCAT: ['ARRAY<T>, ARRAY<T>... -> ARRAY<T>', 'Arrays joined.'],
  ARRAY_FILTER: ['ARRAY<T>, ANY -> ARRAY<T>', 'Elements for which a condition holds.'],
  ARRAY_FIRST: ['ARRAY<T> -> T', 'The first element.'],
  ARRAY_INCLUDES: ['ARRAY<T>, T -> BOOL', 'Whether an element is in the array.'],
  ARRAY_LAST: ['ARRAY<T> -> T', 'The last element.'],
  ARRAY_LENGTH: ['ARRAY<T> -> INT64', 'Number of elements.'],
  ARRAY_REVERSE: ['ARRAY<T> -> ARRAY<T>', 'In reverse order.'],
  ARRAY_SLICE: ['ARRAY<T>, INT64, INT64 -> ARRAY<T>', 'Elements from one position to another, both counted from 0.'],
  ARRAY_TO_STRING: [
    'ARRAY<STRING>, STRING, [STRING] -> STRING | ARRAY<BYTES>, BYTES, [BYTES] -> BYTES',
    'Elements joined with a delimiter.',
  ],
  ARRAY_TRANSFORM: ['ARRAY<T>, ANY -> ARRAY<T>', 'Each element changed by an expression.'],
  GENERATE_ARRAY: [
    'INT64, INT64, [INT64] -> ARRAY<INT64> | NUMERIC, NUMERIC, [NUMERIC] -> ARRAY<NUMERIC> | FLOAT64, FLOAT64, [FLOAT64] -> ARRAY<FLOAT64>',
    'Numbers from one to another.',
  ],
  GENERATE_DATE_ARRAY: ['DATE, DATE, [INTERVAL] -> ARRAY<DATE>', 'Dates from one to another.'],
  GENERATE_TIMESTAMP_ARRAY: ['TIMESTAMP, TIMESTAMP, INTERVAL -> ARRAY<TIMESTAMP>', 'Instants from one to another.'],
});
