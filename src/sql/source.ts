import type { Fault } from '../base/fault.ts';

/** A place in a text: offsets in UTF-16 code units, `end` excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text with the name users know it by, able to say where an offset is. */
export class Source {
  readonly text: string;
  readonly file: string | undefined;
  #lineStarts: number[] | undefined;

  constructor(text: string, file?: string) {
    this.text = text;
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

  /** An error at `span`, worded as BigQuery does: the position stands at the message's end too. */
  fault(code: string, span: Span, message: string, hint?: string): Fault {
    const { line, column } = this.position(span.start);
    return {
      code,
      severity: 'error',
      message: `${message} at [${line}:${column}]`,
      ...(this.file === undefined ? {} : { file: this.file }),
      line,
      column,
      ...(hint === undefined ? {} : { hint }),
    };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Carries one fault out of deep recursion; caught at the statement, never seen outside this room. */
export class SqlFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}
