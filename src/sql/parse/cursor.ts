import type { Fault } from '../../base/fault.ts';
import type { Name } from '../ast/expression.ts';
import { type Source, type Span, SqlFault } from '../source.ts';
import { RESERVED, type Token } from '../token.ts';

/** Where the parser stands in the tokens, and the few questions and steps every rule is made of. */
export class Cursor {
  readonly source: Source;
  readonly #tokens: readonly Token[];
  #at = 0;
  readonly #end: Token;
  #halfTaken = false;
  /** Positional parameters seen so far: each `?` gets the next number. */
  positional = 0;

  constructor(source: Source, tokens: readonly Token[]) {
    this.source = source;
    this.#tokens = tokens;
    this.#end = tokens[tokens.length - 1] ?? { kind: 'end', key: '', value: '', start: 0, end: 0 };
  }

  /** The token `ahead` of the current one; past the end, the end. */
  peek(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? this.#end;
  }

  get index(): number {
    return this.#at;
  }

  /** Back to an index that was read before. */
  rewind(index: number): void {
    this.#at = index;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  /** End offset of the token before the current one. */
  get lastEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  spanFrom(start: number): Span {
    return { start, end: Math.max(this.lastEnd, start) };
  }

  /** Whether the next tokens are these words or symbols. */
  is(...keys: string[]): boolean {
    for (let ahead = 0; ahead < keys.length; ahead++) {
      const token = this.peek(ahead);
      if (token.key !== keys[ahead] || (token.kind !== 'word' && token.kind !== 'symbol')) return false;
    }
    return true;
  }

  /** Takes these words or symbols if they come next. */
  accept(...keys: string[]): boolean {
    if (!this.is(...keys)) return false;
    this.#at += keys.length;
    return true;
  }

  /** The first of the alternatives that comes next, taken. */
  acceptOneOf<Key extends string>(...keys: Key[]): Key | undefined {
    const found = keys.find((key) => this.is(key));
    if (found !== undefined) this.#at++;
    return found;
  }

  expect(...keys: string[]): Token {
    for (const key of keys) {
      if (!this.is(key)) throw this.unexpected(symbolOrKeyword(key));
      this.#at++;
    }
    return this.#tokens[this.#at - 1] ?? this.#end;
  }

  /** Whether the next token can be a name here: quoted, or a word that is not reserved. */
  isName(): boolean {
    const token = this.peek();
    return token.kind === 'quoted' || (token.kind === 'word' && !RESERVED.has(token.key));
  }

  name(what = 'identifier'): Name {
    if (!this.isName()) throw this.unexpected(what);
    const token = this.next();
    return { name: token.value, start: token.start, end: token.end };
  }

  /** A name after a dot, where reserved words and numbers are names too. */
  nameAfterDot(): Name {
    const token = this.peek();
    if (token.kind !== 'word' && token.kind !== 'quoted' && token.kind !== 'integer')
      throw this.unexpected('identifier');
    this.next();
    return { name: token.value, start: token.start, end: token.end };
  }

  /** One or more of something, with commas between. */
  list<Item>(item: () => Item): Item[] {
    const items = [item()];
    while (this.accept(',')) items.push(item());
    return items;
  }

  /** `( item, item )`, possibly empty. */
  parenthesised<Item>(item: () => Item): Item[] {
    this.expect('(');
    if (this.accept(')')) return [];
    const items = this.list(item);
    this.expect(')');
    return items;
  }

  /** Closes `<...>` of a type, taking `>>` in two halves. */
  closeAngle(): void {
    if (this.peek().key === '>>') {
      if (this.#halfTaken) this.#at++;
      this.#halfTaken = !this.#halfTaken;
    } else {
      this.expect('>');
    }
  }

  fail(message: string, span: Span = this.peek(), hint?: string): SqlFault {
    return new SqlFault(this.source.fault('sql/syntax', span, message, hint));
  }

  /** "Syntax error: Expected X but got Y", as BigQuery words it. */
  unexpected(wanted?: string): SqlFault {
    const token = this.peek();
    const got = describe(token);
    return this.fail(
      wanted === undefined ? `Syntax error: Unexpected ${got}` : `Syntax error: Expected ${wanted} but got ${got}`,
    );
  }

  faultOf(error: unknown): Fault {
    if (error instanceof SqlFault) return error.fault;
    throw error;
  }
}

function symbolOrKeyword(key: string): string {
  return /^[A-Z]/.test(key) ? `keyword ${key}` : `"${key}"`;
}

function describe(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'end of script';
    case 'word':
      return RESERVED.has(token.key) ? `keyword ${token.key}` : `identifier "${token.value}"`;
    case 'quoted':
      return `identifier \`${token.value}\``;
    case 'string':
      return `string literal ${JSON.stringify(token.value)}`;
    case 'bytes':
      return 'bytes literal';
    case 'integer':
      return `integer literal "${token.value}"`;
    case 'float':
      return `floating point literal "${token.value}"`;
    case 'parameter':
      return `"@${token.value}"`;
    case 'system':
      return `"@@${token.value}"`;
    case 'symbol':
      return `"${token.key}"`;
  }
}
