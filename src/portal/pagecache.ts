import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createKept } from './answers.ts';
import { CACHE, isKnown } from './cache.ts';
import { fingerprint } from './cursor.ts';

/** A page that was written, as it is sent. */
interface Written {
  readonly etag: string;
  readonly text: Buffer;
  readonly compressed: Buffer;
}

/** Pages that were written, by the state of what they show: a page is written once for each state and language. */
export interface PageCache {
  /**
   * Answers with the page, or 304 to who has it.
   * @param key of everything that the page depends on; undefined for a page that is not worth keeping
   */
  send(
    request: FastifyRequest,
    reply: FastifyReply,
    key: readonly string[] | undefined,
    write: () => Promise<string> | string,
  ): Promise<FastifyReply>;
}

const MOST_BYTES = 64 * 2 ** 20;
const compress = promisify(gzip);

export function createPageCache(): PageCache {
  const kept = createKept<Written>(MOST_BYTES, ({ text, compressed }) => text.length + compressed.length);

  async function written(write: () => Promise<string> | string): Promise<Written> {
    const body = await write();
    const text = Buffer.from(body);
    // Weak, because it is the same with and without compression (RFC 9110, section 8.8.3.3).
    return { etag: `W/"${fingerprint(body)}"`, text, compressed: await compress(text) };
  }

  return {
    async send(request, reply, key, write) {
      const page = await (key === undefined ? written(write) : kept.get(key.join('\0'), () => written(write)));
      void reply
        .header('etag', page.etag)
        .header('cache-control', CACHE)
        .header('vary', 'accept-language, accept-encoding');
      if (isKnown(request, page.etag)) return reply.status(304).send();
      void reply.type('text/html; charset=utf-8');
      const takes = /\bgzip\b(?!;\s*q=0(?:\.0*)?(?:,|$))/.test(String(request.headers['accept-encoding'] ?? ''));
      return takes ? reply.header('content-encoding', 'gzip').send(page.compressed) : reply.send(page.text);
    },
  };
}
