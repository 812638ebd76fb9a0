import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm, stat, truncate } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ArcosError } from '../../base/errors.ts';
import { ChecksumStream, checkChecksums } from '../checksum.ts';
import { checkObjectName } from '../name.ts';
import { DEFAULT_CONTENT_TYPE } from '../object.ts';
import type { Upload } from '../upload.ts';
import { parseMetadataText } from './metadata.ts';
import { type BucketRoute, text } from './query.ts';
import type { LakeApi } from './question.ts';
import { objectResource, originOf } from './resource.ts';
import { promisedHashes, writeOf } from './upload.ts';

/**
 * Opens a resumable upload (Cloud Storage, Resumable uploads). What came of it is in a file named by its
 * id and counts by that file's size, so an upload goes on after a restart of the server.
 */
export async function beginUpload(api: LakeApi, request: FastifyRequest<BucketRoute>, reply: FastifyReply) {
  const metadata = parseMetadataText(await readLimited(request.raw));
  const declared = request.headers['x-upload-content-type'];
  const contentType = metadata.contentType ?? (typeof declared === 'string' ? declared : DEFAULT_CONTENT_TYPE);
  const { name, options } = await writeOf(api, request, { ...metadata, contentType });
  const { lake } = api;
  checkObjectName(name);
  const { bucket } = request.params;
  await lake.bucket(bucket);
  // Whoever has the address may go on with the upload, so nothing of its id may be guessed.
  const id = randomUUID();
  await (await open(lake.scratch.uploadFile(id), 'w', 0o600)).close();
  await lake.uploads.begin({ id, bucket, name, options });
  const location = `${originOf(request)}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?uploadType=resumable&upload_id=${id}`;
  return reply.status(200).header('location', location).header('x-guploader-uploadid', id).send();
}

const LONGEST_METADATA = 64 * 1024;

async function readLimited(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LONGEST_METADATA) throw new ArcosError('TOO_LARGE', 'The description of the object is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Uploads that a request of this process is at: two at once would mix their pieces. */
const busy = new Map<string, Promise<unknown>>();

/** Checksums of what came so far, where all of it came through this process: a large content is not read again. */
const checked = new Map<string, ChecksumStream>();
const MOST_CHECKED = 1_000;

function keepChecked(id: string, checksums: ChecksumStream): void {
  if (checked.size >= MOST_CHECKED) checked.clear();
  checked.set(id, checksums);
}

async function readChecked(file: string): Promise<ChecksumStream> {
  const checksums = new ChecksumStream();
  for await (const _ of checksums.through(createReadStream(file)));
  return checksums;
}

/** Takes the next piece, or tells how far the upload is (`Content-Range: bytes * /total`). */
export async function continueUpload(api: LakeApi, request: FastifyRequest<BucketRoute>, reply: FastifyReply) {
  const id = text(request.query, 'upload_id') ?? '';
  const before = busy.get(id) ?? Promise.resolve();
  const mine = before.catch(() => undefined).then(() => takePiece(api, id, request, reply));
  busy.set(id, mine);
  try {
    return await mine;
  } finally {
    if (busy.get(id) === mine) busy.delete(id);
  }
}

async function takePiece({ lake }: LakeApi, id: string, request: FastifyRequest<BucketRoute>, reply: FastifyReply) {
  const upload = await lake.uploads.find(id, request.params.bucket);
  if (upload.generation !== undefined) return objectResource(request, await outcome({ lake }, upload));
  const file = lake.scratch.uploadFile(id);
  const range = parseContentRange(request.headers['content-range']);
  const before = await sizeOf(file);
  if (range.kind === 'query') {
    return range.total === before ? finish() : incomplete(reply, before);
  }
  if (range.start > before) {
    throw new ArcosError('INVALID', `The piece begins at byte ${range.start}, but only ${before} bytes have come`);
  }
  // A piece sent again replaces what came of it before.
  if (range.start < before) await truncate(file, range.start);
  const sums = range.start === 0 ? new ChecksumStream() : checked.get(id);
  checked.delete(id);
  const goesOn = sums?.size === range.start ? sums : undefined;
  const content = goesOn === undefined ? request.raw : goesOn.through(request.raw);
  await pipeline(content, createWriteStream(file, { flags: 'a', flush: true }));
  const size = await sizeOf(file);
  if (goesOn?.size === size) keepChecked(id, goesOn);
  const { end = size - 1, total: most = size } = range;
  if (size !== end + 1 || size > most) {
    checked.delete(id);
    await truncate(file, range.start);
    throw new ArcosError('INVALID', `The piece of ${size - range.start} bytes is not what its Content-Range says`);
  }
  // `bytes 0-* /*` is a whole body of unknown size: its end is the upload's end.
  const total = range.total ?? (range.end === undefined ? size : undefined);
  return total === undefined || size < total ? incomplete(reply, size) : finish();

  async function finish() {
    const { bucket, name, options } = upload;
    const result = (checked.get(id) ?? (await readChecked(file))).result();
    checked.delete(id);
    try {
      checkChecksums(result, { ...options.expected, ...promisedHashes(request) });
    } catch (error) {
      await rm(file, { force: true });
      await lake.uploads.remove(id);
      throw error;
    }
    const object = await lake.adopt({ bucket, name }, file, result, options);
    await lake.uploads.end(id, object.generation);
    return objectResource(request, object);
  }
}

/** What an upload that has ended became. Throws GONE when that is no longer there. */
async function outcome({ lake }: Pick<LakeApi, 'lake'>, { bucket, name, generation = 0 }: Upload) {
  return lake.stat({ bucket, name, generation }).catch((cause: unknown) => {
    throw new ArcosError('GONE', 'The upload has ended, and its object was replaced or removed since', { cause });
  });
}

/** Gives an upload up (`DELETE` of its address). */
export async function abandonUpload({ lake }: LakeApi, request: FastifyRequest<BucketRoute>, reply: FastifyReply) {
  const { id } = await lake.uploads.find(text(request.query, 'upload_id') ?? '', request.params.bucket);
  await lake.uploads.remove(id);
  await rm(lake.scratch.uploadFile(id), { force: true });
  // Cloud Storage's own answer to it, outside of HTTP's list.
  return reply.status(499).header('content-length', 0).send();
}

function incomplete(reply: FastifyReply, size: number) {
  if (size > 0) void reply.header('range', `bytes=0-${size - 1}`);
  return reply.status(308).header('content-length', 0).send();
}

/** Bytes that have come; an upload whose file is gone was finished by a request whose answer was lost. */
async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw new ArcosError('GONE', 'The upload has ended');
  return found.size;
}

type ContentRange =
  | { readonly kind: 'piece'; readonly start: number; readonly end?: number; readonly total?: number }
  | { readonly kind: 'query'; readonly total?: number };

function parseContentRange(header: string | undefined): ContentRange {
  if (header === undefined) return { kind: 'piece', start: 0 };
  const query = /^bytes \*\/(\d+|\*)$/.exec(header);
  if (query !== null) return { kind: 'query', ...number('total', query[1]) };
  const piece = /^bytes (\d+)-(\d+|\*)\/(\d+|\*)$/.exec(header);
  if (piece === null) throw new ArcosError('INVALID', `Content-Range "${header}" cannot be read`);
  return { kind: 'piece', start: Number(piece[1]), ...number('end', piece[2]), ...number('total', piece[3]) };
}

function number<Name extends string>(name: Name, text: string | undefined): { [Key in Name]?: number } {
  return (text === undefined || text === '*' ? {} : { [name]: Number(text) }) as { [Key in Name]?: number };
}
