import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ArcosError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { ChecksumStream, type Checksums, checkChecksums } from '../checksum.ts';
import type { Lake } from '../lake.ts';
import { checkObjectName } from '../name.ts';
import type { StoredObject, WriteOptions } from '../object.ts';
import type { ObjectRef } from '../port.ts';
import type { Upload } from '../upload.ts';

/** Cloud Storage, Quotas: of a multipart upload, and of each of its parts but the last. */
const MOST_PARTS = 10_000;
const LEAST_BYTES = 5 * 1024 * 1024;

/** A part that has come: `etag` is the MD5 of its content in quotes. */
export interface Part {
  readonly number: number;
  readonly etag: string;
  readonly size: number;
  readonly at: Date;
}

/** A part as whoever completes the upload names it. */
export interface NamedPart {
  readonly number: number;
  readonly etag: string;
}

const folderOf = (lake: Lake, id: string) => lake.scratch.file(`multipart-${id}`);

/** Opens a multipart upload (Cloud Storage, XML API multipart uploads): its parts are files of a folder of its own. */
export async function beginParts(lake: Lake, { bucket, name }: ObjectRef, options: WriteOptions): Promise<string> {
  checkObjectName(name);
  await lake.bucket(bucket);
  const id = randomUUID();
  await mkdir(folderOf(lake, id), { mode: 0o700 });
  await lake.uploads.begin({ id, bucket, name, options });
  return id;
}

/** Throws NOT_FOUND for an upload that is not one of this object in parts. */
export async function findParts(lake: Lake, id: string, { bucket, name }: ObjectRef): Promise<Upload> {
  const upload = await lake.uploads.find(id, bucket).catch(() => undefined);
  const found = await stat(folderOf(lake, upload?.id ?? '-')).catch(() => undefined);
  if (upload?.name === name && (found !== undefined || upload.generation !== undefined)) return upload;
  throw named('NOT_FOUND', 'NoSuchUpload', 'There is no such upload, or it has ended');
}

/** Takes a part, in place of one of its number. It is safe when its etag is told. */
export async function takePart(
  lake: Lake,
  { id, generation }: Upload,
  number: number,
  content: AsyncIterable<Uint8Array>,
  expected: { readonly md5?: string; readonly crc32c?: string },
): Promise<{ readonly etag: string; readonly checksums: Checksums }> {
  if (generation !== undefined) throw named('NOT_FOUND', 'NoSuchUpload', 'The upload has ended');
  if (!(number >= 1 && number <= MOST_PARTS))
    throw new ArcosError('INVALID', `A part has a number from 1 to ${MOST_PARTS}`);
  const folder = folderOf(lake, id);
  const aside = lake.scratch.file(newId());
  const stream = new ChecksumStream();
  try {
    await pipeline(stream.through(content), createWriteStream(aside, { flush: true, mode: 0o600 }));
    const checksums = stream.result();
    checkChecksums(checksums, expected);
    const hash = Buffer.from(checksums.md5, 'base64').toString('hex');
    const before = (await partFiles(folder)).filter((part) => part.number === number);
    await rename(aside, join(folder, `${number}-${hash}`));
    for (const { file, etag } of before) if (etag !== `"${hash}"`) await rm(file, { force: true });
    return { etag: `"${hash}"`, checksums };
  } finally {
    await rm(aside, { force: true });
  }
}

/** The parts that have come, by their numbers. */
export async function listParts(lake: Lake, { id }: Upload): Promise<Part[]> {
  const parts = await partFiles(folderOf(lake, id));
  return Promise.all(
    parts.map(async ({ number, etag, file }) => {
      const { size, mtime } = await stat(file);
      return { number, etag, size, at: mtime };
    }),
  );
}

async function partFiles(folder: string) {
  const names = await readdir(folder).catch(() => []);
  return names
    .map((name) => {
      const [number, hash] = name.split('-');
      return { number: Number(number), etag: `"${hash}"`, file: join(folder, name) };
    })
    .sort((a, b) => a.number - b.number);
}

/** Makes the object of the parts that are named. Once more, it tells what came of the first time. */
export async function completeParts(lake: Lake, upload: Upload, wanted: readonly NamedPart[]): Promise<StoredObject> {
  const { id, bucket, name, options, generation } = upload;
  const ref = { bucket, name };
  if (generation !== undefined) return lake.stat({ ...ref, generation });
  if (wanted.length === 0) throw named('INVALID', 'MalformedCompleteMultipartUploadRequest', 'No part is named');
  const there = new Map((await listParts(lake, upload)).map((part) => [part.number, part]));
  const chosen = wanted.map(({ number, etag }, index) => {
    const part = there.get(number);
    if (index > 0 && number <= (wanted[index - 1]?.number ?? 0))
      throw named('INVALID', 'InvalidPartOrder', 'The parts are not in the order of their numbers');
    if (part === undefined || part.etag.replaceAll('"', '') !== etag.replaceAll('"', ''))
      throw named('INVALID', 'InvalidPart', `Part ${number} has not come, or has another etag`);
    if (index < wanted.length - 1 && part.size < LEAST_BYTES)
      throw named('INVALID', 'EntityTooSmall', `Part ${number} has ${part.size} bytes: all but the last need 5 MiB`);
    return part;
  });
  const folder = folderOf(lake, id);
  async function* content(): AsyncGenerator<Uint8Array> {
    for (const { number, etag } of chosen) {
      yield* createReadStream(join(folder, `${number}-${etag.replaceAll('"', '')}`), { highWaterMark: 512 * 1024 });
    }
  }
  const object = await lake.write(ref, content(), options);
  await lake.uploads.end(id, object.generation);
  await rm(folder, { recursive: true, force: true });
  return object;
}

/** Gives the upload up, with what has come of it. */
export async function abandonParts(lake: Lake, { id }: Upload): Promise<void> {
  await lake.uploads.remove(id);
  await rm(folderOf(lake, id), { recursive: true, force: true });
}

/** The etag of an object of parts: not the MD5 of its content, and it says how many there were. */
export function etagOfParts(parts: readonly NamedPart[]): string {
  const hash = createHash('md5');
  for (const { etag } of parts) hash.update(Buffer.from(etag.replaceAll('"', ''), 'hex'));
  return `"${hash.digest('hex')}-${parts.length}"`;
}

function named(code: 'NOT_FOUND' | 'INVALID', xml: string, message: string): ArcosError {
  return new ArcosError(code, message, { data: { xml } });
}
