/**
 * A fault in what a user wrote (SQL, YAML, Jinja, CSV, a flow's parameters). Faults are values:
 * a reader of user input collects several and returns them; it throws only when nothing can go on.
 */
export interface Fault {
  /** Stable identifier for documentation and tests, e.g. `sql/unknown-column`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Path as the user knows it, relative to their project; absent for text that has no file. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based, in UTF-16 code units. */
  readonly column?: number;
  /** What to do about it, e.g. `Did you mean "bairro"?`. */
  readonly hint?: string;
}

/** `file:line:column: message [code]` and, on a second line, the hint. */
export function formatFault(fault: Fault): string {
  const position = [fault.file, fault.line, fault.column].filter((part) => part !== undefined).join(':');
  const head = `${position === '' ? '' : `${position}: `}${fault.severity}: ${fault.message} [${fault.code}]`;
  return fault.hint === undefined ? head : `${head}\n  ${fault.hint}`;
}

export function hasErrors(faults: readonly Fault[]): boolean {
  return faults.some((fault) => fault.severity === 'error');
}
