import { define } from './define.ts';

export const CONVERSIONS = define('conversion', {
  PARSE_BIGNUMERIC: ['STRING -> BIGNUMERIC', 'A BIGNUMERIC read from text.'],
  PARSE_NUMERIC: ['STRING -> NUMERIC', 'A NUMERIC read from text.'],
});
