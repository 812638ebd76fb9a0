import type { FastifyInstance } from 'fastify';
import { ArcosError, asArcosError, type ErrorCode } from '../../base/errors.ts';
import type { Access } from '../access.ts';

/** Path of a service account file's `token_uri`. */
export const TOKEN_PATH = '/oauth2/token';

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const SECONDS = 3600;

/** The word for what is wrong with a request (RFC 6749 section 5.2). */
const ERRORS: Partial<Record<ErrorCode, string>> = {
  INVALID: 'invalid_request',
  UNAUTHENTICATED: 'invalid_grant',
  UNSUPPORTED: 'unsupported_grant_type',
};

/** OAuth 2.0's token endpoint for the one grant there is: a JWT that a service account signed (RFC 7523). */
export function tokenRoute(access: Access): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      async (_request: unknown, body: string | Buffer) => Object.fromEntries(new URLSearchParams(String(body))),
    );
    app.setErrorHandler((thrown: Error & { statusCode?: number }, request, reply) => {
      const { code, message, http } = asArcosError(thrown);
      // Fastify's own errors are about the request.
      const error = (thrown.statusCode ?? 500) < 500 ? 'invalid_request' : ERRORS[code];
      if (error === undefined) request.log.error({ err: thrown }, 'request failed');
      const answer = error === undefined ? { error: 'server_error' } : { error, error_description: message };
      void reply.status(error === undefined ? http : 400).send(answer);
    });

    app.post<{ Body: Record<string, string> | undefined }>(
      TOKEN_PATH,
      { config: { access: 'public' } },
      async (request, reply) => {
        const { grant_type: grant, assertion = '' } = request.body ?? {};
        if (grant !== GRANT) throw new ArcosError('UNSUPPORTED', `The only grant is ${GRANT}`);
        const { principal, key, audience } = await access.serviceKeys.verify(assertion);
        if (!isOurs(audience, request.host))
          throw new ArcosError('UNAUTHENTICATED', `The assertion is for ${audience ?? 'nobody'}, not for this server`);
        const expiresAt = new Date(Date.now() + SECONDS * 1000);
        const token = await access.issueKey(principal, { purpose: 'oauth', expiresAt, serviceKey: key });
        return reply
          .header('cache-control', 'no-store')
          .send({ access_token: token, expires_in: SECONDS, token_type: 'Bearer' });
      },
    );
  };
}

/** What Google's own library for Python writes as the audience, whatever the file's `token_uri` is. */
const GOOGLES = 'https://oauth2.googleapis.com/token';

/**
 * Whether an assertion is for this server. The keys are this server's alone, so one for Google can only have
 * been meant for it. What stands before the path may be a proxy's: the scheme is not compared.
 */
function isOurs(audience: string | undefined, host: string): boolean {
  if (audience === GOOGLES) return true;
  const url = URL.parse(audience ?? '');
  return url?.pathname === TOKEN_PATH && url.host === URL.parse(`${url.protocol}//${host}`)?.host;
}
