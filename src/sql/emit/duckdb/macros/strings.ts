import type { Macro } from './macro.ts';

/** Strings; bytes are searched as texts with a character a byte. */
export const STRINGS: readonly Macro[] = [
  // Strings. Bytes are searched as texts with a character a byte.
  [
    'bq_latin1',
    'b',
    `array_to_string(list_transform(regexp_extract_all(hex(b), '..'), lambda _h: chr(CAST('0x' || _h AS INTEGER))), '')`,
  ],
  [
    'bq_bytes',
    's',
    `unhex(array_to_string(list_transform(string_split(s, ''), lambda _c: CASE WHEN _c = '' THEN '' ELSE printf('%02x', unicode(_c)) END), ''))`,
  ],
  ['bq_is_ascii', 's', 'octet_length(encode(s)) = length(s)'],
  ['bq_folded', 's', `CASE WHEN bq_is_ascii(s) THEN lower(s) ELSE bq_casefold(s, 'NFKC') END`],
  [
    'bq_edit_distance',
    'a, b',
    `CASE WHEN bq_is_ascii(a) AND bq_is_ascii(b) THEN CAST(levenshtein(a, b) AS BIGINT) ELSE bq_levenshtein(a, b) END`,
  ],
  [
    'bq_parse_numeric',
    's',
    `CASE WHEN s IS NOT NULL AND bq_numeric_of(s) IS NULL THEN CAST(CAST('GoogleSQL: Invalid input to PARSE_NUMERIC: ' || s AS BIGINT) AS VARCHAR) ELSE bq_numeric_of(s) END`,
  ],
  [
    'bq_code_point',
    'c',
    `CASE WHEN c < 0 OR c > 1114111 OR c BETWEEN 55296 AND 57343 THEN CAST(CAST('GoogleSQL: Invalid codepoint ' || c AS BIGINT) AS VARCHAR)
      WHEN c = 0 THEN chr(0) ELSE chr(CAST(c AS INTEGER)) END`,
  ],
  [
    'bq_byte',
    'c',
    `CASE WHEN c NOT BETWEEN 0 AND 255 THEN CAST(CAST('GoogleSQL: Invalid extended ASCII value ' || c AS BIGINT) AS VARCHAR) ELSE printf('%02x', c) END`,
  ],
  ['bq_position', 'p, n', `CASE WHEN p = 0 OR p < -n THEN 1 WHEN p < 0 THEN n + p + 1 ELSE p END`],
  [
    'bq_group',
    'pattern',
    `CASE WHEN regexp_matches(pattern, '(^|[^\\\\])\\(([^?]|\\?P?<[A-Za-z_])') THEN 1 ELSE 0 END`,
  ],
  ['bq_extract_all', 's, pattern, n', `regexp_extract_all(s, pattern, n)`],
  [
    'bq_initcap',
    's, words',
    `array_to_string(list_transform(regexp_extract_all(lower(s), words), lambda _w: upper(_w[1]) || substring(_w, 2)), '')`,
  ],
  [
    'bq_instr',
    's, part, p, n',
    `CASE WHEN p = 0 THEN CAST('GoogleSQL: Third argument in INSTR() cannot be 0' AS BIGINT) WHEN n < 1 THEN CAST('GoogleSQL: Fourth argument in INSTR() must be positive' AS BIGINT)
      WHEN s IS NULL OR part IS NULL OR p IS NULL OR n IS NULL THEN NULL
      ELSE coalesce(list_filter(CASE WHEN p > 0 THEN generate_series(p, length(s)) ELSE generate_series(length(s) + p + 1, 1, -1) END,
        lambda _i: substring(s, _i, length(part)) = part)[n], 0) END`,
  ],
];
