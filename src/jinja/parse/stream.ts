import type { JinjaError } from '../error.ts';
import type { TemplateSource } from '../syntax/source.ts';
import { describe, type Token, type TokenKind } from '../syntax/token.ts';

/** A cursor over a template's tokens. */
export class TokenStream {
  readonly source: TemplateSource;
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #next = 0;
  #loops = 0;

  constructor(source: TemplateSource, tokens: readonly Token[]) {
    this.source = source;
    this.#tokens = tokens;
    const length = source.text.length;
    this.#end = { kind: 'end', value: '', start: length, end: length };
  }

  get current(): Token {
    return this.#tokens[this.#next] ?? this.#end;
  }

  get previous(): Token {
    return this.#tokens[this.#next - 1] ?? this.#end;
  }

  get following(): Token {
    return this.#tokens[this.#next + 1] ?? this.#end;
  }

  /** Whether a loop is open here that a `break` would end. */
  get isInLoop(): boolean {
    return this.#loops > 0;
  }

  /** Parses what stands inside a loop or, for `loop` false, inside a macro, whose loops are its own. */
  inside<T>(loop: boolean, parse: () => T): T {
    const outer = this.#loops;
    this.#loops = loop ? outer + 1 : 0;
    const parsed = parse();
    this.#loops = outer;
    return parsed;
  }

  take(): Token {
    const token = this.current;
    this.#next++;
    return token;
  }

  is(kind: TokenKind, value?: string): boolean {
    const { current } = this;
    return current.kind === kind && (value === undefined || current.value === value);
  }

  isOperator(...values: string[]): boolean {
    return this.current.kind === 'operator' && values.includes(this.current.value);
  }

  skipIf(kind: TokenKind, value?: string): boolean {
    const matches = this.is(kind, value);
    if (matches) this.#next++;
    return matches;
  }

  expect(kind: TokenKind, value?: string): Token {
    if (this.is(kind, value)) return this.take();
    throw this.unexpected(value === undefined ? EXPECTED[kind] : `'${value}'`);
  }

  unexpected(expected?: string): JinjaError {
    const message = `unexpected ${describe(this.current)}${expected === undefined ? '' : `, expected ${expected}`}`;
    return this.fail(message);
  }

  fail(message: string, hint?: string, at = this.current.start): JinjaError {
    return this.source.syntaxError(at, message, hint);
  }
}

const EXPECTED: Readonly<Partial<Record<TokenKind, string>>> = {
  name: 'a name',
  block_end: "'%}'",
  variable_end: "'}}'",
  end: 'the end of the expression',
};
