import { define } from './define.ts';

export const RANGES = define('range', {
  RANGE: ['T, T -> RANGE<T>', 'The range from a start to before an end; NULL is unbounded.'],
  RANGE_CONTAINS: ['RANGE<T>, T -> BOOL | RANGE<T>, RANGE<T> -> BOOL', 'Whether a value or range lies within a range.'],
  RANGE_END: ['RANGE<T> -> T', 'Where a range ends; NULL if unbounded.'],
  RANGE_INTERSECT: ['RANGE<T>, RANGE<T> -> RANGE<T>', 'What two ranges share.'],
  RANGE_OVERLAPS: ['RANGE<T>, RANGE<T> -> BOOL', 'Whether two ranges share anything.'],
  RANGE_START: ['RANGE<T> -> T', 'Where a range starts; NULL if unbounded.'],
  GENERATE_RANGE_ARRAY: ['RANGE<T>, INTERVAL, [BOOL] -> ARRAY<RANGE<T>>', 'A range cut into steps.'],
});
