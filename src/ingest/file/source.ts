import { createReadStream } from 'node:fs';
import { type Readable, Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { ArcosError } from '../../base/errors.ts';

/** Formats of files that have rows, by the ends of their names. */
const FORMATS = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.parquet': 'parquet',
  '.xlsx': 'xlsx',
  '.geojson': 'geojson',
  '.shp': 'shapefile',
  '.kml': 'kml',
} as const;

export type Format = (typeof FORMATS)[keyof typeof FORMATS];

/** A file with rows on this machine. */
export interface SourceFile {
  readonly path: string;
  /** As people know it: below the folder or archive that was named. */
  readonly name: string;
  readonly format: Format;
  readonly compression?: 'gz' | 'zst';
  /** Of the `key=value` folders it is in. */
  readonly partition: Readonly<Record<string, string>>;
}

/** A value of a source: everything is text, as it stood there; null where there was nothing. */
export type Value = string | null;

export interface SourceRow {
  /** One for each column. */
  readonly values: readonly Value[];
  /** Where it is in the file, from 1: a line of a text, else a row. */
  readonly line: number;
}

/** A row that is not as the others are. */
export interface Reject {
  readonly line: number;
  readonly reason: string;
}

/** A file that has been looked into. It can be read several times. */
export interface SourceTable {
  /** As they are written in the file. */
  readonly columns: readonly string[];
  /** What was found out about the file, for the summary: `UTF-8; delimiter ";"`. */
  readonly about: string;
  rows(reject: (row: Reject) => void): AsyncIterable<SourceRow>;
}

export interface ReadOptions {
  readonly delimiter?: string;
  readonly encoding?: string;
  /** Whether the first line has names; looked at unless told. */
  readonly header?: boolean;
  /** Of a workbook; the first unless told. */
  readonly sheet?: string;
}

/** What a file's name says of it; undefined for a name that says nothing Arcos reads. */
export function formatOf(name: string): Pick<SourceFile, 'format' | 'compression'> | undefined {
  const [, plain = '', compression] = /^(.*?)(?:\.(gz|zst))?$/i.exec(name) ?? [];
  const end = /\.[a-z]+$/i.exec(plain)?.[0].toLowerCase() ?? '';
  const format = (FORMATS as Readonly<Record<string, Format | undefined>>)[end];
  if (format === undefined) return undefined;
  if (compression === undefined) return { format };
  // The others are read from any place of the file, not from front to back.
  if (format !== 'csv' && format !== 'jsonl' && format !== 'geojson' && format !== 'kml') return undefined;
  return { format, compression: compression.toLowerCase() as 'gz' | 'zst' };
}

export const READABLE = `${Object.keys(FORMATS).join(' ')}, with .gz or .zst for texts, and .zip`;

/** The bytes of a file, unpacked. Its errors are INVALID and name the file. */
export function openBytes({ path, name, compression }: SourceFile): Readable {
  const packed = createReadStream(path, { highWaterMark: 256 * 1024 });
  if (compression === undefined) return packed;
  const unpack: Transform = compression === 'gz' ? createGunzip() : createZstdDecompress();
  const out = new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) });
  const fail = (cause: Error) =>
    out.destroy(new ArcosError('INVALID', `${name} cannot be unpacked: ${cause.message}`, { cause }));
  packed.on('error', fail);
  unpack.on('error', fail);
  return packed.pipe(unpack).pipe(out);
}
