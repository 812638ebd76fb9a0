import { ArcosError } from '../../../../base/errors.ts';
import type { SqlType } from '../../../type.ts';
import { emitCast } from '../cast.ts';
import { type CallNode, constantText, type Emissions } from '../emission.ts';
import { failure } from '../failure.ts';
import { fieldName, quoteText } from '../name.ts';
import { emitPrintf } from '../printf.ts';

/** Characters that TRIM takes away unless told which: Unicode's White_Space. */
const SPACES = quoteText(
  ' \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
);

const trim = (name: string) => (args: readonly string[]) => `${name}(${args[0]}, ${args[1] ?? SPACES})`;

const pad = (name: string) => (args: readonly string[], node: CallNode) => {
  const [value = '', length = '', fill = "' '"] = args;
  const padded = `${name}(${value}, CAST(${length} AS INTEGER), ${fill})`;
  return notNegative(padded, length, node, 1, `Second argument in ${node.name}() must not be negative`);
};

/** A value, unless an argument is negative: that is checked only where it is not a constant. */
function notNegative(value: string, argument: string, node: CallNode, index: number, message: string): string {
  if (isCount(node, index)) return value;
  return `CASE WHEN ${argument} < 0 THEN ${failure(node.type, message)} ELSE ${value} END`;
}

/** Whether an argument is a constant number that is not negative. */
function isCount(node: CallNode, index: number): boolean {
  const argument = node.arguments[index];
  return argument?.kind === 'literal' && typeof argument.value === 'string' && !argument.value.startsWith('-');
}

const side = (name: string) => (args: readonly string[], node: CallNode) => {
  const [value = '', length = ''] = args;
  const message = `Second argument in ${node.name}() must not be negative`;
  return notNegative(`"${name}"(${value}, ${length})`, length, node, 1, message);
};

/** SUBSTR counts from 1, or from the end if negative; 0 is 1, and what lies before the text is its beginning. */
function substr(args: readonly string[], node: CallNode): string {
  const [value = '', position = '', length] = args;
  const start = node.arguments[1];
  const plain = isCount(node, 1) && start?.kind === 'literal' && start.value !== '0';
  const from = plain ? position : `bq_position(${position}, length(${value}))`;
  if (length === undefined) return `substring(${value}, ${from})`;
  const message = 'Third argument in SUBSTR() cannot be negative';
  return notNegative(`substring(${value}, ${from}, ${length})`, length, node, 2, message);
}

/** An empty text is found nowhere: DuckDB would find it between all characters. */
function replace(args: readonly string[], node: CallNode): string {
  const [value = '', from = '', to = ''] = args;
  const constant = constantText(node, 1);
  if (constant === '') return value;
  const replaced = `replace(${value}, ${from}, ${to})`;
  return constant === undefined ? `CASE WHEN ${from} = '' THEN ${value} ELSE ${replaced} END` : replaced;
}

/** Which group of a regular expression is meant: its only one, or the whole match. */
function groupOf(node: CallNode, pattern: string): string {
  const constant = constantText(node, 1);
  if (constant === undefined) return `bq_group(${pattern})`;
  const count = groups(constant);
  if (count > 1) {
    throw new ArcosError(
      'INVALID',
      `Regular expressions passed into extraction functions must not have more than 1 capturing group; found ${count}`,
    );
  }
  return String(count);
}

