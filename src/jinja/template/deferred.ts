import { Compiled } from './compiled.ts';
import type { Template } from './template.ts';

/** A template that is parsed when something is first asked of it. */
export class Deferred implements Template {
  readonly file: string;
  readonly #text: string;
  #parsed: Compiled | undefined;

  constructor(text: string, file: string) {
    this.file = file;
    this.#text = text;
  }

  get macros() {
    return this.parsed.macros;
  }

  get blocks() {
    return this.parsed.blocks;
  }

  get parsed(): Compiled {
    this.#parsed ??= Compiled.parse(this.#text, this.file);
    return this.#parsed;
  }
}
