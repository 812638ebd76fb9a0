import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { allows } from '../../access/http.ts';
import { POLICY } from '../../access/policy.ts';
import { ArcosError } from '../../base/errors.ts';
import type { Bucket } from '../bucket.ts';
import { GRANT_ROLES, type Grant, type GrantRole } from '../permission.ts';
import { invalid, noAcl } from './metadata.ts';
import type { BucketRoute } from './query.ts';
import { type Kind, type LakeApi, may, question } from './question.ts';
import { etag } from './resource.ts';

const POLICY_BODY = z.object({
  etag: z.string().nullish(),
  bindings: z
    .array(
      z.object({
        role: z.string(),
        members: z.array(z.string()),
        condition: z.object({ title: z.string().optional(), expression: z.string() }).nullish(),
      }),
    )
    .default([]),
});

/** What each permission of Cloud Storage that is asked about comes to here. */
const PERMISSIONS: Readonly<Record<string, Kind>> = {
  'storage.buckets.get': 'list',
  'storage.objects.list': 'list',
  'storage.objects.get': 'read',
  'storage.objects.create': 'write',
  'storage.objects.update': 'write',
  'storage.objects.delete': 'write',
  'storage.buckets.update': 'manage',
  'storage.buckets.delete': 'manage',
  'storage.buckets.getIamPolicy': 'share',
  'storage.buckets.setIamPolicy': 'share',
};

/** Who may reach a bucket besides its agency's people: its IAM policy. There are no ACLs. */
export function iamRoutes(app: FastifyInstance, api: LakeApi): void {
  const { lake } = api;

  app.get<BucketRoute>('/b/:bucket/iam', { config: may(api, 'share') }, async (request) =>
    policyResource(await lake.bucket(request.params.bucket)),
  );

  app.put<BucketRoute>('/b/:bucket/iam', { config: may(api, 'share') }, async (request) => {
    const bucket = await lake.bucket(request.params.bucket);
    const parsed = POLICY_BODY.safeParse(request.body ?? {});
    if (!parsed.success) throw invalid('The policy', parsed.error);
    if (bucket.purpose === 'code') throw new ArcosError('UNSUPPORTED', 'A bucket of code cannot be shared');
    if (parsed.data.etag != null && parsed.data.etag !== etag(bucket.metageneration))
      throw new ArcosError('PRECONDITION', 'The policy was changed since it was read');
    const policy = parsed.data.bindings.map((binding) => toGrant(bucket.name, binding));
    const conditions = { ifMetagenerationMatch: bucket.metageneration };
    return policyResource(await lake.buckets.change(bucket.name, { policy }, conditions));
  });

  app.get<BucketRoute>('/b/:bucket/iam/testPermissions', { config: may(api, 'list') }, async (request) => {
    const { permissions = [] } = request.query;
    const asked = [permissions].flat();
    const held: string[] = [];
    for (const permission of asked) if (await holds(api, request, permission)) held.push(permission);
    return { kind: 'storage#testIamPermissionsResponse', permissions: held };
  });

  for (const url of ['/b/:bucket/acl', '/b/:bucket/defaultObjectAcl', '/b/:bucket/o/:object/acl']) {
    app.route<BucketRoute>({
      method: ['GET', 'POST'],
      url,
      config: may(api, 'share'),
      async handler() {
        throw noAcl();
      },
    });
  }
}

async function holds(api: LakeApi, request: FastifyRequest<BucketRoute>, permission: string): Promise<boolean> {
  const kind = PERMISSIONS[permission];
  if (kind === undefined) return false;
  return allows(request.principal, await question(api, request, kind, request.params.bucket, ''));
}

const objectsOf = (bucket: string) => `projects/_/buckets/${bucket}/objects/`;

function policyResource({ name, policy, metageneration }: Bucket) {
  return {
    kind: 'storage#policy',
    resourceId: `projects/_/buckets/${name}`,
    version: 3,
    etag: etag(metageneration),
    bindings: policy.map(({ role, members, prefix }) => ({
      role,
      members,
      ...(prefix === undefined
        ? {}
        : {
            condition: {
              title: prefix,
              expression: `resource.name.startsWith(${JSON.stringify(objectsOf(name) + prefix)})`,
            },
          }),
    })),
  };
}

/** Throws INVALID for roles, members and conditions that would not do what they say. */
function toGrant(bucket: string, { role, members, condition }: z.infer<typeof POLICY_BODY>['bindings'][number]): Grant {
  if (!Object.hasOwn(GRANT_ROLES, role))
    throw new ArcosError('INVALID', `The role "${role}" cannot be given on a bucket`, {
      hint: `Use one of ${Object.keys(GRANT_ROLES).join(', ')}.`,
    });
  for (const member of members) {
    if (!isMember(member))
      throw new ArcosError('INVALID', `"${member}" is no member`, {
        hint: 'Use allUsers, allAuthenticatedUsers, user:NAME, serviceAccount:NAME or role:ROLE.',
      });
  }
  const grant = { role: role as GrantRole, members };
  return condition == null ? grant : { ...grant, prefix: prefixOf(bucket, condition.expression) };
}

function isMember(member: string): boolean {
  const [, kind, name = ''] = /^(user|serviceAccount|role):(.+)$/.exec(member) ?? [];
  if (kind === 'role') return Object.hasOwn(POLICY, name);
  return kind !== undefined || member === 'allUsers' || member === 'allAuthenticatedUsers';
}

/** The one condition there is: that the object's name begins so (CEL, as IAM writes it). */
function prefixOf(bucket: string, expression: string): string {
  const [, double, single] =
    /^\s*resource\.name\.startsWith\(\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*\)\s*$/.exec(expression) ?? [];
  const literal = double ?? single;
  const start = objectsOf(bucket);
  if (literal === undefined || !literal.startsWith(start))
    throw new ArcosError('INVALID', `The condition "${expression}" is not one that buckets know`, {
      hint: `Write resource.name.startsWith("${start}PREFIX").`,
    });
  return literal.slice(start.length);
}
