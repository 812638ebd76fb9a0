/**
 * Every operational error of Arcos is an `ArcosError` with one code of this closed list.
 * HTTP status, retryability and exit code follow from the code alone, each from one table,
 * so that a surface never invents its own mapping. A bare `Error` reaching an edge is a bug.
 */

interface CodeRow {
  /** HTTP status of an answer that carries this error. */
  readonly http: number;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;
  /** Exit code of a command that ends with this error (sysexits.h where it has a match). */
  readonly exit: number;
}

export const ERROR_CODES = {
  INVALID: { http: 400, retryable: false, exit: 65 },
  UNAUTHENTICATED: { http: 401, retryable: false, exit: 77 },
  DENIED: { http: 403, retryable: false, exit: 77 },
  NOT_FOUND: { http: 404, retryable: false, exit: 66 },
  CONFLICT: { http: 409, retryable: false, exit: 65 },
  GONE: { http: 410, retryable: false, exit: 66 },
  PRECONDITION: { http: 412, retryable: false, exit: 65 },
  TOO_LARGE: { http: 413, retryable: false, exit: 65 },
  QUOTA: { http: 429, retryable: true, exit: 75 },
  CANCELLED: { http: 499, retryable: false, exit: 130 },
  UNSUPPORTED: { http: 422, retryable: false, exit: 69 },
  UNAVAILABLE: { http: 503, retryable: true, exit: 75 },
  TIMEOUT: { http: 504, retryable: true, exit: 75 },
  CONFIG: { http: 500, retryable: false, exit: 78 },
  STATE: { http: 500, retryable: false, exit: 78 },
  INTERNAL: { http: 500, retryable: false, exit: 70 },
} as const satisfies Record<string, CodeRow>;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface ErrorDetails {
  /** What the reader should do about it, as an imperative sentence. */
  readonly hint?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Facts for machines: names, limits, positions. Never secrets or row values. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export class ArcosError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ArcosError';
    this.code = code;
    this.hint = details.hint;
    this.data = details.data ?? {};
  }

  get http(): number {
    return ERROR_CODES[this.code].http;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }

  get exit(): number {
    return ERROR_CODES[this.code].exit;
  }
}

/** The code whose HTTP status is `status`; INTERNAL or INVALID for a status that no code has, or several. */
export function codeOfHttp(status: number): ErrorCode {
  const codes = Object.entries(ERROR_CODES).filter(([, row]) => row.http === status);
  const [only] = codes;
  if (only !== undefined && codes.length === 1) return only[0] as ErrorCode;
  return status >= 500 ? 'INTERNAL' : 'INVALID';
}

/** Any thrown value as an ArcosError; what is not one becomes INTERNAL with the original as cause. */
export function asArcosError(thrown: unknown): ArcosError {
  if (thrown instanceof ArcosError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (/\bENOSPC\b|No space left on device/.test(message)) {
    return new ArcosError('STATE', `The disk is full: ${message}`, {
      hint: 'Make room on the disk of the state folder, or choose a folder on another disk with --state DIR.',
      cause: thrown,
    });
  }
  if (isOfNoUse(thrown)) {
    return new ArcosError('INVALID', 'A value has not the form that it must have here', { cause: thrown });
  }
  return new ArcosError('INTERNAL', message, { cause: thrown });
}

/**
 * PostgreSQL's data exceptions (SQLSTATE class 22): a text that is no id, a number that is too large, a NUL. Statements
 * are ours and values are the caller's, so the value is at fault.
 */
function isOfNoUse(thrown: unknown): boolean {
  const { code } = thrown instanceof Error ? (thrown as Error & { code?: unknown }) : { code: undefined };
  return typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code);
}
