import type { TemplateSource } from './source.ts';
import { unescaped } from './string.ts';
import type { Token, TokenKind } from './token.ts';

/**
 * The tokens of a template, ended by one `end` token (Jinja 3.1 with trim_blocks, lstrip_blocks and
 * line statements off, as dbt sets it). Throws JinjaError for an unclosed tag, comment, raw block or string.
 */
export function lex(source: TemplateSource): Token[] {
  const tokens: Token[] = [];
  const { text } = source;
  let at = 0;
  /** A tag that ended in `-` eats the white space after it. */
  let eats = false;

  while (at < text.length) {
    const open = nextTag(text, at);
    const sign = open < text.length ? text[open + 2] : undefined;
    let start = at;
    if (eats) while (start < open && isSpace(text, start)) start++;
    let end = open;
    if (sign === '-') while (end > start && isSpace(text, end - 1)) end--;
    if (end > start) tokens.push({ kind: 'data', value: text.slice(start, end), start, end });
    if (open >= text.length) break;

    if (text[open + 1] === '#') {
      const close = text.indexOf('#}', open + 2);
      if (close < 0) throw source.syntaxError(open, 'This comment is not closed', 'Close it with #}.');
      eats = text[close - 1] === '-' && close - 1 > open + 1;
      at = close + 2;
      continue;
    }
    const raw = rawBlock(source, open);
    if (raw !== undefined) {
      if (raw.data.value !== '') tokens.push(raw.data);
      ({ at, eats } = raw);
      continue;
    }
    const body = open + (sign === '-' || sign === '+' ? 3 : 2);
    ({ at, eats } = lexTag(source, open, body, tokens));
  }
  tokens.push({ kind: 'end', value: '', start: text.length, end: text.length });
  return tokens;
}

/** The tokens of one expression that stands alone, ended by one `end` token. */
export function lexExpression(source: TemplateSource): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at = skipSpace(source.text, at);
    if (at >= source.text.length) break;
    const token = expressionToken(source, at);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', value: '', start: at, end: at });
  return tokens;
}

interface Resumed {
  readonly at: number;
  readonly eats: boolean;
}

/** Where the next `{{`, `{%` or `{#` stands; the text's length when there is none. */
function nextTag(text: string, from: number): number {
  for (let at = text.indexOf('{', from); at >= 0; at = text.indexOf('{', at + 1)) {
    const second = text[at + 1];
    if (second === '{' || second === '%' || second === '#') return at;
  }
  return text.length;
}

const RAW_BEGIN = /\{%[-+]?\s*raw\s*(-?)%\}/y;
const RAW_END = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;

function rawBlock(source: TemplateSource, open: number): (Resumed & { readonly data: Token }) | undefined {
  RAW_BEGIN.lastIndex = open;
  const begin = RAW_BEGIN.exec(source.text);
  if (begin === null) return undefined;
  RAW_END.lastIndex = RAW_BEGIN.lastIndex;
  const close = RAW_END.exec(source.text);
  if (close === null) throw source.syntaxError(open, 'This raw block is not closed', 'Close it with {% endraw %}.');
  let start = open + begin[0].length;
  let end = close.index;
  if (begin[1] === '-') while (start < end && isSpace(source.text, start)) start++;
  if (close[1] === '-') while (end > start && isSpace(source.text, end - 1)) end--;
  const data: Token = { kind: 'data', value: source.text.slice(start, end), start, end };
  return { data, at: RAW_END.lastIndex, eats: close[2] === '-' };
}

function lexTag(source: TemplateSource, open: number, body: number, tokens: Token[]): Resumed {
  const { text } = source;
  const variable = text[open + 1] === '{';
  tokens.push({
    kind: variable ? 'variable_begin' : 'block_begin',
    value: text.slice(open, body),
    start: open,
    end: body,
  });
  const closer = variable ? '}}' : '%}';
  const brackets: Token[] = [];
  let at = body;
  for (;;) {
    at = skipSpace(text, at);
    if (at >= text.length) {
      throw source.syntaxError(open, `This ${variable ? '{{' : '{%'} is not closed`, `Close it with ${closer}.`);
    }
    if (brackets.length === 0) {
      const signed = text[at] === '-' || (!variable && text[at] === '+') ? 1 : 0;
      if (text.startsWith(closer, at + signed)) {
        const end = at + signed + 2;
        tokens.push({ kind: variable ? 'variable_end' : 'block_end', value: closer, start: at, end });
        return { at: end, eats: text[at] === '-' };
      }
    }
    const token = expressionToken(source, at);
    if (token.kind === 'operator') balance(source, brackets, token);
    tokens.push(token);
    at = token.end;
  }
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

function balance(source: TemplateSource, brackets: Token[], token: Token): void {
  if (Object.hasOwn(CLOSING, token.value)) {
    brackets.push(token);
  } else if (token.value === ')' || token.value === ']' || token.value === '}') {
    const opened = brackets.pop();
    const expected = opened === undefined ? undefined : CLOSING[opened.value];
    if (expected === token.value) return;
    const message =
      expected === undefined ? `unexpected '${token.value}'` : `unexpected '${token.value}', expected '${expected}'`;
    throw source.syntaxError(token.start, message);
  }
}

const SPACE = /\s*/y;
const NAME = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
const NUMBER =
  /(?<float>(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+))|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y;
const STRING = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
const OPERATOR = /\*\*|\/\/|==|!=|>=|<=|[-+*/%~[\](){}><=.:|,;]/y;

function expressionToken(source: TemplateSource, at: number): Token {
  const { text } = source;
  const code = text.charCodeAt(at);
  const token = (kind: TokenKind, end: number, value: string): Token => ({ kind, value, start: at, end });
  if (code >= 48 && code <= 57) {
    NUMBER.lastIndex = at;
    const match = NUMBER.exec(text);
    // After a dot the digits are an index: `row.1.2`.
    if (match !== null && !(match.groups?.['float'] !== undefined && text[at - 1] === '.')) {
      const kind = match.groups?.['float'] === undefined ? 'integer' : 'float';
      return token(kind, NUMBER.lastIndex, match[0].replaceAll('_', ''));
    }
    const digits = /\d+/y;
    digits.lastIndex = at;
    digits.exec(text);
    return token('integer', digits.lastIndex, text.slice(at, digits.lastIndex));
  }
  if (code === 39 || code === 34) {
    STRING.lastIndex = at;
    const match = STRING.exec(text);
    if (match === null) throw source.syntaxError(at, 'This string is not closed', `Close it with ${text[at]}.`);
    return token('string', STRING.lastIndex, unescaped(match[0].slice(1, -1)));
  }
  for (const [kind, pattern] of [
    ['name', NAME],
    ['operator', OPERATOR],
  ] as const) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) return token(kind, pattern.lastIndex, match[0]);
  }
  throw source.syntaxError(at, `unexpected character '${String.fromCodePoint(text.codePointAt(at) ?? 0)}'`);
}

function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(text);
  return SPACE.lastIndex;
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code > 32 && code < 128) return false;
  return text[at]?.trim() === '';
}
