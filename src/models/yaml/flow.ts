import { BEYOND, keyOf, scalar } from './scalar.ts';

/** Characters a plain text in brackets may consist of: no sign of structure, and no colon. */
const FLOW_TEXT = /[^\s\-?:,[\]{}#&*!|>'"%@`=<][^:#,[\]{}"']*/y;
const FLOW_NUMBER = /-?[\d.]+(?=\s*[,\]}])/y;
const FLOW_QUOTED = /"([^"\\]*)"|'([^']*)'(?!')/y;

/** Lists, maps and quoted texts on one line. */
export class FlowReader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    const first = this.#next();
    if (first === '[') return this.#list();
    if (first === '{') return this.#map();
    const quoted = this.#quoted();
    return quoted ?? scalar(this.#plain());
  }

  #list(): unknown[] {
    const items: unknown[] = [];
    this.at++;
    while (this.#next() !== ']') {
      items.push(this.value());
      this.#separate(']');
    }
    this.at++;
    return items;
  }

  #map(): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    this.at++;
    while (this.#next() !== '}') {
      const quoted = this.#quoted();
      const key = keyOf(quoted, quoted === undefined ? this.#plain() : '');
      if (this.#next() !== ':' || !/\s/.test(this.#text[this.at + 1] ?? '')) throw BEYOND;
      this.at++;
      if (/[,}]/.test(this.#next())) throw BEYOND;
      map[key] = this.value();
      this.#separate('}');
    }
    this.at++;
    return map;
  }

  #separate(close: string): void {
    const next = this.#next();
    if (next === ',') this.at++;
    else if (next !== close) throw BEYOND;
  }

  #quoted(): string | undefined {
    FLOW_QUOTED.lastIndex = this.at;
    const match = FLOW_QUOTED.exec(this.#text);
    if (match === null) return undefined;
    this.at = FLOW_QUOTED.lastIndex;
    return match[1] ?? match[2] ?? '';
  }

  #plain(): string {
    for (const pattern of [FLOW_NUMBER, FLOW_TEXT]) {
      pattern.lastIndex = this.at;
      const found = pattern.exec(this.#text)?.[0];
      if (found === undefined) continue;
      this.at += found.length;
      return found.trimEnd();
    }
    throw BEYOND;
  }

  /** The next character that is no white space, not taken. */
  #next(): string {
    while (this.#text[this.at] === ' ') this.at++;
    const next = this.#text[this.at];
    if (next === undefined) throw BEYOND;
    return next;
  }
}
