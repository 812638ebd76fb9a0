import type { FastifyInstance } from 'fastify';
import { ArcosError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';

/** Cloud Storage, Batch requests. */
const MOST_CALLS = 100;

/** One call of a batch: an HTTP request as text in a part of a multipart body. */
interface Call {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Several calls about objects and buckets in one: each goes through the door by itself, with the caller's key. */
export function batchRoutes(app: FastifyInstance): void {
  app.register(async (inside) => {
    inside.addContentTypeParser(/^multipart\/mixed/, { parseAs: 'string' }, (_request, body, done) => done(null, body));
    inside.post('/batch/storage/v1', { config: { access: 'public' } }, async (request, reply) => {
      const calls = parseBatch(String(request.body), request.headers['content-type'] ?? '');
      const { authorization } = request.headers;
      const fence = `batch_${newId()}`;
      const parts: string[] = [];
      for (const { id, method, url, headers, body } of calls) {
        const answer = await app.inject({
          method: method as 'GET',
          url,
          remoteAddress: request.ip,
          headers: { ...(authorization === undefined ? {} : { authorization }), ...headers, host: request.host },
          ...(body === '' ? {} : { payload: body }),
        });
        parts.push(answerPart(fence, id, answer));
      }
      return reply.type(`multipart/mixed; boundary=${fence}`).send(`${parts.join('')}--${fence}--\r\n`);
    });
  });
}

function answerPart(
  fence: string,
  id: string,
  answer: { statusCode: number; statusMessage: string; headers: Readonly<Record<string, unknown>>; body: string },
): string {
  const kept = ['content-type', 'etag', 'location'].flatMap((name) =>
    answer.headers[name] === undefined ? [] : [`${name}: ${String(answer.headers[name])}\r\n`],
  );
  return [
    `--${fence}\r\nContent-Type: application/http\r\n`,
    id === '' ? '' : `Content-ID: ${id.replace(/^<?/, '<response-').replace(/>?$/, '>')}\r\n`,
    `\r\nHTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n`,
    ...kept,
    `content-length: ${Buffer.byteLength(answer.body)}\r\n\r\n${answer.body}\r\n`,
  ].join('');
}

/** The calls of a batch. Throws INVALID for what is none, or for a call that is not about the lake. */
export function parseBatch(body: string, contentType: string): Call[] {
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) throw new ArcosError('INVALID', 'A batch needs a boundary in its Content-Type');
  const parts = `\n${body.replaceAll('\r\n', '\n')}`.split(`\n--${boundary}`).slice(1);
  if (parts.at(-1)?.startsWith('--') !== true) throw new ArcosError('INVALID', 'The batch ends without its boundary');
  const calls = parts.slice(0, -1).map(parseCall);
  if (calls.length > MOST_CALLS) throw new ArcosError('INVALID', `A batch has at most ${MOST_CALLS} calls`);
  return calls;
}

function parseCall(part: string): Call {
  const [head, request] = cut(part.replace(/^\n/, ''));
  const [start, body] = cut(request);
  const [line = '', ...rest] = start.split('\n');
  const [, method = '', target = ''] = /^([A-Z]+) (\S+)(?: HTTP\/1\.[01])?$/.exec(line.trim()) ?? [];
  // Parsed, so that no `..` leads out of what a batch is for.
  const parsed = URL.parse(target, 'http://batch');
  const url = `${parsed?.pathname}${parsed?.search}`;
  if (!/^(\/storage\/v1)?\/b[/?]/.test(url))
    throw new ArcosError('INVALID', `"${line}" is no request of a batch about objects`);
  if (parsed?.searchParams.get('alt') === 'media')
    throw new ArcosError('INVALID', 'Contents are not sent in a batch (Cloud Storage, Batch requests)');
  return {
    id: headersOf(head.split('\n'))['content-id'] ?? '',
    method,
    url,
    headers: headersOf(rest),
    body: body.trim(),
  };
}

/** What is before the first empty line, and what is behind it. */
function cut(text: string): [string, string] {
  const at = text.indexOf('\n\n');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 2)];
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const pairs = lines.flatMap((line) => {
    const [, name = '', value = ''] = /^([^:\s]+):\s*(.*?)\s*$/.exec(line) ?? [];
    const lower = name.toLowerCase();
    // The call's own length is what is there, and its way is this request's.
    return ['', 'content-length', 'connection', 'transfer-encoding', 'host'].includes(lower) ? [] : [[lower, value]];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}
