import type { Readable } from 'node:stream';

/** Where an object is: `name` is up to 1,024 bytes of UTF-8, any character but NUL, CR and LF. */
export interface ObjectRef {
  readonly bucket: string;
  readonly name: string;
}

export interface ObjectInfo extends ObjectRef {
  /** Grows with every write of the name; microseconds since 1970 of the write, as in Cloud Storage. */
  readonly generation: number;
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  /** MD5 of the content, base64. */
  readonly md5: string;
  /** CRC-32C of the content, big-endian, base64. */
  readonly crc32c: string;
  readonly createdAt: Date;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface WriteOptions {
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** The write happens only if the object has this generation; 0: only if there is none. Else PRECONDITION. */
  readonly ifGenerationMatch?: number;
}

export interface ListRequest {
  readonly bucket: string;
  readonly prefix?: string;
  /** Names that have it after the prefix are rolled up into `prefixes`. */
  readonly delimiter?: string;
  readonly pageToken?: string;
  /** Objects and prefixes at the most; 1,000 unless told. */
  readonly limit?: number;
}

export interface ObjectPage {
  /** By name, in the order of UTF-8 bytes. */
  readonly objects: readonly ObjectInfo[];
  readonly prefixes: readonly string[];
  readonly nextPageToken?: string;
}

/** Bytes `start` to `end`, both included, as in HTTP; `end` absent: to the end. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

/** Changes of a bucket that show at once: every listing and every statement has all of them or none. */
export interface ObjectCommit {
  readonly bucket: string;
  /** Objects whose content others get, in place of what those had. The sources stay. */
  readonly copy: readonly { readonly from: string; readonly to: string }[];
  /** Objects whose names begin with one of these go, but for those that are copied to. */
  readonly clear: readonly string[];
}

/**
 * Buckets of objects. An object is either wholly there or not at all, a write replaces it at once for
 * every later reader, and a reader who has begun goes on with the content it began with.
 * Errors: NOT_FOUND, PRECONDITION, INVALID (a bad name), CONFLICT (a bucket that exists).
 */
export interface ObjectStore {
  write(ref: ObjectRef, content: AsyncIterable<Uint8Array>, options?: WriteOptions): Promise<ObjectInfo>;
  read(ref: ObjectRef, range?: ByteRange): Promise<{ info: ObjectInfo; content: Readable }>;
  stat(ref: ObjectRef): Promise<ObjectInfo>;
  list(request: ListRequest): Promise<ObjectPage>;
  remove(ref: ObjectRef, options?: Pick<WriteOptions, 'ifGenerationMatch'>): Promise<void>;
  /** May be made again: it comes to the same. TOO_LARGE beyond 2,000 objects. */
  commit(commit: ObjectCommit): Promise<void>;
}
