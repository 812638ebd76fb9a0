import { isIndexLike } from './runtime/dict.ts';
import type { Dict, Value } from './runtime/value.ts';

/** A call whose arguments are all written out: `ref('bairro')`, `config(tags=['a', 'b'])`. */
export interface LiteralCall {
  readonly name: string;
  readonly positional: readonly Value[];
  readonly keywords: Readonly<Record<string, Value>>;
}

/** What stands in a template that decides nothing: texts, names, and calls of literals. */
export type StaticPart = string | { readonly name: string } | LiteralCall;

/**
 * The parts of a template that has no tags but `{{ name }}` and `{{ name(literals) }}`; undefined for any other, and for
 * one that is wrong. A template that is read so is a valid one: it need not be parsed before it is rendered.
 */
export function staticParts(text: string): readonly StaticPart[] | undefined {
  const parts: StaticPart[] = [];
  let eats = false;
  const put = (written: string, trimsEnd: boolean) => {
    const kept = eats ? written.trimStart() : written;
    parts.push(trimsEnd ? kept.trimEnd() : kept);
  };
  let from = 0;
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at)) {
    const second = text[at + 1];
    if (second === '%') return undefined;
    if (second !== '{' && second !== '#') {
      at++;
      continue;
    }
    put(text.slice(from, at), text[at + 2] === '-');
    if (second === '#') {
      const close = text.indexOf('#}', at + 2);
      if (close < 0) return undefined;
      eats = text[close - 1] === '-' && close - 1 > at + 1;
      at = from = close + 2;
      continue;
    }
    const reader = new LiteralReader(text, at + (text[at + 2] === '-' || text[at + 2] === '+' ? 3 : 2));
    const part = reader.part();
    if (part === undefined) return undefined;
    parts.push(part);
    eats = reader.eats;
    at = from = reader.at;
  }
  put(text.slice(from), false);
  return parts;
}

const SPACE = /\s*/y;
const NAME = /[A-Za-z_]\w*/y;
const STRING = /'[^'\\]*'|"[^"\\]*"/y;
/** Not what goes on as a float or a name. */
const INTEGER = /(?:0|[1-9]\d{0,14})(?![\w.])/y;
const CONSTANTS: Readonly<Record<string, Value>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

/** What is not a literal; a value of its own, since None and Undefined are values. */
const NOTHING = Symbol('nothing');

class LiteralReader {
  readonly #text: string;
  at: number;
  /** Whether the tag ended in `-`. */
  eats = false;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  /** The rest of a tag, its end included. */
  part(): StaticPart | undefined {
    const name = this.#take(NAME);
    if (name === undefined || Object.hasOwn(CONSTANTS, name)) return undefined;
    const call = this.#skip('(') ? this.#arguments(name) : { name };
    this.eats = this.#skip('-');
    if (!this.#text.startsWith('}}', this.at)) return undefined;
    this.at += 2;
    return call;
  }

  #arguments(name: string): LiteralCall | undefined {
    const positional: Value[] = [];
    const keywords: Dict = {};
    let named = false;
    while (!this.#skip(')')) {
      const before = this.at;
      const key = this.#take(NAME);
      if (key !== undefined && this.#skip('=')) {
        if (key === '__proto__' || Object.hasOwn(keywords, key)) return undefined;
        const value = this.#literal();
        if (value === NOTHING) return undefined;
        keywords[key] = value;
        named = true;
      } else {
        this.at = before;
        const value = this.#literal();
        if (value === NOTHING || named) return undefined;
        positional.push(value);
      }
      if (!this.#skip(',') && this.#text[this.at] !== ')') return undefined;
    }
    return { name, positional, keywords };
  }

  #literal(): Value {
    const string = this.#take(STRING);
    // Two texts side by side are one, which is for the parser.
    if (string !== undefined) return /['"]/.test(this.#next()) ? NOTHING : string.slice(1, -1);
    const integer = this.#take(INTEGER);
    if (integer !== undefined) return Number(integer);
    const name = this.#take(NAME);
    if (name !== undefined) return Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : NOTHING;
    if (this.#skip('[')) return this.#list();
    return this.#skip('{') ? this.#dict() : NOTHING;
  }

  #list(): Value {
    const items: Value[] = [];
    while (!this.#skip(']')) {
      const item = this.#literal();
      if (item === NOTHING) return NOTHING;
      items.push(item);
      if (!this.#skip(',') && this.#text[this.at] !== ']') return NOTHING;
    }
    return items;
  }

  #dict(): Value {
    const dict: Dict = {};
    while (!this.#skip('}')) {
      const key = this.#literal();
      if (typeof key !== 'string' || isIndexLike(key) || key === '__proto__' || !this.#skip(':')) return NOTHING;
      const value = this.#literal();
      if (value === NOTHING) return NOTHING;
      dict[key] = value;
      if (!this.#skip(',') && this.#text[this.at] !== '}') return NOTHING;
    }
    return dict;
  }

  #take(pattern: RegExp): string | undefined {
    this.#next();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  #skip(sign: string): boolean {
    if (this.#next() !== sign) return false;
    this.at++;
    return true;
  }

  /** The next character that is no white space, not taken. */
  #next(): string {
    SPACE.lastIndex = this.at;
    SPACE.exec(this.#text);
    this.at = SPACE.lastIndex;
    return this.#text[this.at] ?? '';
  }
}
