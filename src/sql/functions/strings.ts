import { define } from './define.ts';

const BOTH_UNARY = 'STRING -> STRING | BYTES -> BYTES';
const TRIM = 'STRING, [STRING] -> STRING | BYTES, BYTES -> BYTES';
const PAD = 'STRING, INT64, [STRING] -> STRING | BYTES, INT64, [BYTES] -> BYTES';
const PART_OF = 'STRING, INT64 -> STRING | BYTES, INT64 -> BYTES';
const TEST = 'STRING, STRING -> BOOL | BYTES, BYTES -> BOOL';

export const STRINGS = define('string', {
  ASCII: ['STRING -> INT64', 'Code of the first character.'],
  BYTE_LENGTH: ['STRING -> INT64 | BYTES -> INT64', 'Number of bytes.'],
  CHAR_LENGTH: ['STRING -> INT64', 'Number of characters.'],
  CHR: ['INT64 -> STRING', 'The character with this code point.'],
  CODE_POINTS_TO_BYTES: ['ARRAY<INT64> -> BYTES', 'The bytes with these values.'],
  CODE_POINTS_TO_STRING: ['ARRAY<INT64> -> STRING', 'The string of these code points.'],
  CONCAT: [
    'CAST<STRING>, CAST<STRING>... -> STRING | BYTES, BYTES... -> BYTES',
    'All values joined; NULL if any is NULL.',
  ],
  COLLATE: ['STRING, STRING -> STRING', 'The string, compared by a collation: und:ci takes no account of case.'],
  CONTAINS_SUBSTR: [
    'ANY, STRING, [json_scope => STRING] -> BOOL',
    'Whether the text holds another, case and form of letters aside.',
  ],
  EDIT_DISTANCE: [
    'STRING, STRING, [max_distance => INT64] -> INT64 | BYTES, BYTES, [max_distance => INT64] -> INT64',
    'Levenshtein distance.',
  ],
  ENDS_WITH: [TEST, 'Whether the first ends with the second.'],
  FORMAT: ['STRING, ANY... -> STRING', "Values written by a pattern in the manner of C's printf."],
  FROM_BASE32: ['STRING -> BYTES', 'Bytes of base32 text.'],
  FROM_BASE64: ['STRING -> BYTES', 'Bytes of base64 text.'],
  FROM_HEX: ['STRING -> BYTES', 'Bytes of hexadecimal text.'],
  INITCAP: ['STRING, [STRING] -> STRING', 'Each word with a capital letter and the rest small.'],
  INSTR: [
    'STRING, STRING, [INT64], [INT64] -> INT64 | BYTES, BYTES, [INT64], [INT64] -> INT64',
    'Position of an occurrence, from 1; 0 if none.',
  ],
  LEFT: [PART_OF, 'The first characters.'],
  LENGTH: ['STRING -> INT64 | BYTES -> INT64', 'Number of characters, or bytes.'],
  LOWER: [BOTH_UNARY, 'Small letters.'],
  LPAD: [PAD, 'Filled from the left to a length.'],
  LTRIM: [TRIM, 'Without leading spaces or given characters.'],
  NORMALIZE: ['STRING, [PART] -> STRING', 'Unicode normal form: NFC, NFKC, NFD or NFKD.'],
  NORMALIZE_AND_CASEFOLD: ['STRING, [PART] -> STRING', 'Unicode normal form without case.'],
  REGEXP_CONTAINS: [TEST, 'Whether a regular expression (RE2) matches somewhere.'],
  REGEXP_EXTRACT: [
    'STRING, STRING, [INT64], [INT64] -> STRING | BYTES, BYTES, [INT64], [INT64] -> BYTES',
    'The first match, or its capturing group.',
  ],
  REGEXP_EXTRACT_ALL: [
    'STRING, STRING -> ARRAY<STRING> | BYTES, BYTES -> ARRAY<BYTES>',
    'All matches, or their capturing group.',
  ],
  REGEXP_INSTR: ['STRING, STRING, [INT64], [INT64], [INT64] -> INT64', 'Position of a match, from 1; 0 if none.'],
  REGEXP_REPLACE: ['STRING, STRING, STRING -> STRING | BYTES, BYTES, BYTES -> BYTES', 'Every match replaced.'],
  REPEAT: [PART_OF, 'Repeated.'],
  REPLACE: ['STRING, STRING, STRING -> STRING | BYTES, BYTES, BYTES -> BYTES', 'Every occurrence replaced.'],
  REVERSE: [BOTH_UNARY, 'In reverse order.'],
  RIGHT: [PART_OF, 'The last characters.'],
  RPAD: [PAD, 'Filled from the right to a length.'],
  RTRIM: [TRIM, 'Without trailing spaces or given characters.'],
  SAFE_CONVERT_BYTES_TO_STRING: ['BYTES -> STRING', 'UTF-8 text, bad bytes replaced by U+FFFD.'],
  SOUNDEX: ['STRING -> STRING', 'Soundex code.'],
  SPLIT: [
    'STRING, [STRING] -> ARRAY<STRING> | BYTES, BYTES -> ARRAY<BYTES>',
    'Parts between a delimiter, a comma unless told.',
  ],
  STARTS_WITH: [TEST, 'Whether the first starts with the second.'],
  STRPOS: ['STRING, STRING -> INT64 | BYTES, BYTES -> INT64', 'Position of the first occurrence, from 1; 0 if none.'],
  SUBSTR: [
    'STRING, INT64, [INT64] -> STRING | BYTES, INT64, [INT64] -> BYTES',
    'A part, from a position counted from 1, or from the end if negative.',
  ],
  TO_BASE32: ['BYTES -> STRING', 'Base32 text of bytes.'],
  TO_BASE64: ['BYTES -> STRING', 'Base64 text of bytes.'],
  TO_CODE_POINTS: ['STRING -> ARRAY<INT64> | BYTES -> ARRAY<INT64>', 'Code points, or byte values.'],
  TO_HEX: ['BYTES -> STRING', 'Hexadecimal text of bytes.'],
  TRANSLATE: ['STRING, STRING, STRING -> STRING | BYTES, BYTES, BYTES -> BYTES', 'Characters exchanged one by one.'],
  TRIM: [TRIM, 'Without leading and trailing spaces or given characters.'],
  UNICODE: ['STRING -> INT64', 'Code point of the first character.'],
  UPPER: [BOTH_UNARY, 'Capital letters.'],
});
