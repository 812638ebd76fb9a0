import { type Source, SqlFault } from './source.ts';
import type { Token, TokenKind } from './token.ts';

/**
 * The tokens of a GoogleSQL text (GoogleSQL, Lexical structure and syntax), ended by one `end` token.
 * Throws SqlFault for a text that has none: an unclosed string, a bad escape, a stray character.
 */
export function lex(source: Source): Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let at = 0;

  const push = (kind: TokenKind, end: number, key: string, value: string): void => {
    tokens.push({ kind, start: at, end, key, value });
    at = end;
  };

  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isSpace(code)) {
      at++;
    } else if (isWordStart(code)) {
      const prefix = literalPrefix(text, at);
      if (prefix !== undefined) {
        readQuoted(source, at, prefix, push);
        continue;
      }
      const end = wordEnd(text, at);
      const word = text.slice(at, end);
      push('word', end, word.toUpperCase(), word);
    } else if (isDigit(code) || (code === DOT && isDigit(text.charCodeAt(at + 1)) && !endsName(tokens))) {
      readNumber(source, at, push, tokens);
    } else if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
      readQuoted(source, at, { length: 0, raw: false, bytes: false }, push);
    } else if (code === BACKQUOTE) {
      readQuotedName(source, at, push);
    } else if (code === HASH || (code === DASH && text.charCodeAt(at + 1) === DASH)) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end + 1;
    } else if (code === SLASH && text.charCodeAt(at + 1) === STAR) {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) throw fail(source, at, 'Unclosed comment');
      at = end + 2;
    } else if (code === AT) {
      readParameter(source, at, push);
    } else {
      const symbol = symbolAt(text, at);
      if (symbol === undefined) throw fail(source, at, `Illegal input character "${text[at]}"`);
      push('symbol', at + symbol.length, symbol, symbol);
    }
  }
  push('end', text.length, '', '');
  return tokens;
}

type Push = (kind: TokenKind, end: number, key: string, value: string) => void;

const [DOT, DOUBLE_QUOTE, SINGLE_QUOTE, BACKQUOTE, HASH, DASH, SLASH, STAR, AT, BACKSLASH] = Array.from(
  '."\'`#-/*@\\',
  (character) => character.charCodeAt(0),
) as [number, number, number, number, number, number, number, number, number, number];

/** Longest first, so that the first match is the right one. */
const SYMBOLS = [
  ...['<<=', '>>='],
  ...['!=', '<>', '<=', '>=', '||', '<<', '>>', '=>', '+=', '-=', '|>', '->'],
  ...'=<>+-*/%(),.;:[]{}|&^~?$!'.split(''),
];
const SYMBOLS_BY_FIRST = new Map<number, string[]>();
for (const symbol of SYMBOLS) {
  const first = symbol.charCodeAt(0);
  SYMBOLS_BY_FIRST.set(first, [...(SYMBOLS_BY_FIRST.get(first) ?? []), symbol]);
}

function symbolAt(text: string, at: number): string | undefined {
  return SYMBOLS_BY_FIRST.get(text.charCodeAt(at))?.find((symbol) => text.startsWith(symbol, at));
}

function isSpace(code: number): boolean {
  return code <= 32 || code === 0xa0 || code === 0xfeff || (code >= 0x2000 && code <= 0x200b) || code === 0x3000;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWordStart(code: number): boolean {
  // Letters beyond ASCII are allowed: BigQuery takes column names in any script.
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code > 0x7f;
}

function wordEnd(text: string, at: number): number {
  let end = at + 1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (isSpace(code) || !(isWordStart(code) || isDigit(code))) break;
  }
  return end;
}

/** After a name or a closing bracket a dot is a path's, so `t.1a` is not `t` and `.1`. */
function endsName(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1);
  return last !== undefined && (last.kind === 'word' || last.kind === 'quoted' || last.key === ')' || last.key === ']');
}

interface LiteralPrefix {
  readonly length: number;
  readonly raw: boolean;
  readonly bytes: boolean;
}

