import { define } from './define.ts';

const SCALAR = 'JSON, [STRING] -> STRING | STRING, [STRING] -> STRING';
const PART = 'JSON, [STRING] -> JSON | STRING, [STRING] -> STRING';
const SCALARS = 'JSON, [STRING] -> ARRAY<STRING> | STRING, [STRING] -> ARRAY<STRING>';
const PARTS = 'JSON, [STRING] -> ARRAY<JSON> | STRING, [STRING] -> ARRAY<STRING>';

export const JSON_FUNCTIONS = define('JSON', {
  BOOL: ['JSON -> BOOL', 'A JSON boolean; an error for anything else.'],
  BOOL_ARRAY: ['JSON -> ARRAY<BOOL>', 'A JSON array of booleans; an error for anything else.'],
  FLOAT64: ['JSON, [wide_number_mode => STRING] -> FLOAT64', 'A JSON number; an error for anything else.'],
  FLOAT64_ARRAY: [
    'JSON, [wide_number_mode => STRING] -> ARRAY<FLOAT64>',
    'A JSON array of numbers; an error for anything else.',
  ],
  INT64: ['JSON -> INT64', 'A JSON whole number; an error for anything else.'],
  INT64_ARRAY: ['JSON -> ARRAY<INT64>', 'A JSON array of whole numbers; an error for anything else.'],
  JSON_ARRAY: ['ANY... -> JSON', 'A JSON array of the values.'],
  JSON_ARRAY_APPEND: [
    'JSON, STRING, ANY, ANY..., [append_each_element => BOOL] -> JSON',
    'With values added to the arrays at paths.',
  ],
  JSON_ARRAY_INSERT: [
    'JSON, STRING, ANY, ANY..., [insert_each_element => BOOL] -> JSON',
    'With values put into arrays at paths.',
  ],
  JSON_EXTRACT: [PART, 'The part at a path, as JSON.'],
  JSON_EXTRACT_ARRAY: [PARTS, 'Elements of the array at a path, as JSON.'],
  JSON_EXTRACT_SCALAR: [SCALAR, 'The scalar at a path, as a string.'],
  JSON_EXTRACT_STRING_ARRAY: [SCALARS, 'Scalars of the array at a path, as strings.'],
  JSON_FLATTEN: ['JSON -> ARRAY<JSON>', 'The elements of arrays within arrays.'],
  JSON_KEYS: ['JSON, [max_depth => INT64], [mode => STRING] -> ARRAY<STRING>', 'Paths of all keys.'],
  JSON_OBJECT: ['ANY... -> JSON', 'A JSON object of keys and values in turn.'],
  JSON_QUERY: [PART, 'The part at a path, as JSON.'],
  JSON_QUERY_ARRAY: [PARTS, 'Elements of the array at a path, as JSON.'],
  JSON_REMOVE: ['JSON, STRING... -> JSON', 'Without what is at the paths.'],
  JSON_SET: ['JSON, STRING, ANY, ANY..., [create_if_missing => BOOL] -> JSON', 'With values put at paths.'],
  JSON_STRIP_NULLS: [
    'JSON, [STRING], [include_arrays => BOOL], [remove_empty => BOOL] -> JSON',
    'Without members that are null.',
  ],
  JSON_TYPE: ['JSON -> STRING', 'object, array, string, number, boolean or null.'],
  JSON_VALUE: [SCALAR, 'The scalar at a path, as a string.'],
  JSON_VALUE_ARRAY: [SCALARS, 'Scalars of the array at a path, as strings.'],
  LAX_BOOL_ARRAY: ['JSON -> ARRAY<BOOL>', 'A JSON array as BOOLs where they can be read so.'],
  LAX_FLOAT64_ARRAY: ['JSON -> ARRAY<FLOAT64>', 'A JSON array as FLOAT64s where they can be read so.'],
  LAX_INT64_ARRAY: ['JSON -> ARRAY<INT64>', 'A JSON array as INT64s where they can be read so.'],
  LAX_STRING_ARRAY: ['JSON -> ARRAY<STRING>', 'A JSON array as STRINGs where they can be read so.'],
  LAX_BOOL: ['JSON -> BOOL', 'A JSON value as BOOL where it can be read so.'],
  LAX_FLOAT64: ['JSON -> FLOAT64', 'A JSON value as FLOAT64 where it can be read so.'],
  LAX_INT64: ['JSON -> INT64', 'A JSON value as INT64 where it can be read so.'],
  LAX_STRING: ['JSON -> STRING', 'A JSON value as STRING where it can be read so.'],
  PARSE_JSON: ['STRING, [wide_number_mode => STRING] -> JSON', 'JSON of a text.'],
  STRING: [
    'JSON -> STRING | TIMESTAMP, [STRING] -> STRING | DATE -> STRING | TIME -> STRING | DATETIME -> STRING',
    'A JSON string, or a time, as a string.',
  ],
  STRING_ARRAY: ['JSON -> ARRAY<STRING>', 'A JSON array of strings; an error for anything else.'],
  TO_JSON: ['ANY, [stringify_wide_numbers => BOOL] -> JSON', 'Any value as JSON.'],
  TO_JSON_STRING: ['ANY, [BOOL] -> STRING', 'Any value as JSON text.'],
});
