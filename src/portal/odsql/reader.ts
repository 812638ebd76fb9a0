import { lex, type Token, wrong } from './lex.ts';

/** Reads the words of one parameter, one after the other. */
export class Reader {
  readonly #parameter: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(parameter: string, text: string) {
    this.#parameter = parameter;
    this.#tokens = lex(parameter, text);
  }

  get next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', column: 1 };
  }

  get ended(): boolean {
    return this.next.kind === 'end';
  }

  take(): Token {
    const token = this.next;
    this.#at += 1;
    return token;
  }

  /** Takes the sign or keyword if it comes next. */
  accept(...words: readonly string[]): boolean {
    const comes = words.every((word, index) => {
      const token = this.#tokens[this.#at + index];
      return (token?.kind === 'name' || token?.kind === 'sign') && token.text.toLowerCase() === word;
    });
    if (comes) this.#at += words.length;
    return comes;
  }

  expect(word: string): void {
    if (!this.accept(word)) throw this.fail(`"${word}" is missing`);
  }

  /** Whether a call comes next: a name with a parenthesis behind it. */
  get atCall(): boolean {
    return this.next.kind === 'name' && this.#tokens[this.#at + 1]?.text === '(';
  }

  fail(message: string, token = this.next, hint?: string): Error {
    const where = token.kind === 'end' ? `${message} at the end` : message;
    return wrong(this.#parameter, token.column, where, hint);
  }

  /** One or more, with commas between them; then nothing else. */
  list<Item>(item: () => Item): Item[] {
    const items = [item()];
    while (this.accept(',')) items.push(item());
    if (!this.ended) throw this.fail(`"${this.next.text}" does not belong here`);
    return items;
  }
}
