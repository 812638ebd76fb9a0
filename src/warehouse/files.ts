import type { Principal } from '../access/principal.ts';
import { ArcosError } from '../base/errors.ts';
import type { Lake } from '../lake/lake.ts';
import { grants } from '../lake/permission.ts';
import type { Authoriser } from './authorise.ts';

export interface ObjectName {
  readonly bucket: string;
  /** May hold a `*`. */
  readonly name: string;
}

/** Throws INVALID for what is not `gs://bucket/name`. */
export function parseUri(uri: string): ObjectName {
  const [, bucket, name] = /^gs:\/\/([^/]+)\/(.+)$/s.exec(uri) ?? [];
  if (bucket !== undefined && name !== undefined) return { bucket, name };
  throw new ArcosError('INVALID', `Invalid source URI "${uri}"`, {
    hint: 'Write it as gs://bucket/path.',
    data: { reason: 'invalid' },
  });
}

/** Throws DENIED unless the principal may read, or write, the objects; whether there is such a bucket is not told. */
export async function demandObjects(
  lake: Lake,
  { principal, authoriser }: { principal: Principal; authoriser: Authoriser },
  action: 'object.read' | 'object.write',
  uris: readonly string[],
): Promise<void> {
  for (const uri of uris) {
    const { bucket: bucketName, name } = parseUri(uri);
    const bucket = await lake.bucket(bucketName).catch(() => undefined);
    const [prefix = ''] = name.split('*');
    const allowed =
      bucket?.purpose === 'data' &&
      ((await authoriser.allows(action, bucket.project)) || grants(bucket.policy, principal, action, prefix));
    if (allowed) continue;
    throw new ArcosError('DENIED', `Access Denied: ${uri}: ${principal.name} does not have ${action} access`, {
      data: { reason: 'accessDenied' },
    });
  }
}
