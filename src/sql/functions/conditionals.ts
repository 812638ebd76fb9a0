import { define } from './define.ts';

export const CONDITIONALS = define('conditional', {
  COALESCE: ['T, T... -> T', 'The first value that is not NULL.'],
  IF: ['BOOL, T, T -> T', 'The second argument where the condition is TRUE, else the third.'],
  IFNULL: ['T, T -> T', 'The first value unless it is NULL, else the second.'],
  NULLIF: ['T, T -> T', 'NULL where both are equal, else the first.'],
  NULLIFZERO: [
    'INT64 -> INT64 | NUMERIC -> NUMERIC | FLOAT64 -> FLOAT64',
    'NULL where the number is 0, else the number.',
  ],
  ZEROIFNULL: [
    'INT64 -> INT64 | NUMERIC -> NUMERIC | FLOAT64 -> FLOAT64',
    '0 where the number is NULL, else the number.',
  ],
  IFERROR: ['T, T -> T', 'The first value; the second where the first ends in an error.'],
  ISERROR: ['ANY -> BOOL', 'Whether evaluating the value ends in an error.'],
  NULLIFERROR: ['T -> T', 'The value; NULL where it ends in an error.'],
  ERROR: ['STRING -> INT64', 'Ends the query with this message.'],
  GREATEST: ['T, T... -> T', 'The largest value; NULL if any is NULL.'],
  LEAST: ['T, T... -> T', 'The smallest value; NULL if any is NULL.'],
  GENERATE_UUID: [' -> STRING', 'A random UUID (version 4).'],
  TYPEOF: ['ANY -> STRING', 'The name of the type of the value.'],
  SESSION_USER: [' -> STRING', 'E-mail of who runs the query.'],
});