function literalPrefix(text: string, at: number): LiteralPrefix | undefined {
  const match = /[rbRB]{1,2}(?=["'])/y;
  match.lastIndex = at;
  const found = match.exec(text)?.[0].toLowerCase();
  if (found === undefined || (found.length === 2 && found[0] === found[1])) return undefined;
  return { length: found.length, raw: found.includes('r'), bytes: found.includes('b') };
}

function readQuoted(source: Source, start: number, prefix: LiteralPrefix, push: Push): void {
  const { text } = source;
  const open = start + prefix.length;
  const mark = text.charAt(open);
  const triple = text.startsWith(mark.repeat(3), open);
  const fence = triple ? mark.repeat(3) : mark;
  let value = '';
  let at = open + fence.length;
  for (;;) {
    if (at >= text.length) throw fail(source, start, `Unclosed ${triple ? 'triple-quoted ' : ''}string literal`);
    if (text.startsWith(fence, at)) break;
    const code = text.charCodeAt(at);
    if (code === BACKSLASH && prefix.raw) {
      value += text.slice(at, at + 2);
      at += 2;
    } else if (code === BACKSLASH) {
      const escaped = readEscape(source, at, prefix.bytes);
      value += escaped.value;
      at = escaped.end;
    } else if (code === 10 && !triple) {
      throw fail(source, start, 'Unclosed string literal');
    } else {
      value += text.charAt(at++);
    }
  }
  const end = at + fence.length;
  // Bytes are kept one character a byte; text beyond ASCII stands for its UTF-8 bytes.
  const content = prefix.bytes ? utf8Bytes(value) : value;
  push(prefix.bytes ? 'bytes' : 'string', end, '', content);
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '?': '?',
  '"': '"',
  "'": "'",
  '`': '`',
};

/** Marks an escaped byte above 0x7f, so that `utf8Bytes` leaves it alone (a private-use character). */
const RAW_BYTE = 0xf700;

function readEscape(source: Source, at: number, bytes: boolean): { value: string; end: number } {
  const { text } = source;
  const letter = text.charAt(at + 1);
  const simple = SIMPLE_ESCAPES[letter];
  if (simple !== undefined) return { value: simple, end: at + 2 };
  const digits = (pattern: RegExp, from: number): string | undefined => pattern.exec(text.slice(from, from + 8))?.[0];
  const number = (found: string | undefined, from: number, radix: number) => {
    if (found === undefined) throw fail(source, at, `Illegal escape sequence: \\${letter}`);
    const code = Number.parseInt(found, radix);
    if (code > 0x10ffff) throw fail(source, at, `Illegal escape sequence: \\${letter}`);
    const value = bytes && code > 0x7f ? String.fromCharCode(RAW_BYTE + code) : String.fromCodePoint(code);
    return { value, end: from + found.length };
  };
  if (letter === 'x' || letter === 'X') return number(digits(/^[0-9a-fA-F]{2}/, at + 2), at + 2, 16);
  if (letter === 'u' && !bytes) return number(digits(/^[0-9a-fA-F]{4}/, at + 2), at + 2, 16);
  if (letter === 'U' && !bytes) return number(digits(/^[0-9a-fA-F]{8}/, at + 2), at + 2, 16);
  if (/[0-3]/.test(letter)) return number(digits(/^[0-3][0-7]{2}/, at + 1), at + 1, 8);
  throw fail(source, at, `Illegal escape sequence: \\${letter}`);
}

function utf8Bytes(value: string): string {
  let bytes = '';
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= RAW_BYTE && code <= RAW_BYTE + 0xff) bytes += String.fromCharCode(code - RAW_BYTE);
    else if (code <= 0x7f) bytes += character;
    else bytes += percentDecoded(encodeURIComponent(character));
  }
  return bytes;
}

/** `%C3%A7` to the characters with those codes. */
function percentDecoded(encoded: string): string {
  return encoded.replace(/%([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function readQuotedName(source: Source, start: number, push: Push): void {
  const { text } = source;
  let value = '';
  let at = start + 1;
  for (;;) {
    if (at >= text.length || text.charCodeAt(at) === 10) throw fail(source, start, 'Unclosed identifier literal');
    if (text.charCodeAt(at) === BACKQUOTE) break;
    if (text.charCodeAt(at) === BACKSLASH) {
      const escaped = readEscape(source, at, false);
      value += escaped.value;
      at = escaped.end;
    } else {
      value += text.charAt(at++);
    }
  }
  if (value === '') throw fail(source, start, 'Invalid empty identifier');
  push('quoted', at + 1, '', value);
}

function readNumber(source: Source, start: number, push: Push, tokens: readonly Token[]): void {
  const { text } = source;
  const hex = /0[xX][0-9a-fA-F]+/y;
  hex.lastIndex = start;
  const found = hex.exec(text)?.[0];
  if (found !== undefined) {
    push('integer', start + found.length, found, found);
    return;
  }
  const previous = tokens.at(-1);
  const inPath = previous?.key === '.' && previous.end === start;
  const decimal = inPath ? /\d+/y : /(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/y;
  decimal.lastIndex = start;
  const number = decimal.exec(text)?.[0] ?? '';
  push(/^\d+$/.test(number) ? 'integer' : 'float', start + number.length, number, number);
}

function readParameter(source: Source, start: number, push: Push): void {
  const { text } = source;
  const pattern = /@@?(?:[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*|`[^`\n]+`)/y;
  pattern.lastIndex = start;
  const found = pattern.exec(text)?.[0];
  if (found === undefined) throw fail(source, start, 'Illegal input character "@"');
  const system = found.startsWith('@@');
  const full = system ? found.slice(2) : found.slice(1);
  // A dot after a query parameter is a field access; only system variables have dotted names.
  const name = system ? full : full.replaceAll('`', '').split('.', 1).join('');
  const end = system ? start + found.length : start + 1 + (full.startsWith('`') ? full.length : name.length);
  push(system ? 'system' : 'parameter', end, '', name);
}

function fail(source: Source, at: number, message: string): SqlFault {
  return new SqlFault(source.fault('sql/syntax', { start: at, end: at + 1 }, `Syntax error: ${message}`));
}
