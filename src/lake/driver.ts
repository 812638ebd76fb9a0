import type { Readable } from 'node:stream';
import type { ByteRange } from './port.ts';

/**
 * Where contents are, each under a key of its own that is written once and never changed. What is visible under which
 * name is in the store alone: a content becomes an object by a transaction there, after it is safe here.
 */
export interface Driver {
  /** The key for a new content of an object; `id` makes it unlike any other. */
  keyOf(bucket: string, name: string, id: string): string;
  /** Takes content in, in bounded memory. Nobody finds it until it is settled. */
  stage(key: string, content: AsyncIterable<Uint8Array>): Promise<Staged>;
  /** As `stage`, of a file on this machine, which is gone when it is settled or dropped. */
  stageFile(key: string, file: string): Promise<Staged>;
  /** Gives a content a second key, safe when the promise is kept. */
  copy(from: string, to: string): Promise<void>;
  read(key: string, range?: ByteRange): Readable;
  /** What `read` gives, for less, to send it to a client. */
  send?(key: string, range: Required<ByteRange>): Promise<Sending>;
  /** Nothing happens for a key that has nothing. */
  remove(key: string): Promise<void>;
  /** By what DuckDB reads the content: a path of this machine, or an address. */
  uri(key: string): string;
  /** Statements that a DuckDB with httpfs needs before it can read those addresses; none when they are paths. */
  readonly engine?: readonly string[];
  /** Removes what killed writes left behind before a moment. */
  removeAbandoned(before: Date): Promise<void>;
}

/** A range on its way to a client, of memory that is used again. */
export interface Sending {
  /** At once, when it is small. */
  readonly whole?: Borrowed;
  /** To be piped: a chunk is overwritten when the third behind it is asked for. */
  readonly stream?: Readable;
}

/** Bytes in memory that is used again once `release` was called. */
export interface Borrowed {
  readonly bytes: Buffer;
  release(): void;
}

/** Content that is there, and seen by nobody. One of both is called, once. */
export interface Staged {
  /** Puts it under its key, whole; safe from a power cut when the promise is kept. */
  settle(): Promise<void>;
  drop(): Promise<void>;
}
