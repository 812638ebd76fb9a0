import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ArcosError } from '../../base/errors.ts';
import type { BucketSettings } from '../bucket.ts';
import { merge } from '../object.ts';
import { parseLifecycle } from './lifecycle.ts';
import { invalid, refuseUnkept } from './metadata.ts';
import { type BucketRoute, conditionsOf, type Query, text } from './query.ts';
import { type LakeApi, may } from './question.ts';
import { bucketResource } from './resource.ts';

const RESOURCE = z.object({
  name: z.string().optional(),
  versioning: z.object({ enabled: z.boolean().nullish() }).nullish(),
  labels: z.record(z.string(), z.string().nullable()).nullish(),
  lifecycle: z.unknown().optional(),
  retentionPolicy: z.unknown().optional(),
  encryption: z.unknown().optional(),
});

/** Buckets: made, listed, changed and removed. */
export function bucketRoutes(app: FastifyInstance, api: LakeApi): void {
  const { lake, access } = api;
  const ofProject = async ({ query }: { query: unknown }) => {
    const { project } = query as { project?: string };
    const agency = project === undefined ? undefined : await access.agencyOf(project).catch(() => undefined);
    return project === undefined || agency === undefined ? {} : { project, agency };
  };

  app.get<{ Querystring: Query }>(
    '/b',
    { config: { access: { action: 'object.list', resource: ofProject } } },
    async (request) => {
      const { query } = request;
      const prefix = text(query, 'prefix') ?? '';
      const after = text(query, 'pageToken') ?? '';
      const limit = Math.min(Number(text(query, 'maxResults')) || 1000, 1000);
      const all = await lake.buckets.list(text(query, 'project'));
      const rest = all.filter(({ name }) => name.startsWith(prefix) && name > after);
      const page = rest.slice(0, limit);
      return {
        kind: 'storage#buckets',
        items: page.map((bucket) => bucketResource(request, bucket)),
        ...(rest.length > limit ? { nextPageToken: page.at(-1)?.name } : {}),
      };
    },
  );

  app.post<{ Querystring: Query }>(
    '/b',
    { config: { access: { action: 'bucket.write', resource: ofProject } } },
    async (request) => {
      const project = text(request.query, 'project');
      const { name, ...settings } = parse(request.body);
      if (project === undefined || name === undefined)
        throw new ArcosError('INVALID', 'A new bucket needs a name, and its project in the query', {
          data: { reason: 'required' },
        });
      refuseUnkept(request.query, request.headers);
      const bucket = await lake.buckets.create({ name, project, purpose: 'data' }, toSettings(settings, {}));
      return bucketResource(request, bucket);
    },
  );

  app.get<BucketRoute>('/b/:bucket', { config: may(api, 'list') }, async (request) =>
    bucketResource(request, await lake.bucket(request.params.bucket)),
  );

  for (const method of ['PATCH', 'PUT'] as const) {
    app.route<BucketRoute>({
      method,
      url: '/b/:bucket',
      config: may(api, 'manage'),
      async handler(request) {
        const { bucket: name } = request.params;
        const { name: _, ...said } = parse(request.body);
        const before = method === 'PATCH' ? (await lake.bucket(name)).labels : {};
        const nothing = { versioning: false, labels: {}, lifecycle: [] };
        const settings = { ...(method === 'PUT' ? nothing : {}), ...toSettings(said, before) };
        return bucketResource(request, await lake.buckets.change(name, settings, conditionsOf(request.query)));
      },
    });
  }

  app.delete<BucketRoute>('/b/:bucket', { config: may(api, 'manage') }, async (request, reply) => {
    await lake.buckets.remove(request.params.bucket, conditionsOf(request.query));
    return reply.status(204).send();
  });

  app.get<BucketRoute>('/b/:bucket/notificationConfigs', { config: may(api, 'list') }, async () => ({
    kind: 'storage#notifications',
    items: [],
  }));

  app.post<BucketRoute>('/b/:bucket/notificationConfigs', { config: may(api, 'manage') }, async () => {
    throw new ArcosError('UNSUPPORTED', 'Buckets send no notifications', {
      hint: 'Start a flow on a schedule instead, or from the program that writes the object.',
    });
  });
}

type BucketBody = z.infer<typeof RESOURCE>;

function parse(body: unknown): BucketBody {
  const parsed = RESOURCE.safeParse(body ?? {});
  if (!parsed.success) throw invalid('The description of the bucket', parsed.error);
  if (parsed.data.retentionPolicy != null || parsed.data.encryption != null)
    throw new ArcosError('UNSUPPORTED', 'Buckets with retention or a default encryption key are not there');
  return parsed.data;
}

function toSettings(
  { versioning, labels, lifecycle }: Omit<BucketBody, 'name'>,
  labelsBefore: Readonly<Record<string, string>>,
): Partial<BucketSettings> {
  return {
    ...(versioning === undefined ? {} : { versioning: versioning?.enabled ?? false }),
    ...(labels === undefined ? {} : { labels: labels === null ? {} : merge(labelsBefore, labels) }),
    ...(lifecycle === undefined ? {} : { lifecycle: parseLifecycle(lifecycle) }),
  };
}
