import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Conditions, checkConditions, unmet } from '../conditions.ts';
import type { Lake } from '../lake.ts';
import type { StoredObject, VersionRef } from '../object.ts';
import type { ByteRange } from '../port.ts';
import { isHeaderValue } from './metadata.ts';
import { etagOf } from './resource.ts';

/** Whether the caller has what it asks for already; throws PRECONDITION when a condition does not hold. */
export function isUnchanged(object: StoredObject, conditions: Conditions): boolean {
  const { ifGenerationMatch, ifMetagenerationMatch, ...unless } = conditions;
  const name = `${object.bucket}/${object.name}`;
  checkConditions(name, object, {
    ...(ifGenerationMatch === undefined ? {} : { ifGenerationMatch }),
    ...(ifMetagenerationMatch === undefined ? {} : { ifMetagenerationMatch }),
  });
  return unmet(name, object, unless) !== undefined;
}

/** Sends an object's content, or the range of it that the request asks for. */
export async function downloadObject(
  lake: Lake,
  ref: VersionRef,
  conditions: Conditions,
  request: FastifyRequest,
  reply: FastifyReply,
  /** Headers to answer with instead of the object's own. */
  instead: Readonly<Record<string, string>> = {},
) {
  const object = await lake.stat(ref);
  if (isUnchanged(object, conditions)) return reply.status(304).send();
  for (const [name, value] of Object.entries({ ...objectHeaders(object), ...instead })) void reply.header(name, value);
  if (object.headers.contentEncoding === 'gzip' && !acceptsGzip(request)) {
    void reply.removeHeader('content-encoding').removeHeader('accept-ranges');
    return reply.send(request.method === 'HEAD' ? Readable.from([]) : lake.content(object).pipe(createGunzip()));
  }
  const range = parseRange(request.headers.range, object.size);
  if (range === 'unsatisfiable') {
    return reply.status(416).header('content-range', `bytes */${object.size}`).send();
  }
  const { start, end } = { start: range?.start ?? 0, end: range?.end ?? object.size - 1 };
  void reply.header('content-length', end - start + 1);
  if (range !== undefined) void reply.status(206).header('content-range', `bytes ${start}-${end}/${object.size}`);
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  if (end < start) return reply.send('');
  const { whole, stream } = await lake.sending(object, { start, end });
  if (whole === undefined) return reply.send(stream);
  reply.raw.once('close', whole.release);
  return reply.send(whole.bytes);
}

/** What a download is answered with besides the content (XML API, Response headers). */
function objectHeaders(object: StoredObject): Record<string, string> {
  const { cacheControl, contentDisposition, contentEncoding, contentLanguage } = object.headers;
  const headers: Record<string, string | undefined> = {
    'content-type': object.contentType,
    'cache-control': cacheControl,
    'content-disposition': contentDisposition,
    'content-encoding': contentEncoding,
    'content-language': contentLanguage,
    'accept-ranges': 'bytes',
    etag: etagOf(object),
    'last-modified': object.createdAt.toUTCString(),
    'x-goog-generation': String(object.generation),
    'x-goog-metageneration': String(object.metageneration),
    'x-goog-stored-content-length': String(object.size),
    'x-goog-stored-content-encoding': contentEncoding ?? 'identity',
    'x-goog-storage-class': 'STANDARD',
    'x-goog-hash': `crc32c=${object.crc32c},md5=${object.md5}`,
  };
  for (const [name, value] of Object.entries(object.metadata)) {
    if (isHeader(name, value)) headers[`x-goog-meta-${name}`] = value;
  }
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Not everything that JSON can say of an object can stand in a header. */
function isHeader(name: string, value: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && isHeaderValue(value);
}

function acceptsGzip(request: FastifyRequest): boolean {
  return /\b(gzip|\*)/.test(String(request.headers['accept-encoding'] ?? ''));
}

/** One range of bytes (RFC 9110 section 14.1.2); several, or what is no range, mean the whole. */
function parseRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (match === null || (from === '' && to === '')) return undefined;
  if (from === '') {
    const last = Number(to);
    return last === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - last), end: size - 1 };
  }
  const start = Number(from);
  if (start >= size) return 'unsatisfiable';
  const end = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return end < start ? undefined : { start, end };
}
