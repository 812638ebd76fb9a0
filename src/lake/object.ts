import type { Selectable } from 'kysely';
import type { Conditions } from './conditions.ts';
import type { ObjectInfo, ObjectRef, WriteOptions as PortWriteOptions } from './port.ts';
import type { LakeTables } from './tables.ts';

/** Headers that an object's downloads are answered with, and the time its owner gave it. */
export interface ObjectHeaders {
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  /** RFC 3339. */
  readonly customTime?: string;
}

/** An object as this lake keeps it. */
export interface StoredObject extends ObjectInfo {
  /** Grows with every change of what is told of the object; 1 for a new generation. */
  readonly metageneration: number;
  readonly updatedAt: Date;
  readonly headers: ObjectHeaders;
  /** When it was replaced or removed, for a version that is not the current one. */
  readonly deletedAt?: Date;
}

/** An object, or one of its versions. */
export interface VersionRef extends ObjectRef {
  readonly generation?: number;
}

export interface WriteOptions extends PortWriteOptions, Conditions {
  readonly headers?: ObjectHeaders;
  /** Checksums that the content must have, base64; else the write fails with INVALID. */
  readonly expected?: { readonly md5?: string; readonly crc32c?: string };
}

/** What is to be different; members that are null go back to their default. */
export interface ObjectChange {
  readonly contentType?: string | null;
  readonly metadata?: Readonly<Record<string, string | null>> | null;
  readonly headers?: { readonly [Name in keyof ObjectHeaders]?: string | null };
}

export const DEFAULT_CONTENT_TYPE = 'application/octet-stream';

const blobs = new WeakMap<ObjectInfo, string>();

export type ObjectRow = Selectable<LakeTables['lake.object']> & { readonly deleted_at?: Date | null };

/** An object as it is in the index. */
export function toObject(row: ObjectRow): StoredObject {
  const { content_type, created_at, updated_at, deleted_at, blob, ...rest } = row;
  const object: StoredObject = {
    ...rest,
    contentType: content_type,
    createdAt: created_at,
    updatedAt: updated_at,
    ...(deleted_at == null ? {} : { deletedAt: deleted_at }),
  };
  blobs.set(object, blob);
  return object;
}

/** Path of an object's content below the lake's root; of objects that `toObject` made. */
export function blobOf(object: ObjectInfo): string {
  return blobs.get(object) ?? '';
}

/** `of` with the members of `change`, without those that are null there. */
export function merge<Value>(
  of: Readonly<Record<string, Value>>,
  change: Readonly<Record<string, Value | null | undefined>>,
): Record<string, Value> {
  const merged = Object.entries({ ...of, ...change }).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(merged) as Record<string, Value>;
}
