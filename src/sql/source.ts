import type { Fault } from '../base/fault.ts';
import { Lines } from '../base/lines.ts';

/** A place in a text: offsets in UTF-16 code units, `end` excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text with the name users know it by, able to say where an offset is. */
export class Source {
  readonly text: string;
  readonly file: string | undefined;
  readonly #lines: Lines;

  constructor(text: string, file?: string) {
    this.text = text;
    this.file = file;
    this.#lines = new Lines(this.text);
  }

  /** Line and column of an offset, both 1-based. */
  position(offset: number): { line: number; column: number } {
    return this.#lines.position(offset);
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

/** Carries one fault out of deep recursion; caught at the statement, never seen outside this room. */
export class SqlFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}
