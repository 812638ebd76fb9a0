import type { Fault } from '../../base/fault.ts';
import { Lines } from '../../base/lines.ts';
import { JinjaError } from '../error.ts';

/** A template's text with the name users know it by, able to say where an offset is. */
export class TemplateSource {
  /** With `\n` as the only line end and without one at the very end (Jinja, keep_trailing_newline off). */
  readonly text: string;
  readonly file: string;
  readonly #lines: Lines;

  constructor(text: string, file: string) {
    this.text = (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text).replace(/\n$/, '');
    this.file = file;
    this.#lines = new Lines(this.text);
  }

  /** Line and column of an offset, both 1-based. */
  position(offset: number): { line: number; column: number } {
    return this.#lines.position(offset);
  }

  fault(code: string, offset: number, message: string, hint?: string): Fault {
    const place = { file: this.file, ...this.position(offset) };
    return { code, severity: 'error', message, ...place, ...(hint === undefined ? {} : { hint }) };
  }

  syntaxError(offset: number, message: string, hint?: string): JinjaError {
    return new JinjaError(this.fault('jinja/syntax', offset, message, hint));
  }
}
