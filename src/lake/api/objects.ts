import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ArcosError } from '../../base/errors.ts';
import { checkConditions } from '../conditions.ts';
import type { StoredObject, VersionRef } from '../object.ts';
import { composeObject } from './compose.ts';
import { downloadObject, isUnchanged } from './download.ts';
import { globPattern } from './glob.ts';
import { parseMetadata, refuseUnkept, toChange, toReplacement, toWriteOptions } from './metadata.ts';
import {
  type BucketRoute,
  conditionsOf,
  flag,
  type ObjectRoute,
  type Query,
  refOf,
  text,
  versionRef,
  whole,
} from './query.ts';
import { demandAlso, type LakeApi, may } from './question.ts';
import { objectResource } from './resource.ts';

interface CopyRoute {
  Params: { bucket: string; object: string; destinationBucket: string; destinationObject: string };
  Querystring: Query;
}

interface MoveRoute {
  Params: { bucket: string; object: string; destinationObject: string };
  Querystring: Query;
}

/** Objects: listed, told of, changed, removed, copied and put together. */
export function objectRoutes(app: FastifyInstance, api: LakeApi): void {
  const { lake } = api;

  app.get<BucketRoute>('/b/:bucket/o', { config: may(api, 'list') }, async (request) => {
    const page = await lake.list({ bucket: request.params.bucket, ...listOptions(request.query) });
    return {
      kind: 'storage#objects',
      items: page.objects.map((object) => objectResource(request, object)),
      ...(page.prefixes.length === 0 ? {} : { prefixes: page.prefixes }),
      ...(page.nextPageToken === undefined ? {} : { nextPageToken: page.nextPageToken }),
    };
  });

  app.get<ObjectRoute>('/b/:bucket/o/:object', { config: may(api, 'read') }, async (request, reply) => {
    const conditions = conditionsOf(request.query);
    if (text(request.query, 'alt') === 'media') return downloadObject(lake, refOf(request), conditions, request, reply);
    const object = await lake.stat(refOf(request));
    return isUnchanged(object, conditions) ? reply.status(304).send() : objectResource(request, object);
  });

  for (const method of ['PATCH', 'PUT'] as const) {
    app.route<ObjectRoute>({
      method,
      url: '/b/:bucket/o/:object',
      config: may(api, 'write'),
      async handler(request) {
        refuseUnkept(request.query, request.headers);
        const ref = refOf(request);
        const metadata = parseMetadata(request.body);
        const change =
          method === 'PATCH' ? toChange(metadata) : toReplacement(metadata, (await lake.stat(ref)).metadata);
        return objectResource(request, await lake.change(ref, change, conditionsOf(request.query)));
      },
    });
  }

  app.delete<ObjectRoute>('/b/:bucket/o/:object', { config: may(api, 'write') }, async (request, reply) => {
    await lake.remove(refOf(request), conditionsOf(request.query));
    return reply.status(204).send();
  });

  app.post<ObjectRoute>('/b/:bucket/o/:object/compose', { config: may(api, 'write') }, async (request) =>
    objectResource(request, await composeObject(api, request)),
  );

  app.post<CopyRoute>(
    '/b/:bucket/o/:object/copyTo/b/:destinationBucket/o/:destinationObject',
    { config: may(api, 'read') },
    async (request) => objectResource(request, await copyObject(api, request)),
  );

  app.post<MoveRoute>(
    '/b/:bucket/o/:object/moveTo/o/:destinationObject',
    { config: may(api, 'write') },
    async (request) => {
      const { params, query } = request;
      await demandAlso(api, request, 'write', params.bucket, params.destinationObject);
      const from = { bucket: params.bucket, name: params.object };
      await checkSource(api, from, query);
      return objectResource(request, await lake.move(from, params.destinationObject, conditionsOf(query)));
    },
  );

  // A copy shares its source's content, so it is done with the first call however large: no rewrite token.
  app.post<CopyRoute>(
    '/b/:bucket/o/:object/rewriteTo/b/:destinationBucket/o/:destinationObject',
    { config: may(api, 'read') },
    async (request) => {
      const object = await copyObject(api, request);
      const size = String(object.size);
      return {
        kind: 'storage#rewriteResponse',
        totalBytesRewritten: size,
        objectSize: size,
        done: true,
        resource: objectResource(request, object),
      };
    },
  );
}

function listOptions(query: Query) {
  const some = <Name extends string>(name: Name): { [Key in Name]?: string } => {
    const value = text(query, name);
    return (value === undefined || value === '' ? {} : { [name]: value }) as { [Key in Name]?: string };
  };
  const glob = text(query, 'matchGlob');
  if (flag(query, 'softDeleted')) throw new ArcosError('UNSUPPORTED', 'Removed objects are not kept for a while here');
  return {
    limit: Math.min(Math.max(whole(query, 'maxResults') ?? 1000, 1), 10_000),
    versions: flag(query, 'versions'),
    ...some('prefix'),
    ...some('delimiter'),
    ...some('pageToken'),
    ...some('startOffset'),
    ...some('endOffset'),
    ...(glob === undefined ? {} : { pattern: globPattern(glob) }),
  };
}

async function checkSource({ lake }: LakeApi, from: VersionRef, query: Query): Promise<StoredObject> {
  const source = await lake.stat(from);
  checkConditions(`${from.bucket}/${from.name}`, source, conditionsOf(query, 'Source'));
  return source;
}

async function copyObject(api: LakeApi, request: FastifyRequest<CopyRoute>) {
  const { params, query } = request;
  const to = { bucket: params.destinationBucket, name: params.destinationObject };
  await demandAlso(api, request, 'write', to.bucket, to.name);
  refuseUnkept(query, request.headers);
  const from = versionRef(params.bucket, params.object, whole(query, 'sourceGeneration'));
  const source = await checkSource(api, from, query);
  // A body that says anything of the new object says everything, as with Cloud Storage.
  const said = Object.keys((request.body as object | undefined) ?? {}).length > 0;
  const options = said
    ? { contentType: source.contentType, metadata: {}, ...toWriteOptions(parseMetadata(request.body)) }
    : {};
  return api.lake.copy({ ...from, generation: source.generation }, to, { ...options, ...conditionsOf(query) });
}
