import type { Fault } from '../base/fault.ts';

/**
 * A fault at a place of a template, with the macros it went through. Thrown by parsing and rendering; what a host
 * function threw stands in `cause`.
 */
export class JinjaError extends Error {
  readonly fault: Fault;
  /** Innermost first: `macro ponto (macros/ponto.sql:2)`, the place of the definition. */
  readonly macros: readonly string[];

  constructor(fault: Fault, macros: readonly string[] = [], cause?: unknown) {
    super(fault.message, cause === undefined ? undefined : { cause });
    this.name = 'JinjaError';
    this.fault = fault;
    this.macros = macros;
  }
}

/** What a template did wrongly, before it is known where; the frame it passes through adds the place. */
export class RuntimeFault {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string) {
    this.code = code;
    this.message = message;
    this.hint = hint;
  }
}

/** A Python TypeError's place in our codes. */
export function typeFault(message: string, hint?: string): RuntimeFault {
  return new RuntimeFault('jinja/type', message, hint);
}

/** A Python ValueError's place in our codes. */
export function valueFault(message: string, hint?: string): RuntimeFault {
  return new RuntimeFault('jinja/value', message, hint);
}
