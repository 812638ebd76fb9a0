import type { FastifyReply, FastifyRequest } from 'fastify';

/** Browsers ask each time whether it changed; a cache before the server answers for it for a minute. */
export const CACHE = 'public, max-age=0, s-maxage=60, must-revalidate';

/** Whether the caller has this state already (RFC 9110, section 13.1.2). */
export function isKnown({ headers }: FastifyRequest, etag: string): boolean {
  const known = (headers['if-none-match'] ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  return known.includes(etag.replace(/^W\//, '')) || known.includes('*');
}

/** Answers 304 when the caller has this state already, and else with what `make` gives. */
export async function answerCached(
  request: FastifyRequest,
  reply: FastifyReply,
  etag: string,
  make: () => Promise<string> | string,
) {
  const quoted = `"${etag}"`;
  if (isKnown(request, quoted)) {
    return reply.status(304).header('etag', quoted).header('cache-control', CACHE).send();
  }
  // What could not be made is not to be kept.
  const body = await make();
  return reply.header('etag', quoted).header('cache-control', CACHE).send(body);
}
