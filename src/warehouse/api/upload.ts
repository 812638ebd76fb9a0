import { createWriteStream } from 'node:fs';
import { appendFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance } from 'fastify';
import type { Principal } from '../../access/principal.ts';
import { ArcosError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { type JobBody, jobBeginner } from './begin.ts';
import type { ProjectRoute, WarehouseApi } from './routes.ts';

interface UploadRoute extends ProjectRoute {
  Querystring: { uploadType?: string; upload_id?: string };
}

/** An upload that goes on over several requests. */
interface Session {
  readonly principal: string;
  readonly project: string;
  readonly body: JobBody;
  readonly file: string;
}

/**
 * Load jobs whose content comes with them (BigQuery, Uploading data for load jobs): multipart, all in one
 * request, or resumable, in chunks. A session lives as long as the server: a client whose session is gone begins anew.
 */
export function uploadRoutes(app: FastifyInstance, { warehouse, may }: WarehouseApi): void {
  const { begin } = jobBeginner(warehouse);
  const sessions = new Map<string, Session>();

  // Content is streamed to a file: it may be larger than memory.
  app.addContentTypeParser(/^multipart\/related/, (_request, payload, done) => done(null, payload));
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  async function finish(principal: Principal, project: string, body: JobBody, file: string) {
    try {
      return await begin(principal, project, body, file);
    } finally {
      await rm(file, { force: true });
    }
  }

  app.post<UploadRoute & { Body: unknown }>(
    '/projects/:project/jobs',
    { config: may('job.create') },
    async (request, reply) => {
      const { project } = request.params;
      const file = await warehouse.temporaryFile();
      if (request.query.uploadType === 'resumable') {
        const id = newId();
        await writeFile(file, '');
        sessions.set(id, { principal: request.principal.id, project, body: (request.body ?? {}) as JobBody, file });
        const { url } = request.raw;
        const location = `${request.protocol}://${request.host}${url}${url?.includes('?') ? '&' : '?'}upload_id=${id}`;
        return reply.header('location', location).status(200).send();
      }
      const whole = `${file}.multipart`;
      try {
        await pipeline(streamOf(request.body), createWriteStream(whole));
        const { metadata, content } = splitMultipart(await readFile(whole), request.headers['content-type'] ?? '');
        await writeFile(file, content);
        return await finish(request.principal, project, jobOf(metadata), file);
      } finally {
        await rm(whole, { force: true });
      }
    },
  );

  app.put<UploadRoute & { Body: unknown }>(
    '/projects/:project/jobs',
    { config: may('job.create') },
    async (request, reply) => {
      const id = request.query.upload_id ?? '';
      const session = sessions.get(id);
      if (session === undefined || session.principal !== request.principal.id)
        throw new ArcosError('NOT_FOUND', 'There is no such upload', { hint: 'Begin it again.' });
      const { start, total } = rangeOf(request.headers['content-range']);
      const { size } = await stat(session.file);
      if (start !== undefined && start !== size)
        return reply
          .status(308)
          .header('range', `bytes=0-${size - 1}`)
          .send();
      if (start !== undefined || request.headers['content-range'] === undefined) {
        for await (const chunk of streamOf(request.body)) await appendFile(session.file, chunk as Buffer);
      }
      const { size: now } = await stat(session.file);
      if (total !== undefined && now < total) {
        return reply
          .status(308)
          .headers(now === 0 ? {} : { range: `bytes=0-${now - 1}` })
          .send();
      }
      sessions.delete(id);
      return finish(request.principal, session.project, session.body, session.file);
    },
  );
}

/** `bytes 0-99/200`, `bytes 0-99/*`, `bytes *\/200`; everything when there is no such header. */
function rangeOf(header: string | undefined): { start?: number; total?: number } {
  if (header === undefined) return {};
  const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(header) ?? [];
  if (total === undefined) throw new ArcosError('INVALID', `Invalid Content-Range: ${header}`);
  return {
    ...(start === undefined ? {} : { start: Number(start) }),
    // With an unknown total there is more to come.
    total: total === '*' ? Number.POSITIVE_INFINITY : Number(total),
  };
}

/** The two parts of a multipart/related body (RFC 2387): JSON, then the content. */
function splitMultipart(body: Buffer, contentType: string): { metadata: string; content: Buffer } {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  const parts: Buffer[] = [];
  for (let from = body.indexOf(`--${boundary}`); from >= 0 && parts.length < 2; ) {
    const head = body.indexOf('\r\n\r\n', from);
    const next = body.indexOf(`\r\n--${boundary}`, head);
    if (head < 0 || next < 0) break;
    parts.push(body.subarray(head + 4, next));
    from = next + 2;
  }
  const [metadata, content] = parts;
  if (boundary === undefined || metadata === undefined || content === undefined) {
    throw new ArcosError('INVALID', 'The body is not multipart/related with two parts', {
      data: { reason: 'parseError' },
    });
  }
  return { metadata: metadata.toString('utf8'), content };
}

function streamOf(body: unknown): Readable {
  if (body instanceof Readable) return body;
  throw new ArcosError('INVALID', 'The body is not that of an upload', {
    hint: 'Send it as multipart/related, or begin with uploadType=resumable.',
  });
}

function jobOf(metadata: string): JobBody {
  try {
    return JSON.parse(metadata) as JobBody;
  } catch (cause) {
    throw new ArcosError('INVALID', 'The metadata of the upload is not valid JSON', { cause });
  }
}
