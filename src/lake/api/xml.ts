import { createHash } from 'node:crypto';
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { allows, type Question } from '../../access/http.ts';
import { ArcosError, asArcosError, type ErrorCode } from '../../base/errors.ts';
import { RESERVED_NAMES } from '../bucket.ts';
import type { Conditions } from '../conditions.ts';
import type { StoredObject, VersionRef, WriteOptions } from '../object.ts';
import { downloadObject } from './download.ts';
import { isHeaderValue, noAcl, refuseUnkept } from './metadata.ts';
import { type Query, text, versionRef, whole } from './query.ts';
import { type Kind, type LakeApi, question } from './question.ts';
import { etagOf } from './resource.ts';
import { signerOf } from './signature.ts';
import { promisedHashes } from './upload.ts';

interface XmlRoute {
  Params: { bucket: string; '*': string };
  Querystring: Query;
}

/**
 * Objects by their path, `/bucket/name`, as Cloud Storage's XML API has them: what signed URLs and links to
 * public objects lead to. A caller without a key or signature to whom the bucket is not open finds what there is
 * at any other address that nobody made: nothing.
 */
export function xmlRoutes(api: LakeApi): (app: FastifyInstance) => Promise<void> {
  const { lake, access } = api;
  const may = (kind: Kind): FastifyContextConfig => ({
    access: {
      anonymous: true,
      authenticate: (request) => signerOf(access, request, new Date()),
      ask: (request) => ask(api, kind, request as FastifyRequest<XmlRoute>),
    },
  });

  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    app.setErrorHandler(answerInXml);

    app.get<XmlRoute>('/:bucket/*', { config: may('read') }, (request, reply) =>
      downloadObject(lake, refOf(request), conditionsOf(request), request, reply, overrides(request.query)),
    );

    app.put<XmlRoute>('/:bucket/*', { config: may('write') }, async (request, reply) => {
      const { bucket, name } = refOf(request);
      const object = await lake.write({ bucket, name }, body(request), writeOptions(request));
      return answerWrite(reply, object);
    });

    app.delete<XmlRoute>('/:bucket/*', { config: may('write') }, async (request, reply) => {
      await lake.remove(refOf(request), conditionsOf(request));
      return reply.status(204).send();
    });
  };
}

async function ask(api: LakeApi, kind: Kind, request: FastifyRequest<XmlRoute>): Promise<Question> {
  const { bucket, '*': name } = request.params;
  const nothing = () => new ArcosError('NOT_FOUND', 'There is nothing at this address', NOTHING);
  if (RESERVED_NAMES.has(bucket)) throw nothing();
  const asked = await question(api, request, kind, bucket, name);
  if (request.principal.kind === 'anonymous' && !allows(request.principal, asked)) throw nothing();
  return asked;
}

const NOTHING = { data: { reason: 'nothing' } } as const;

function refOf({ params, query }: FastifyRequest<XmlRoute>): VersionRef {
  return versionRef(params.bucket, params['*'], whole(query, 'generation'));
}

/** Headers that stand for the conditions of the JSON API's queries. */
function conditionsOf({ headers }: FastifyRequest): Conditions {
  const numbers = {
    generation: headers['x-goog-if-generation-match'],
    metageneration: headers['x-goog-if-metageneration-match'],
  };
  const generation = whole(numbers as Query, 'generation');
  const metageneration = whole(numbers as Query, 'metageneration');
  return {
    ...(generation === undefined ? {} : { ifGenerationMatch: generation }),
    ...(metageneration === undefined ? {} : { ifMetagenerationMatch: metageneration }),
  };
}

/** What a link may say a download is answered with, such as the name under which a browser keeps it. */
function overrides(query: Query): Record<string, string> {
  const names = ['content-type', 'content-disposition'] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = text(query, `response-${name}`);
      if (value === undefined) return [];
      if (!isHeaderValue(value)) throw new ArcosError('INVALID', `response-${name} cannot be a header`);
      return [[name, value]];
    }),
  );
}

function writeOptions(request: FastifyRequest<XmlRoute>): WriteOptions {
  const { headers } = request;
  refuseUnkept({}, headers);
  if (headers['x-goog-copy-source'] !== undefined)
    throw new ArcosError('UNSUPPORTED', 'Copies are made with the JSON API: POST .../copyTo/b/BUCKET/o/OBJECT');
  const acl = headers['x-goog-acl'];
  if (typeof acl === 'string' && acl.startsWith('public')) throw noAcl();
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('x-goog-meta-') ? [[name.slice(12), String(value)]] : [],
  );
  const kept = [
    ['cacheControl', headers['cache-control']],
    ['contentDisposition', headers['content-disposition']],
    ['contentEncoding', headers['content-encoding']],
    ['contentLanguage', headers['content-language']],
  ].filter(([, value]) => typeof value === 'string');
  const expected = promisedHashes(request);
  return {
    ...(headers['content-type'] === undefined ? {} : { contentType: headers['content-type'] }),
    metadata: Object.fromEntries(metadata) as Record<string, string>,
    headers: Object.fromEntries(kept) as Record<string, string>,
    ...(Object.keys(expected).length === 0 ? {} : { expected }),
    ...conditionsOf(request),
  };
}

/** The content, which must have the SHA-256 that was signed where one was. */
async function* body(request: FastifyRequest): AsyncGenerator<Buffer> {
  const promised = request.headers['x-goog-content-sha256'];
  const hash = createHash('sha256');
  for await (const chunk of request.raw as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
  if (typeof promised === 'string' && promised !== 'UNSIGNED-PAYLOAD' && promised !== hash.digest('hex'))
    throw new ArcosError('INVALID', 'The content does not have the SHA-256 that was signed');
}

function answerWrite(reply: FastifyReply, object: StoredObject) {
  return reply
    .status(200)
    .header('etag', etagOf(object))
    .header('x-goog-generation', object.generation)
    .header('x-goog-metageneration', object.metageneration)
    .header('x-goog-hash', `crc32c=${object.crc32c},md5=${object.md5}`)
    .header('content-length', 0)
    .send();
}

/** The XML API's word for each of our codes (Cloud Storage, HTTP status and error codes for XML). */
const CODES: Partial<Record<ErrorCode, string>> = {
  INVALID: 'InvalidArgument',
  UNAUTHENTICATED: 'AuthenticationRequired',
  DENIED: 'AccessDenied',
  NOT_FOUND: 'NoSuchKey',
  PRECONDITION: 'PreconditionFailed',
  UNSUPPORTED: 'NotImplemented',
  TOO_LARGE: 'EntityTooLarge',
};

function answerInXml(thrown: Error & { statusCode?: number }, request: FastifyRequest, reply: FastifyReply) {
  // Fastify's own errors are about the request.
  const own = thrown.statusCode !== undefined && thrown.statusCode < 500;
  const error = own ? new ArcosError('INVALID', thrown.message) : asArcosError(thrown);
  if (error.data['reason'] === NOTHING.data.reason) {
    reply.callNotFound();
    return;
  }
  if (error.http >= 500) request.log.error({ err: thrown }, 'request failed');
  const wrongSignature = error.data['reason'] === 'SignatureDoesNotMatch';
  const code = wrongSignature ? 'SignatureDoesNotMatch' : (CODES[error.code] ?? 'InternalError');
  const message = code === 'InternalError' ? 'Something went wrong inside Arcos' : error.message;
  void reply
    .status(wrongSignature ? 403 : error.http)
    .type('application/xml; charset=utf-8')
    .send(
      `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`,
    );
}

function escaped(message: string): string {
  return message.replace(/[<>&]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
