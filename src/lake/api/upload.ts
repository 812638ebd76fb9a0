import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ArcosError } from '../../base/errors.ts';
import { DEFAULT_CONTENT_TYPE, type StoredObject, type WriteOptions } from '../object.ts';
import { type ObjectMetadata, refuseUnkept, toWriteOptions } from './metadata.ts';
import { readMultipart } from './multipart.ts';
import { type BucketRoute, conditionsOf, text } from './query.ts';
import { demandAlso, type LakeApi, mayUpload } from './question.ts';
import { objectResource } from './resource.ts';
import { abandonUpload, beginUpload, continueUpload } from './resumable.ts';

/** Uploads: in one request (media, multipart) or in pieces (resumable). Bodies are streams here, never parsed. */
export function uploadRoutes(api: LakeApi): (app: FastifyInstance) => Promise<void> {
  const path = '/upload/storage/v1/b/:bucket/o';
  const config = mayUpload(api);
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));

    app.post<BucketRoute>(path, { config }, async (request, reply) => {
      const { query } = request;
      const uploadType = text(query, 'uploadType');
      if (uploadType === 'resumable' && text(query, 'upload_id') !== undefined)
        return continueUpload(api, request, reply);
      refuseUnkept(query, request.headers);
      if (uploadType === 'resumable') return beginUpload(api, request, reply);
      if (uploadType === 'multipart') return objectResource(request, await uploadMultipart(api, request));
      if (uploadType === 'media') return objectResource(request, await uploadMedia(api, request));
      throw new ArcosError('INVALID', 'uploadType must be media, multipart or resumable');
    });

    app.delete<BucketRoute>(path, { config }, async (request, reply) => abandonUpload(api, request, reply));
    app.put<BucketRoute>(path, { config }, async (request, reply) => continueUpload(api, request, reply));
  };
}

async function uploadMedia(api: LakeApi, request: FastifyRequest<BucketRoute>): Promise<StoredObject> {
  const contentType = request.headers['content-type'] ?? DEFAULT_CONTENT_TYPE;
  const { name, options } = await writeOf(api, request, { contentType });
  return api.lake.write({ bucket: request.params.bucket, name }, request.raw, options);
}

async function uploadMultipart(api: LakeApi, request: FastifyRequest<BucketRoute>): Promise<StoredObject> {
  const { metadata, contentType, content } = await readMultipart(request.raw, request.headers['content-type'] ?? '');
  const { name, options } = await writeOf(api, request, {
    ...metadata,
    contentType: metadata.contentType ?? contentType,
  });
  return api.lake.write({ bucket: request.params.bucket, name }, content, options);
}

/**
 * What an upload writes and how: conditions from the query, the rest from what the client says of the object.
 * Throws DENIED unless the caller may write an object of that name.
 */
export async function writeOf(
  api: LakeApi,
  request: FastifyRequest<BucketRoute>,
  metadata: ObjectMetadata,
): Promise<{ name: string; options: WriteOptions }> {
  const { query } = request;
  const name = metadata.name ?? text(query, 'name');
  if (name === undefined) throw new ArcosError('INVALID', 'The object has no name', { data: { reason: 'required' } });
  await demandAlso(api, request, 'write', request.params.bucket, name);
  const contentEncoding = metadata.contentEncoding ?? text(query, 'contentEncoding');
  const { expected, ...options } = toWriteOptions({ ...metadata, contentEncoding });
  const promised = { ...promisedHashes(request), ...expected };
  return {
    name,
    options: {
      ...options,
      ...conditionsOf(query),
      ...(Object.keys(promised).length === 0 ? {} : { expected: promised }),
    },
  };
}

/** Checksums that a request's headers promise: `X-Goog-Hash: crc32c=...,md5=...` and `Content-MD5`. */
export function promisedHashes({ headers }: FastifyRequest): { md5?: string; crc32c?: string } {
  const hashes = [headers['x-goog-hash']].flat().join(',');
  const md5 = /\bmd5=([A-Za-z0-9+/=]+)/.exec(hashes)?.[1] ?? headers['content-md5'];
  const crc32c = /\bcrc32c=([A-Za-z0-9+/=]+)/.exec(hashes)?.[1];
  return {
    ...(typeof md5 === 'string' ? { md5 } : {}),
    ...(crc32c === undefined ? {} : { crc32c }),
  };
}