/** How many groups RE2 would capture: unescaped parentheses outside of brackets that are not `(?:` or flags. */
function groups(pattern: string): number {
  const bare = pattern.replace(/\\Q.*?\\E|\\./gs, '').replace(/\[\^?\]?[^\]]*\]/g, '');
  return bare.match(/\((?!\?)|\(\?P?<[A-Za-z_]/g)?.length ?? 0;
}

function regexpExtract(args: readonly string[], node: CallNode): string {
  const [value = '', pattern = '', position, occurrence] = args;
  const group = groupOf(node, pattern);
  if (position === undefined) {
    // DuckDB gives '' where nothing matches.
    const constant = constantText(node, 1) !== undefined;
    if (constant)
      return `CASE WHEN regexp_matches(${value}, ${pattern}) THEN regexp_extract(${value}, ${pattern}, ${group}) END`;
  }
  const rest = position === undefined ? value : `substring(${value}, ${position})`;
  const all = `bq_extract_all(${rest}, ${pattern}, ${group})`;
  return `list_extract(${all}, ${occurrence ?? '1'})`;
}

function regexpExtractAll(args: readonly string[], node: CallNode): string {
  const [value = '', pattern = ''] = args;
  return `bq_extract_all(${value}, ${pattern}, ${groupOf(node, pattern)})`;
}

/** Characters that begin a new word for INITCAP (GoogleSQL, String functions, INITCAP). */
const WORD_BREAKS = ' \t\n\r\v\f[](){}/|<>!?@"^#$&~_,.:;*%+-';

function initcap(args: readonly string[], node: CallNode): string {
  const [value = '', delimiters] = args;
  const breaks = delimiters === undefined ? WORD_BREAKS : constantText(node, 1);
  if (breaks === undefined) {
    const set = `regexp_replace(${delimiters}, '([\\\\^\\[\\]-])', '\\\\\\1', 'g')`;
    const words = `'[^' || ${set} || ']+|[' || ${set} || ']+'`;
    return `bq_initcap(${value}, CASE WHEN ${delimiters} = '' THEN '(?s).+' ELSE ${words} END)`;
  }
  if (breaks === '') return `bq_initcap(${value}, '(?s).+')`;
  const set = breaks.replace(/[\\\]^-]|\[/g, '\\$&');
  return `bq_initcap(${value}, ${quoteText(`[^${set}]+|[${set}]+`)})`;
}

function instr(args: readonly string[]): string {
  const [value = '', part = '', position, occurrence] = args;
  if (position === undefined) return `CAST(strpos(${value}, ${part}) AS BIGINT)`;
  return `bq_instr(${value}, ${part}, ${position}, ${occurrence ?? '1'})`;
}

/** Collations are of the whole of Unicode, with case or without (GoogleSQL, Collation). */
function collate(args: readonly string[], node: CallNode): string {
  const [value = ''] = args;
  const collation = constantText(node, 1);
  if (collation === '' || collation === 'und:cs') return value;
  if (collation !== 'und:ci') {
    throw new ArcosError('INVALID', `Collation '${collation ?? ''}' in collate function is not supported.`);
  }
  return `(${value} COLLATE NOCASE)`;
}

/** The prefix before a match tells its position: the shortest ones that let the pattern follow, one per occurrence. */
function regexpInstr(args: readonly string[]): string {
  const [value = '', pattern = '', position, occurrence = '1', after = '0'] = args;
  const rest = position === undefined ? value : `substring(${value}, ${position})`;
  const prefix = `'^((?:(?s:.*?)(?:' || ${pattern} || ')){' || (${occurrence} - 1) || '}(?s:.*?))(?:' || ${pattern} || ')'`;
  const found = `length(regexp_extract(${rest}, ${prefix}, CASE WHEN ${after} = 1 THEN 0 ELSE 1 END))`;
  return `CASE WHEN regexp_matches(${rest}, ${prefix}) THEN ${found} + ${position ?? '1'} ELSE 0 END`;
}

/** Letters compare in one normal form without case; of arrays, structs and JSON each value is looked at. */
function containsSubstr(args: readonly string[], node: CallNode): string {
  const [value = '', part = '', scope = "'JSON_VALUES'"] = args;
  const second = node.arguments[1];
  if (second?.kind === 'literal' && second.value === null) {
    throw new ArcosError('INVALID', 'CONTAINS_SUBSTR does not allow the search value to be NULL');
  }
  return holds(value, node.arguments[0]?.type ?? { kind: 'STRING' }, `bq_folded(${part})`, scope);
}

function holds(value: string, type: SqlType, part: string, scope: string): string {
  switch (type.kind) {
    case 'STRUCT': {
      const fields = type.fields.map((field, index) =>
        holds(`struct_extract(${value}, ${quoteText(fieldName(type, index))})`, field.type, part, scope),
      );
      return `(${fields.join(' OR ')})`;
    }
    case 'ARRAY':
      return `list_bool_or(list_transform(${value}, lambda _e: ${holds('_e', type.element, part, scope)}))`;
    case 'JSON':
      return `contains(bq_folded(bq_json_words(CAST(${value} AS VARCHAR), ${scope})), ${part})`;
    default:
      return `contains(bq_folded(${emitCast(value, type, { kind: 'STRING' }, false)}), ${part})`;
  }
}

/** A replacement may name groups of the expression, \\1 to \\9. */
function regexpReplace(args: readonly string[], node: CallNode): string {
  const [pattern, replacement] = [constantText(node, 1), constantText(node, 2)];
  if (pattern !== undefined && replacement !== undefined) {
    const named = [...replacement.matchAll(/\\(.)/gs)].map(([, digit]) => (digit === '\\' ? 0 : Number(digit)));
    if (replacement.replace(/\\./gs, '').includes('\\') || named.some((group) => !(group <= groups(pattern)))) {
      throw new ArcosError('INVALID', `Invalid REGEXP_REPLACE replacement pattern: ${replacement}`);
    }
  }
  return `regexp_replace(${args[0]}, ${args[1]}, ${args[2]}, 'g')`;
}

function translate(args: readonly string[], node: CallNode): string {
  const from = constantText(node, 1);
  if (from !== undefined && new Set(from).size < [...from].length) {
    throw new ArcosError('INVALID', 'Duplicate character in TRANSLATE source characters');
  }
  return `translate(${args.join(', ')})`;
}

/** A list made of every element, unless one is NULL. */
const ofAll = (list: string, value: string): string => `CASE WHEN list_count(${list}) = len(${list}) THEN ${value} END`;

const [SMALL, CAPITAL] = ['abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

const digestText = (name: string) => `lower(${name}($1))`;

export const STRINGS: Emissions = {
  ASCII: (args, node) =>
    `CASE WHEN ascii(${args[0]}) > 127 THEN ${failure(node.type, 'The first character of ASCII() is not an ASCII character')} ELSE CAST(ascii(${args[0]}) AS BIGINT) END`,
  BYTE_LENGTH: 'CAST(octet_length(encode($1)) AS BIGINT)',
  'BYTE_LENGTH BYTES': 'CAST(octet_length($1) AS BIGINT)',
  CHAR_LENGTH: 'length($1)',
  CHR: "CASE WHEN $1 = 0 THEN '' ELSE bq_code_point($1) END",
  CODE_POINTS_TO_BYTES: ofAll('$1', "unhex(array_to_string(list_transform($1, lambda _c: bq_byte(_c)), ''))"),
  CODE_POINTS_TO_STRING: ofAll('$1', "array_to_string(list_transform($1, lambda _c: bq_code_point(_c)), '')"),
  CONCAT: (args) => `(${args.join(' || ')})`,
  'CONCAT BYTES': (args) => `(${args.join(' || ')})`,
  CONTAINS_SUBSTR: containsSubstr,
  EDIT_DISTANCE: (args) =>
    args[2] === undefined
      ? `bq_edit_distance(${args[0]}, ${args[1]})`
      : `least(bq_edit_distance(${args[0]}, ${args[1]}), ${args[2]})`,
  COLLATE: collate,
  ENDS_WITH: 'suffix($1, $2)',
  'ENDS_WITH BYTES': 'suffix(hex($1), hex($2))',
  FORMAT: emitPrintf,
  FROM_BASE32: 'bq_from_base32($1)',
  FROM_BASE64: 'from_base64($1)',
  FROM_HEX: "unhex(CASE WHEN length($1) % 2 = 1 THEN '0' || $1 ELSE $1 END)",
  INITCAP: initcap,
  INSTR: instr,
  LEFT: side('left'),
  LENGTH: 'length($1)',
  'LENGTH BYTES': 'CAST(octet_length($1) AS BIGINT)',
  LOWER: 'lower($1)',
  'LOWER BYTES': `bq_bytes(translate(bq_latin1($1), '${CAPITAL}', '${SMALL}'))`,
  LPAD: pad('lpad'),
  LTRIM: trim('ltrim'),
  NORMALIZE: (args, node) => normalize(args[0] ?? '', node.part?.name ?? 'NFC'),
  NORMALIZE_AND_CASEFOLD: (args, node) => `bq_casefold(${args[0]}, ${quoteText(node.part?.name ?? 'NFC')})`,
  REGEXP_CONTAINS: 'regexp_matches($1, $2)',
  REGEXP_EXTRACT: regexpExtract,
  REGEXP_EXTRACT_ALL: regexpExtractAll,
  REGEXP_INSTR: regexpInstr,
  REGEXP_REPLACE: regexpReplace,
  REPEAT: (args, node) =>
    notNegative(
      `repeat(${args[0]}, ${args[1]})`,
      args[1] ?? '',
      node,
      1,
      'Second argument in REPEAT() must not be negative',
    ),
  'REPEAT BYTES': 'repeat($1, $2)',
  REPLACE: replace,
  REVERSE: 'reverse($1)',
  'REVERSE BYTES': "unhex(array_to_string(list_reverse(regexp_extract_all(hex($1), '..')), ''))",
  RIGHT: side('right'),
  RPAD: pad('rpad'),
  RTRIM: trim('rtrim'),
  SAFE_CONVERT_BYTES_TO_STRING: 'bq_bytes_text($1)',
  SOUNDEX: 'bq_soundex($1)',
  SPLIT: (args, node) => {
    const [value = '', delimiter = "','"] = args;
    const parts = `string_split(${value}, ${delimiter})`;
    // DuckDB splits by NULL as if that were found nowhere.
    return args[1] === undefined || (node.arguments[1]?.kind === 'literal' && node.arguments[1].value !== null)
      ? parts
      : `CASE WHEN ${delimiter} IS NOT NULL THEN ${parts} END`;
  },
  STARTS_WITH: 'starts_with($1, $2)',
  'STARTS_WITH BYTES': 'starts_with(hex($1), hex($2))',
  STRPOS: 'CAST(strpos($1, $2) AS BIGINT)',
  SUBSTR: substr,
  'SUBSTR BYTES': (args) =>
    args[2] === undefined
      ? `unhex(substring(hex(${args[0]}), bq_position(${args[1]}, octet_length(${args[0]})) * 2 - 1))`
      : `unhex(substring(hex(${args[0]}), bq_position(${args[1]}, octet_length(${args[0]})) * 2 - 1, ${args[2]} * 2))`,
  TO_BASE32: 'bq_to_base32($1)',
  TO_BASE64: 'to_base64($1)',
  TO_CODE_POINTS:
    "CASE WHEN $1 = '' THEN CAST([] AS BIGINT[]) ELSE list_transform(string_split($1, ''), lambda _c: CAST(unicode(_c) AS BIGINT)) END",
  'TO_CODE_POINTS BYTES': "list_transform(regexp_extract_all(hex($1), '..'), lambda _c: CAST(('0x' || _c) AS BIGINT))",
  TO_HEX: digestText('hex'),
  TRANSLATE: translate,
  TRIM: trim('trim'),
  UNICODE: "CASE WHEN $1 = '' THEN 0 ELSE CAST(unicode($1) AS BIGINT) END",
  // Full case mapping makes two letters of the sharp s.
  UPPER: "upper(replace($1, 'ß', 'SS'))",
  'UPPER BYTES': `bq_bytes(translate(bq_latin1($1), '${SMALL}', '${CAPITAL}'))`,
};

/** DuckDB itself has only NFC; the other forms are a function of ours. */
function normalize(value: string, form: string): string {
  return form === 'NFC' ? `nfc_normalize(${value})` : `bq_normalize(${value}, ${quoteText(form)})`;
}
