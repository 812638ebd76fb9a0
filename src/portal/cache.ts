import type { FastifyReply, FastifyRequest } from 'fastify';

/** Browsers ask each time whether it changed; a cache before the server answers for it for a minute. */
const CACHE = 'public, max-age=0, s-maxage=60, must-revalidate';

/** Answers 304 when the caller has this state already (RFC 9110, section 13.1.2), and else with what `make` gives. */
export async function answerCached(
  request: FastifyRequest,
  reply: FastifyReply,
  etag: string,
  make: () => Promise<string> | string,
) {
  const quoted = `"${etag}"`;
  const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (known.includes(quoted) || known.includes('*')) {
    return reply.status(304).header('etag', quoted).header('cache-control', CACHE).send();
  }
  // What could not be made is not to be kept.
  const body = await make();
  return reply.header('etag', quoted).header('cache-control', CACHE).send(body);
}
