import { ArcosError } from '../../../base/errors.ts';
import { type SqlType, typeName } from '../../type.ts';
import { type CallNode, constantText } from './emission.ts';
import { failure } from './failure.ts';
import { toJson } from './functions/json.ts';
import { fieldName, quoteText } from './name.ts';

/** `%[flags][width][.precision]specifier`; `*` takes a number from the arguments. */
const SPECIFIER = /%([-+ #0']*)(\d+|\*)?(?:\.(\d+|\*))?([a-zA-Z%])/g;

/** FORMAT (GoogleSQL, String functions, FORMAT): a constant pattern is written out as the texts it is made of. */
export function emitPrintf(args: readonly string[], node: CallNode): string {
  const pattern = constantText(node, 0);
  if (pattern === undefined) return printedByRow(args, node);
  const parts: string[] = [];
  let next = 1;
  let at = 0;
  const text = (end: number): void => {
    if (end > at) parts.push(quoteText(pattern.slice(at, end)));
  };
  for (const match of pattern.matchAll(SPECIFIER)) {
    text(match.index);
    at = match.index + match[0].length;
    const [, flags = '', width, precision, letter = ''] = match;
    if (letter === '%') {
      parts.push("'%'");
      continue;
    }
    const taken = (): string => {
      const value = args[next++];
      if (value === undefined) throw new ArcosError('INVALID', 'FORMAT has fewer arguments than its pattern wants');
      return value;
    };
    const size = width === '*' ? taken() : width;
    const digits = precision === '*' ? taken() : precision;
    const index = next;
    const type = node.arguments[index]?.type ?? { kind: 'STRING' };
    parts.push(piece({ flags, size, digits, letter }, taken(), isNull(node, index) ? undefined : type));
  }
  text(pattern.length);
  if (next < args.length) throw new ArcosError('INVALID', 'FORMAT has more arguments than its pattern wants');
  return parts.length === 0 ? "''" : `(${parts.join(' || ')})`;
}

/** By a pattern that only its row knows: slower. */
function printedByRow([pattern = '', ...values]: readonly string[], node: CallNode): string {
  const described = values.map((value, index) => {
    const type: SqlType = node.arguments[index + 1]?.type ?? { kind: 'STRING' };
    if (isNull(node, index + 1)) return "json_array('NULL', NULL, NULL, NULL)";
    const text = type.kind === 'FLOAT64' ? `bq_float_text(${value})` : printed(value, type, false);
    const json = type.kind === 'JSON' ? `CAST(${value} AS VARCHAR)` : 'NULL';
    return `json_array('${type.kind}', ${text}, ${printed(value, type, true)}, ${json})`;
  });
  const all = described.length === 0 ? "'[]'" : `CAST(json_array(${described.join(', ')}) AS VARCHAR)`;
  const wrong = failure({ kind: 'STRING' }, { sql: 'substr(_p, 2)' });
  return `list_transform([bq_printf(${pattern}, ${all})], lambda _p: CASE WHEN starts_with(_p, chr(1)) THEN ${wrong} ELSE _p END)[1]`;
}

/** Whether an argument is the constant NULL, which is of any type. */
function isNull(node: CallNode, index: number): boolean {
  const argument = node.arguments[index];
  return argument?.kind === 'literal' && argument.value === null;
}

interface Specifier {
  readonly flags: string;
  /** A number, or an expression where the pattern has `*`. */
  readonly size: string | undefined;
  readonly digits: string | undefined;
  readonly letter: string;
}

function piece({ flags, size, digits, letter }: Specifier, value: string, given: SqlType | undefined): string {
  const type = given ?? { kind: 'STRING' };
  const padded = (text: string): string => {
    if (size === undefined) return text;
    const pad = flags.includes('-') ? 'rpad' : 'lpad';
    return `${pad}(${text}, CAST(greatest(${size}, length(${text})) AS INTEGER), ' ')`;
  };
  const takes = (...kinds: readonly SqlType['kind'][]): void => {
    if (given === undefined || kinds.includes(type.kind)) return;
    throw new ArcosError(
      'INVALID',
      `Invalid type for argument to FORMAT; Expected ${kinds.join(' or ')}; Got ${typeName(type)}`,
    );
  };
  switch (letter) {
    case 'd':
    case 'i':
    case 'o':
    case 'x':
    case 'X':
      takes('INT64');
      return number({ flags, size, digits: undefined, letter: letter === 'i' ? 'd' : letter }, value);
    case 'f':
    case 'F':
    case 'e':
    case 'E':
    case 'g':
    case 'G':
      takes('FLOAT64', 'NUMERIC', 'BIGNUMERIC');
      if (type.kind !== 'FLOAT64' && /[fF]/.test(letter) && /^'?$/.test(flags) && /^\d*$/.test(digits ?? '')) {
        return padded(exact(value, digits === undefined ? 6 : Number(digits), flags !== ''));
      }
      return number({ flags, size, digits, letter }, `CAST(${value} AS DOUBLE)`);
    case 's':
      takes('STRING');
      return padded(digits === undefined ? value : `left(${value}, ${digits})`);
    case 't':
      if (given === undefined) return padded("'NULL'");
      return padded(`coalesce(${printed(value, type, false)}, 'NULL')`);
    case 'T':
      if (given === undefined) return padded("'NULL'");
      return padded(`coalesce(${printed(value, type, true)}, 'NULL')`);
    case 'p':
      return padded(`CAST(${value} AS VARCHAR)`);
    case 'P':
      return padded(`bq_json_pretty(CAST(${value} AS VARCHAR))`);
    default:
      throw new ArcosError('INVALID', `Invalid format specifier character "${letter}" in FORMAT string`);
  }
}

/** A decimal with so many digits behind the point, none of which a double would lose. */
function exact(value: string, digits: number, grouped: boolean): string {
  const kept = Math.min(digits, 9);
  const text = `CAST(CAST(round(${value}, ${kept}) AS DECIMAL(38, ${kept})) AS VARCHAR) || '${'0'.repeat(digits - kept)}'`;
  return grouped ? `regexp_replace(${text}, '(?:(\\d{1,3})(?:(\\d{3}))*)', '\\0')` : text;
}

function number({ flags, size, digits, letter }: Specifier, value: string): string {
  if (flags.includes("'")) {
    // fmt writes thousands with commas; width is counted after that.
    const grouped = letter === 'd' ? `format('{:,}', ${value})` : `format('{:,.${digits ?? 6}f}', ${value})`;
    return size === undefined
      ? grouped
      : `lpad(${grouped}, CAST(greatest(${size}, length(${grouped})) AS INTEGER), ' ')`;
  }
  if (/^\d*$/.test(size ?? '') && /^\d*$/.test(digits ?? '')) {
    const precision = digits === undefined ? '' : `.${digits}`;
    return `printf(${quoteText(`%${flags}${size ?? ''}${precision}${letter}`)}, ${value})`;
  }
  const part = (sign: string, text: string | undefined): string =>
    text === undefined ? '' : ` || '${sign}' || ${text}`;
  return `printf('%${flags}'${part('', size)}${part('.', digits)} || '${letter}', ${value})`;
}

/** A value as %t writes it, or with `literal` as %T: the GoogleSQL that means the value. */
function printed(value: string, type: SqlType, literal: boolean): string {
  const quoted = (text: string): string => `'"' || replace(replace(${text}, '\\', '\\\\'), '"', '\\"') || '"'`;
  const typed = (text: string): string => (literal ? `'${type.kind} "' || ${text} || '"'` : text);
  switch (type.kind) {
    case 'STRING':
      return literal ? quoted(value) : value;
    case 'BYTES':
      // DuckDB writes quotes and backslashes by their codes.
      return literal ? `'b"' || CAST(${value} AS VARCHAR) || '"'` : `CAST(${value} AS VARCHAR)`;
    case 'FLOAT64': {
      const text = `bq_float_text(${value})`;
      const whole = `CASE WHEN regexp_full_match(${text}, '-?\\d+') THEN ${text} || '.0' ELSE ${text} END`;
      return literal
        ? `CASE WHEN isfinite(${value}) THEN ${whole} ELSE 'CAST("' || lower(${text}) || '" AS FLOAT64)' END`
        : whole;
    }
    case 'NUMERIC':
    case 'BIGNUMERIC':
      return typed(`bq_numeric_text(${value})`);
    case 'DATE':
      return typed(`CAST(${value} AS VARCHAR)`);
    case 'DATETIME':
      return typed(`bq_datetime_text(${value})`);
    case 'TIME':
      return typed(`bq_time_text(${value})`);
    case 'TIMESTAMP':
      return typed(`bq_timestamp_text(${value})`);
    case 'INTERVAL':
      return literal
        ? `'INTERVAL "' || bq_interval_text(${value}) || '" YEAR TO SECOND'`
        : `bq_interval_text(${value})`;
    case 'JSON':
      return literal
        ? `'JSON ''' || CAST(${value} AS VARCHAR) || ''''`
        : `CAST(${toJson(value, type, 'text')} AS VARCHAR)`;
    case 'GEOGRAPHY':
      return `bq_wkt(${value})`;
    case 'RANGE':
      return `bq_range_text(${value})`;
    case 'ARRAY': {
      const element = `coalesce(${printed('_e', type.element, literal)}, 'NULL')`;
      return `'[' || array_to_string(list_transform(${value}, lambda _e: ${element}), ', ') || ']'`;
    }
    case 'STRUCT': {
      const members = type.fields.map((field, index) => {
        const member = `struct_extract(${value}, ${quoteText(fieldName(type, index))})`;
        return `coalesce(${printed(member, field.type, literal)}, 'NULL')`;
      });
      return `CASE WHEN ${value} IS NOT NULL THEN '(' || ${members.join(" || ', ' || ")} || ')' END`;
    }
    default:
      return `CAST(${value} AS VARCHAR)`;
  }
}
