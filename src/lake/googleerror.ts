import type { FastifyInstance } from 'fastify';
import { asArcosError, type ErrorCode } from '../base/errors.ts';

/** Google's word for each of our codes (Cloud Storage and BigQuery, Error messages). */
const REASONS: Readonly<Record<ErrorCode, string>> = {
  INVALID: 'invalid',
  UNAUTHENTICATED: 'authError',
  DENIED: 'accessDenied',
  NOT_FOUND: 'notFound',
  CONFLICT: 'duplicate',
  GONE: 'notFound',
  PRECONDITION: 'conditionNotMet',
  TOO_LARGE: 'uploadTooLarge',
  QUOTA: 'quotaExceeded',
  CANCELLED: 'stopped',
  UNSUPPORTED: 'notImplemented',
  UNAVAILABLE: 'backendError',
  TIMEOUT: 'timeout',
  CONFIG: 'internalError',
  STATE: 'internalError',
  INTERNAL: 'internalError',
};

export interface GoogleError {
  readonly reason: string;
  readonly message: string;
  readonly location?: string;
  readonly locationType?: string;
}

/** The body of an error in the shape of Google's JSON APIs. */
export function googleErrorBody(status: number, error: GoogleError) {
  const { message } = error;
  return { error: { code: status, message, errors: [{ domain: 'global', ...error }], status: error.reason } };
}

/** An error in Google's words; `data.reason` and `data.location` say more than the code where they are set. */
export function toGoogleError(thrown: unknown): { status: number; error: GoogleError } {
  const error = asArcosError(thrown);
  const { reason, location } = error.data;
  return {
    status: error.http === 499 ? 409 : error.http,
    error: {
      reason: typeof reason === 'string' ? reason : REASONS[error.code],
      message: error.hint === undefined ? error.message : `${error.message}. ${error.hint}`,
      ...(typeof location === 'string' ? { location, locationType: 'parameter' } : {}),
    },
  };
}

/** Answers errors of the plugin's routes the way Google's JSON APIs do. */
export function answerInGoogleShape(app: FastifyInstance): void {
  app.setErrorHandler((thrown: Error & { statusCode?: number; validation?: unknown }, request, reply) => {
    const ours = thrown.name === 'ArcosError';
    const clientError = !ours && thrown.statusCode !== undefined && thrown.statusCode < 500;
    const { status, error } = clientError
      ? { status: thrown.statusCode ?? 400, error: { reason: 'invalid', message: thrown.message } }
      : toGoogleError(thrown);
    if (status >= 500) request.log.error({ err: thrown }, 'request failed');
    void reply.status(status).send(googleErrorBody(status, error));
  });
}
