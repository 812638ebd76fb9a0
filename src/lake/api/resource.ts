import type { FastifyRequest } from 'fastify';
import type { Bucket } from '../bucket.ts';
import type { StoredObject } from '../object.ts';

/** A bucket as the JSON API shows it. */
export function bucketResource(request: FastifyRequest, bucket: Bucket) {
  const { versioning, lifecycle, labels } = bucket;
  return {
    kind: 'storage#bucket',
    id: bucket.name,
    name: bucket.name,
    selfLink: `${originOf(request)}/storage/v1/b/${encodeURIComponent(bucket.name)}`,
    projectNumber: '0',
    location: 'US',
    locationType: 'multi-region',
    storageClass: 'STANDARD',
    etag: etag(bucket.metageneration),
    metageneration: String(bucket.metageneration),
    timeCreated: bucket.createdAt.toISOString(),
    updated: bucket.updatedAt.toISOString(),
    iamConfiguration: {
      uniformBucketLevelAccess: { enabled: true },
      bucketPolicyOnly: { enabled: true },
      publicAccessPrevention: 'inherited',
    },
    ...(versioning ? { versioning: { enabled: true } } : {}),
    ...(lifecycle.length === 0 ? {} : { lifecycle: { rule: lifecycle } }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  };
}

/** An object as the JSON API shows it. */
export function objectResource(request: FastifyRequest, object: StoredObject) {
  const created = object.createdAt.toISOString();
  const origin = originOf(request);
  const path = `${encodeURIComponent(object.bucket)}/o/${encodeURIComponent(object.name)}`;
  const generation = String(object.generation);
  return {
    kind: 'storage#object',
    id: `${object.bucket}/${object.name}/${generation}`,
    selfLink: `${origin}/storage/v1/b/${path}`,
    mediaLink: `${origin}/download/storage/v1/b/${path}?generation=${generation}&alt=media`,
    name: object.name,
    bucket: object.bucket,
    generation,
    metageneration: String(object.metageneration),
    contentType: object.contentType,
    storageClass: 'STANDARD',
    size: String(object.size),
    md5Hash: object.md5,
    crc32c: object.crc32c,
    etag: etagOf(object),
    timeCreated: created,
    updated: object.updatedAt.toISOString(),
    timeStorageClassUpdated: created,
    ...object.headers,
    ...(object.deletedAt === undefined ? {} : { timeDeleted: object.deletedAt.toISOString() }),
    ...(Object.keys(object.metadata).length === 0 ? {} : { metadata: object.metadata }),
  };
}

export function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

export function etagOf({ generation, metageneration }: StoredObject): string {
  return etag(`${generation}/${metageneration}`);
}

export function etag(state: string | number): string {
  return Buffer.from(String(state)).toString('base64');
}
