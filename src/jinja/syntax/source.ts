import type { Fault } from '../../base/fault.ts';
import { JinjaError } from '../error.ts';

/** A template's text with the name users know it by, able to say where an offset is. */
export class TemplateSource {
  /** With `\n` as the only line end and without one at the very end (Jinja, keep_trailing_newline off). */
  readonly text: string;
  readonly file: string;
  #lineStarts: number[] | undefined;

  constructor(text: string, file: string) {
    this.text = (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text).replace(/\n$/, '');
    this.file = file;
  }

  /** Line and column of an offset, both 1-based. */
  position(offset: number): { line: number; column: number } {
    this.#lineStarts ??= lineStarts(this.text);
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }

  fault(code: string, offset: number, message: string, hint?: string): Fault {
    const place = { file: this.file, ...this.position(offset) };
    return { code, severity: 'error', message, ...place, ...(hint === undefined ? {} : { hint }) };
  }

  syntaxError(offset: number, message: string, hint?: string): JinjaError {
    return new JinjaError(this.fault('jinja/syntax', offset, message, hint));
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
