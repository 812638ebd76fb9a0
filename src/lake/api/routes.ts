import type { FastifyInstance } from 'fastify';
import { answerInGoogleShape } from '../googleerror.ts';
import { batchRoutes } from './batch.ts';
import { bucketRoutes } from './buckets.ts';
import { commitRoute } from './commit.ts';
import { downloadObject } from './download.ts';
import { iamRoutes } from './iam.ts';
import { parseJson } from './metadata.ts';
import { objectRoutes } from './objects.ts';
import { conditionsOf, type ObjectRoute, refOf } from './query.ts';
import { type LakeApi, may } from './question.ts';
import { uploadRoutes } from './upload.ts';
import { xmlRoutes } from './xml.ts';

/** What an object may do when a browser shows it: nothing, for it comes from the same origin as the console. */
const SANDBOX = "sandbox; default-src 'none'";

/**
 * Cloud Storage's XML API, as far as it is about objects, and its JSON API, with and without its prefix: the Node client leaves it out when it speaks to
 * what it takes for an emulator.
 */
export function lakeRoutes(api: LakeApi): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    answerInGoogleShape(app);
    app.addHook('onSend', async (_request, reply) => {
      void reply.header('content-security-policy', SANDBOX);
    });
    await app.register(uploadRoutes(api));
    batchRoutes(app);
    commitRoute(app, api);
    for (const prefix of ['/storage/v1', '']) {
      await app.register(
        async (inside) => {
          inside.removeAllContentTypeParsers();
          inside.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string | Buffer) =>
            parseJson(String(body)),
          );
          bucketRoutes(inside, api);
          objectRoutes(inside, api);
          iamRoutes(inside, api);
        },
        { prefix },
      );
    }
    await app.register(xmlRoutes(api));
    app.get<ObjectRoute>(
      '/download/storage/v1/b/:bucket/o/:object',
      { config: may(api, 'read') },
      async (request, reply) => downloadObject(api.lake, refOf(request), conditionsOf(request.query), request, reply),
    );
  };
}
