import { z } from 'zod';
import { ArcosError } from '../../base/errors.ts';
import type { ObjectChange, WriteOptions } from '../object.ts';
import type { Query } from './query.ts';

/** What may stand in a header (RFC 9110 section 5.5); other characters have an encoding there, such as RFC 8187's. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export const isHeaderValue = (value: string): boolean => HEADER_VALUE.test(value);

const text = z.string().regex(HEADER_VALUE, 'has characters that a header cannot have').nullish();

const RESOURCE = z.object({
  name: z.string().optional(),
  contentType: text,
  metadata: z.record(z.string(), z.string().nullable()).nullish(),
  cacheControl: text,
  contentDisposition: text,
  contentEncoding: text,
  contentLanguage: text,
  customTime: z.iso.datetime({ offset: true }).nullish(),
  md5Hash: z.string().optional(),
  crc32c: z.string().optional(),
  acl: z.array(z.unknown()).nullish(),
  temporaryHold: z.boolean().nullish(),
  eventBasedHold: z.boolean().nullish(),
  retention: z.unknown().optional(),
});

/** What a client may say of an object. */
export type ObjectMetadata = z.infer<typeof RESOURCE>;

/** Throws INVALID for what does not describe an object, and UNSUPPORTED for protection it would not get. */
export function parseMetadata(value: unknown): ObjectMetadata {
  const parsed = RESOURCE.safeParse(value ?? {});
  if (!parsed.success) throw invalid('The description of the object', parsed.error);
  const { acl, temporaryHold, eventBasedHold, retention } = parsed.data;
  if (acl != null && acl.length > 0) throw noAcl();
  if (temporaryHold === true || eventBasedHold === true || retention != null)
    throw new ArcosError('UNSUPPORTED', 'Objects cannot be held or retained here');
  return parsed.data;
}

/** As `parseMetadata`, of a request's body; nothing is a description too. */
export function parseMetadataText(json: string): ObjectMetadata {
  return parseMetadata(parseJson(json));
}

export function parseJson(json: string): unknown {
  if (json.trim() === '') return undefined;
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ArcosError('INVALID', 'The body is not valid JSON', { data: { reason: 'parseError' }, cause });
  }
}

export function invalid(what: string, { issues }: z.ZodError): ArcosError {
  const [issue] = issues;
  const where = issue?.path.join('.') ?? '';
  return new ArcosError('INVALID', `${what} is not valid: ${where === '' ? '' : `${where}: `}${issue?.message}`, {
    data: { location: where },
  });
}

/** How an object with that description is written; members that are null are as if absent. */
export function toWriteOptions({ contentType, metadata, md5Hash, crc32c, ...rest }: ObjectMetadata): WriteOptions {
  const expected = withoutNull({ md5: md5Hash, crc32c });
  return {
    ...withoutNull({ contentType }),
    ...(metadata == null ? {} : { metadata: withoutNull(metadata) }),
    headers: withoutNull(headersOf(rest)),
    ...(Object.keys(expected).length === 0 ? {} : { expected }),
  };
}

/** The change that a PATCH with that description asks for. */
export function toChange({ contentType, metadata, ...rest }: ObjectMetadata): ObjectChange {
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...(metadata === undefined ? {} : { metadata }),
    headers: headersOf(rest),
  };
}

const HEADERS = ['cacheControl', 'contentDisposition', 'contentEncoding', 'contentLanguage', 'customTime'] as const;

function headersOf(metadata: Pick<ObjectMetadata, (typeof HEADERS)[number]>): NonNullable<ObjectChange['headers']> {
  return Object.fromEntries(
    HEADERS.map((name) => [name, metadata[name]]).filter(([, value]) => value !== undefined),
  ) as NonNullable<ObjectChange['headers']>;
}

/** The change that a PUT asks for: what it does not say goes back to its default. */
export function toReplacement(metadata: ObjectMetadata, before: Readonly<Record<string, string>>): ObjectChange {
  const gone = Object.fromEntries(Object.keys(before).map((name) => [name, null]));
  const { headers } = toChange(metadata);
  return {
    contentType: metadata.contentType ?? null,
    metadata: { ...gone, ...metadata.metadata },
    headers: { ...Object.fromEntries(HEADERS.map((name) => [name, null])), ...headers },
  };
}

function withoutNull(of: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  const set = Object.entries(of).filter((entry): entry is [string, string] => entry[1] != null);
  return Object.fromEntries(set);
}

const PRIVATE_ACLS = ['private', 'projectPrivate', 'bucketOwnerRead', 'bucketOwnerFullControl'];

/** Throws for what a write asks for and would silently not get: an ACL that shares, or encryption with its own key. */
export function refuseUnkept(query: Query, headers: Readonly<Record<string, unknown>>): void {
  for (const name of ['predefinedAcl', 'destinationPredefinedAcl', 'predefinedDefaultObjectAcl']) {
    const acl = query[name];
    if (typeof acl === 'string' && !PRIVATE_ACLS.includes(acl)) throw noAcl();
  }
  if (query['kmsKeyName'] !== undefined || headers['x-goog-encryption-key'] !== undefined)
    throw new ArcosError('UNSUPPORTED', 'Objects cannot be encrypted with a key of the caller');
}

/** What Cloud Storage says where access is a bucket's alone, as it is here. */
export function noAcl(): ArcosError {
  return new ArcosError(
    'INVALID',
    'Cannot use ACLs when uniform bucket-level access is enabled, as it is for every bucket',
    { hint: 'Change who may reach the bucket with its IAM policy: PUT /storage/v1/b/BUCKET/iam.' },
  );
}
