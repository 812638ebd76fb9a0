import type { LiteralValue } from '../sql/bound.ts';
import { type ScalarName, type SqlType, typeName } from '../sql/type.ts';

/** A value that is not one of its type; `path` leads to it: `address.phones[2]`. */
export class BadValue extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

const DATE = String.raw`\d{4}-\d{1,2}-\d{1,2}`;
const TIME = String.raw`\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d{1,9})?`;
const ZONE = String.raw` ?(?:Z|UTC|[+-]\d{1,2}(?::?\d{2})?)`;

/** What the text of a value looks like (GoogleSQL, Data types, canonical formats; BigQuery's JSON). */
const PATTERNS: Partial<Record<ScalarName, RegExp>> = {
  INT64: /^[+-]?\d{1,19}$/,
  NUMERIC: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/,
  BIGNUMERIC: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/,
  BYTES: /^[A-Za-z0-9+/_-]*={0,2}$/,
  DATE: new RegExp(`^${DATE}$`),
  TIME: new RegExp(`^${TIME}$`),
  DATETIME: new RegExp(`^${DATE}(?:[ Tt]${TIME})?$`),
  TIMESTAMP: new RegExp(`^${DATE}(?:[ Tt]${TIME})?(?:${ZONE})?$`, 'i'),
};

const INT64_LIMIT = 2n ** 63n;
const SPECIAL_FLOATS: Readonly<Record<string, string>> = {
  nan: 'NaN',
  inf: 'Infinity',
  '+inf': 'Infinity',
  '-inf': '-Infinity',
  infinity: 'Infinity',
  '+infinity': 'Infinity',
  '-infinity': '-Infinity',
};

/** The text of a scalar, as BigQuery's JSON has it, as a literal. Throws BadValue: nothing else becomes SQL. */
export function scalarLiteral(type: SqlType, text: string, path: string): LiteralValue {
  const bad = (): BadValue => new BadValue(path, `Invalid ${typeName(type)} value: ${text}`);
  const { kind } = type;
  if (kind === 'ARRAY' || kind === 'STRUCT' || kind === 'RANGE') throw bad();
  if (PATTERNS[kind]?.test(text) === false) throw bad();
  switch (kind) {
    case 'INT64': {
      const value = BigInt(text);
      if (value >= INT64_LIMIT || value < -INT64_LIMIT) throw bad();
      return String(value);
    }
    case 'FLOAT64': {
      const special = SPECIAL_FLOATS[text.toLowerCase()];
      if (special !== undefined) return special;
      if (text.trim() === '' || !Number.isFinite(Number(text))) throw bad();
      return text;
    }
    case 'BOOL':
      if (!/^(true|false)$/i.test(text)) throw bad();
      return text.toLowerCase() === 'true';
    case 'BYTES':
      return Buffer.from(text, 'base64').toString('latin1');
    case 'TIMESTAMP':
      return text.replace(/ ?UTC$/i, '+00');
    case 'INTERVAL':
      return interval(text) ?? raise(bad());
    case 'JSON':
      return isJson(text) ? text : raise(bad());
    default:
      return text;
  }
}

function raise(error: Error): never {
  throw error;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** `1-2 3 4:5:6.7` as months, days and microseconds; undefined for another text. */
function interval(text: string): string | undefined {
  const [, sign, years, months, days, minus, hours, minutes, seconds, fraction = ''] =
    /^([+-]?)(\d+)-(\d+) ([+-]?\d+) ([+-]?)(\d+):(\d+):(\d+)(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (seconds === undefined) return undefined;
  const month = (Number(years) * 12 + Number(months)) * (sign === '-' ? -1 : 1);
  const micros = BigInt((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000_000n;
  const time = micros + BigInt(fraction.padEnd(6, '0'));
  return `${month} ${Number(days)} ${minus === '-' ? -time : time}`;
}

/** A value of plain JSON as a literal: numbers and booleans may be such, and structs are objects. Throws BadValue. */
export function jsonLiteral(type: SqlType, value: unknown, path: string): LiteralValue {
  if (value === null || value === undefined) return type.kind === 'ARRAY' ? [] : null;
  switch (type.kind) {
    case 'ARRAY':
      if (!Array.isArray(value)) throw new BadValue(path, 'Array specified for non-repeated field or the reverse');
      return value.map((element: unknown, index) => {
        if (element === null) throw new BadValue(`${path}[${index}]`, 'Only non-null values may be in an array');
        return jsonLiteral(type.element, element, `${path}[${index}]`);
      });
    case 'STRUCT': {
      if (typeof value !== 'object' || Array.isArray(value)) throw new BadValue(path, 'This field is a record');
      const members = value as Readonly<Record<string, unknown>>;
      const known = new Set(type.fields.map(({ name }) => name?.toLowerCase()));
      const unknown = Object.keys(members).find((name) => !known.has(name.toLowerCase()));
      if (unknown !== undefined) throw new BadValue(`${path}.${unknown}`, `no such field: ${unknown}.`);
      return type.fields.map(({ name = '', type: of }) => jsonLiteral(of, member(members, name), `${path}.${name}`));
    }
    case 'JSON':
      return typeof value === 'string' && isJson(value) ? value : JSON.stringify(value);
    case 'RANGE': {
      const { start = null, end = null } = value as { start?: unknown; end?: unknown };
      return [start, end].map((bound) => jsonLiteral(type.element, bound, path));
    }
    case 'TIMESTAMP':
      // A number is seconds since 1970.
      if (typeof value === 'number') return scalarLiteral(type, new Date(value * 1000).toISOString(), path);
      return scalarLiteral(type, String(value), path);
    default:
      if (typeof value === 'object') throw new BadValue(path, 'This field is not a record');
      return scalarLiteral(type, String(value), path);
  }
}

/** A member by its name in any case. */
export function member(members: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(members, name)) return members[name];
  const found = Object.keys(members).find((key) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : members[found];
}
