import { createReadStream } from 'node:fs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ExportFormat } from '../warehouse/warehouse.ts';
import { answerCached, CACHE, isKnown } from './cache.ts';
import { fingerprint } from './cursor.ts';
import type { ExportFile } from './exports.ts';
import { MEDIA_TYPES } from './feeds.ts';

/** What an address ends with that names a file. */
export const FILE_NAME = /^(.+)\.(csv|parquet|xlsx|geojson)(\.sha256)?$/;

/** A file as it is sent: under this name, or its checksum as `sha256sum -c` reads it. */
export interface Download {
  readonly name: string;
  readonly sum: boolean;
  /** Its content never becomes another. */
  readonly permanent?: boolean;
}

export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { path, format, bytes, sha256 }: ExportFile,
  { name, sum, permanent = false }: Download,
) {
  if (sum) {
    const line = `${sha256}  ${name}\n`;
    return answerCached(request, reply.type('text/plain; charset=utf-8'), fingerprint(line), () => line);
  }
  const etag = `"${sha256}"`;
  if (isKnown(request, etag)) return reply.status(304).header('etag', etag).send();
  return reply
    .type(typeOf(format))
    .header('content-length', bytes)
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('etag', etag)
    .header('cache-control', permanent ? 'public, max-age=86400' : CACHE)
    .header('repr-digest', `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`)
    .send(createReadStream(path));
}

function typeOf(format: ExportFormat): string {
  return `${MEDIA_TYPES[format]}${format === 'csv' ? '; charset=utf-8' : ''}`;
}
