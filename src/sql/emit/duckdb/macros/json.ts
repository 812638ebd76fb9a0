import type { Macro } from './macro.ts';

/** JSON values: parts, changes, and readings as other types. */
export const JSON_MACROS: readonly Macro[] = [
  ['bq_json', 's', `TRY_CAST(s AS JSON)`],
  [
    'bq_parse_json',
    's, mode',
    `CAST(CASE WHEN s IS NOT NULL AND bq_json_parse(s, mode) IS NULL THEN CAST(CAST('GoogleSQL: Invalid input to PARSE_JSON: ' || s AS BIGINT) AS VARCHAR)
      ELSE bq_json_parse(s, mode) END AS JSON)`,
  ],
  [
    'bq_json_scalar',
    'j, p',
    `CASE WHEN json_type(j, p) IN ('OBJECT', 'ARRAY') THEN NULL ELSE json_extract_string(j, p) END`,
  ],
  // Of a text, numbers are given as they stand there.
  [
    'bq_json_text_scalar',
    'j, p',
    `CASE WHEN json_type(j, p) IN ('OBJECT', 'ARRAY', 'DOUBLE')
        THEN CASE WHEN json_type(j, p) = 'DOUBLE' THEN bq_json_number(CAST(j AS VARCHAR), json_extract_string(j, p)) END
      ELSE json_extract_string(j, p) END`,
  ],
  ['bq_json_text', 'j', `CASE WHEN json_type(j) = 'NULL' THEN NULL ELSE CAST(j AS VARCHAR) END`],
  ['bq_json_array', 'j, p', `CASE WHEN json_type(j, p) = 'ARRAY' THEN CAST(json_extract(j, p) AS JSON[]) END`],
  [
    'bq_json_scalars',
    'j, p',
    `CASE WHEN len(list_filter(bq_json_array(j, p), lambda _e: json_type(_e) IN ('OBJECT', 'ARRAY'))) = 0
      THEN list_transform(bq_json_array(j, p), lambda _e: json_extract_string(_e, '$')) END`,
  ],
  [
    'bq_json_type',
    'j',
    `CASE json_type(j) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'boolean'
      WHEN 'NULL' THEN 'null' WHEN NULL THEN NULL ELSE 'number' END`,
  ],
  [
    'bq_json_set',
    'j, p, v, flag',
    `CAST(bq_json_set_text(CAST(j AS VARCHAR), p, CAST(v AS VARCHAR), CAST(flag AS VARCHAR)) AS JSON)`,
  ],
  ['bq_json_remove', 'j, p', `CAST(bq_json_remove_text(CAST(j AS VARCHAR), p) AS JSON)`],
  [
    'bq_json_array_append',
    'j, p, v, flag',
    `CAST(bq_json_append_text(CAST(j AS VARCHAR), p, CAST(v AS VARCHAR), CAST(flag AS VARCHAR)) AS JSON)`,
  ],
  [
    'bq_json_array_insert',
    'j, p, v, flag',
    `CAST(bq_json_insert_text(CAST(j AS VARCHAR), p, CAST(v AS VARCHAR), CAST(flag AS VARCHAR)) AS JSON)`,
  ],
  [
    'bq_json_strip_nulls',
    'j, p, a, e',
    `CAST(bq_json_strip_nulls_text(CAST(j AS VARCHAR), coalesce(p, '$'), CAST(coalesce(a, TRUE) AS VARCHAR), CAST(coalesce(e, FALSE) AS VARCHAR)) AS JSON)`,
  ],
  [
    'bq_json_keys',
    'j, depth, mode',
    `CAST(CAST(bq_json_keys_text(CAST(j AS VARCHAR), coalesce(depth, 9223372036854775807), coalesce(mode, 'strict')) AS JSON) AS VARCHAR[])`,
  ],
  ['bq_json_flatten', 'j', `CAST(CAST(bq_json_flatten_text(CAST(j AS VARCHAR)) AS JSON) AS JSON[])`],

  // JSON as another type: only of what it is, or (lax) of whatever can be read as such.
  ['bq_json_is_number', 'j', `json_type(j) IN ('BIGINT', 'UBIGINT', 'DOUBLE', 'HUGEINT')`],
  [
    'bq_json_bool',
    'j',
    `CASE WHEN json_type(j) = 'BOOLEAN' THEN json_extract_string(j, '$') = 'true' WHEN j IS NULL THEN NULL
      ELSE CAST(CAST('GoogleSQL: The provided JSON input is not a boolean' AS BIGINT) AS BOOLEAN) END`,
  ],
  [
    'bq_json_int64',
    'j',
    `CASE WHEN j IS NULL THEN NULL WHEN bq_json_is_number(j) AND CAST(json_extract_string(j, '$') AS DOUBLE) = floor(CAST(json_extract_string(j, '$') AS DOUBLE))
        AND TRY_CAST(json_extract_string(j, '$') AS BIGINT) IS NOT NULL THEN TRY_CAST(json_extract_string(j, '$') AS BIGINT)
      ELSE CAST('GoogleSQL: The provided JSON number is not an integer: ' || CAST(j AS VARCHAR) AS BIGINT) END`,
  ],
  [
    'bq_json_float64',
    'j',
    `CASE WHEN j IS NULL THEN NULL WHEN bq_json_is_number(j) OR json_extract_string(j, '$') IN ('NaN', 'Infinity', '-Infinity') THEN CAST(json_extract_string(j, '$') AS DOUBLE)
      ELSE CAST(CAST('GoogleSQL: The provided JSON input is not a number' AS BIGINT) AS DOUBLE) END`,
  ],
  [
    'bq_json_string',
    'j',
    `CASE WHEN json_type(j) = 'VARCHAR' THEN json_extract_string(j, '$') WHEN j IS NULL THEN NULL
      ELSE CAST(CAST('GoogleSQL: The provided JSON input is not a string' AS BIGINT) AS VARCHAR) END`,
  ],
  [
    'bq_json_elements',
    'j',
    `CASE WHEN j IS NULL THEN NULL WHEN json_type(j) = 'ARRAY' THEN CAST(j AS JSON[])
      ELSE CAST(CAST(CAST('GoogleSQL: The provided JSON input is not an array' AS BIGINT) AS VARCHAR) AS JSON[]) END`,
  ],
  ['bq_lax_elements', 'j', `CASE WHEN json_type(j) = 'ARRAY' THEN CAST(j AS JSON[]) END`],
  [
    'bq_lax_bool',
    'j',
    `CASE WHEN json_type(j) = 'BOOLEAN' OR (json_type(j) = 'VARCHAR' AND lower(json_extract_string(j, '$')) IN ('true', 'false'))
        THEN lower(json_extract_string(j, '$')) = 'true'
      WHEN bq_json_is_number(j) THEN CAST(json_extract_string(j, '$') AS DOUBLE) <> 0 END`,
  ],
  [
    'bq_lax_float',
    'j',
    `CASE WHEN bq_json_is_number(j) OR json_type(j) = 'VARCHAR' THEN TRY_CAST(json_extract_string(j, '$') AS DOUBLE) END`,
  ],
  [
    'bq_lax_int',
    'j',
    `CASE WHEN json_type(j) = 'BOOLEAN' THEN CASE WHEN json_extract_string(j, '$') = 'true' THEN 1 ELSE 0 END
      WHEN bq_json_is_number(j) OR json_type(j) = 'VARCHAR'
        THEN CASE WHEN regexp_full_match(json_extract_string(j, '$'), '[+-]?\\d+') THEN TRY_CAST(json_extract_string(j, '$') AS BIGINT)
          ELSE TRY_CAST(round(TRY_CAST(json_extract_string(j, '$') AS DOUBLE)) AS BIGINT) END END`,
  ],
  [
    'bq_lax_string',
    'j',
    `CASE WHEN json_type(j) NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN json_extract_string(j, '$') END`,
  ],
  ['bq_int_json', 'x', `CASE WHEN abs(x) > 9007199254740992 THEN to_json(CAST(x AS VARCHAR)) ELSE to_json(x) END`],
  [
    'bq_float_json',
    'x',
    `CASE WHEN isnan(x) OR isinf(x) THEN to_json(bq_float_text(x)) ELSE CAST(bq_float_text(x) AS JSON) END`,
  ],
  // A number of type JSON tells that it is a double: 1.0.
  [
    'bq_double_json',
    'x',
    `CASE WHEN isfinite(x) AND regexp_full_match(bq_float_text(x), '-?\\d+') THEN CAST(bq_float_text(x) || '.0' AS JSON) ELSE bq_float_json(x) END`,
  ],
  [
    'bq_wide_numeric_json',
    'x',
    `CASE WHEN CAST(CAST(x AS DOUBLE) AS DECIMAL(38, 9)) = x THEN CAST(bq_numeric_text(x) AS JSON) ELSE to_json(bq_numeric_text(x)) END`,
  ],
  ['bq_numeric_json', 'x', `CAST(bq_numeric_text(x) AS JSON)`],
];
