import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { allows, type Question } from '../../access/http.ts';
import { ArcosError, asArcosError, type ErrorCode } from '../../base/errors.ts';
import { RESERVED_NAMES } from '../bucket.ts';
import type { StoredObject } from '../object.ts';
import { downloadObject } from './download.ts';
import { isHeaderValue } from './metadata.ts';
import { type Query, text, versionRef, whole } from './query.ts';
import { demandAlso, type Kind, type LakeApi, question } from './question.ts';
import { etagOf } from './resource.ts';
import { signerOf } from './signature.ts';
import { conditionsOf, content, refOf, sendXml, writeOptions, type XmlRoute, xmlText } from './xmlrequest.ts';
import { deleteUpload, getParts, isUpload, postUpload, putPart } from './xmlupload.ts';

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
      isUpload(request)
        ? getParts(lake, request, reply)
        : downloadObject(lake, refOf(request), conditionsOf(request), request, reply, overrides(request.query)),
    );

    app.post<XmlRoute>('/:bucket/*', { config: may('write') }, async (request, reply) => {
      if (isUpload(request)) return postUpload(lake, request, reply);
      throw new ArcosError('UNSUPPORTED', 'Objects are written with PUT; POST is for uploads in parts', {
        hint: 'Add ?uploads to open one, or ?uploadId= to complete it.',
      });
    });

    app.put<XmlRoute>('/:bucket/*', { config: may('write') }, async (request, reply) => {
      if (isUpload(request)) return putPart(lake, request, reply);
      const { bucket, name } = refOf(request);
      const source = request.headers['x-goog-copy-source'];
      if (typeof source === 'string') return answerCopy(reply, await copyObject(api, request, source));
      return answerWrite(reply, await lake.write({ bucket, name }, content(request), writeOptions(request)));
    });

    app.delete<XmlRoute>('/:bucket/*', { config: may('write') }, async (request, reply) => {
      if (isUpload(request)) return deleteUpload(lake, request, reply);
      await lake.remove(refOf(request), conditionsOf(request));
      return reply.status(204).send();
    });
  };
}

async function ask(api: LakeApi, kind: Kind, request: FastifyRequest<XmlRoute>): Promise<Question> {
  const { bucket, '*': name } = request.params;
  const nothing = () => new ArcosError('NOT_FOUND', 'There is nothing at this address', NOTHING);
  if (RESERVED_NAMES.has(bucket)) throw nothing();
  // What has come of an upload is for those who write.
  const asked = await question(api, request, isUpload(request) ? 'write' : kind, bucket, name);
  if (request.principal.kind === 'anonymous' && !allows(request.principal, asked)) throw nothing();
  return asked;
}

const NOTHING = { data: { reason: 'nothing' } } as const;

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

/** `PUT` with `x-goog-copy-source: /bucket/name`, and its generation in a header of its own. */
async function copyObject(api: LakeApi, request: FastifyRequest<XmlRoute>, source: string): Promise<StoredObject> {
  const [, bucket, encoded] = /^\/?([^/]+)\/(.+)$/s.exec(source) ?? [];
  if (bucket === undefined || encoded === undefined)
    throw new ArcosError('INVALID', 'x-goog-copy-source is not /bucket/name');
  const generation = whole({ generation: request.headers['x-goog-copy-source-generation'] } as Query, 'generation');
  const from = versionRef(bucket, decoded(encoded), generation);
  await demandAlso(api, request, 'read', bucket, from.name);
  const { name, bucket: to } = refOf(request);
  const replaces = request.headers['x-goog-metadata-directive'] === 'REPLACE';
  return api.lake.copy(from, { bucket: to, name }, replaces ? writeOptions(request) : conditionsOf(request));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new ArcosError('INVALID', 'x-goog-copy-source is not percent-encoded as it should be', { cause });
  }
}

function answerCopy(reply: FastifyReply, object: StoredObject) {
  void reply.header('x-goog-generation', object.generation);
  return sendXml(
    reply,
    `<CopyObjectResult><LastModified>${object.createdAt.toISOString()}</LastModified><ETag>${xmlText(`"${etagOf(object)}"`)}</ETag></CopyObjectResult>`,
  );
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
  const asked = thrown.statusCode !== undefined && thrown.statusCode < 500;
  const error = asked ? new ArcosError('INVALID', thrown.message) : asArcosError(thrown);
  if (error.data['reason'] === NOTHING.data.reason) {
    reply.callNotFound();
    return;
  }
  if (error.http >= 500) request.log.error({ err: thrown }, 'request failed');
  const wrongSignature = error.data['reason'] === 'SignatureDoesNotMatch';
  const own = typeof error.data['xml'] === 'string' ? error.data['xml'] : CODES[error.code];
  const code = wrongSignature ? 'SignatureDoesNotMatch' : (own ?? 'InternalError');
  const message = code === 'InternalError' ? 'Something went wrong inside Arcos' : error.message;
  void sendXml(
    reply.status(wrongSignature ? 403 : error.http),
    `<Error><Code>${code}</Code><Message>${xmlText(message)}</Message></Error>`,
  );
}
