import type { FastifyReply, FastifyRequest } from 'fastify';
import { ArcosError } from '../../base/errors.ts';
import type { Lake } from '../lake.ts';
import type { ObjectRef } from '../port.ts';
import { text, whole } from './query.ts';
import { originOf } from './resource.ts';
import { promisedHashes } from './upload.ts';
import {
  abandonParts,
  beginParts,
  completeParts,
  etagOfParts,
  findParts,
  listParts,
  type NamedPart,
  takePart,
} from './xmlparts.ts';
import { content, refOf, sendXml, writeOptions, type XmlRoute, xmlText } from './xmlrequest.ts';

/** Whether a request is about a multipart upload, and not about the object that it will be. */
export function isUpload({ query }: FastifyRequest): boolean {
  return typeof query === 'object' && query !== null && ('uploadId' in query || 'uploads' in query);
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const LONGEST_LIST = 4 * 1024 * 1024;
const MOST_LISTED = 1000;

/** `POST /bucket/name`: opens a multipart upload (`?uploads`), or makes the object of one (`?uploadId=`). */
export async function postUpload(lake: Lake, request: FastifyRequest<XmlRoute>, reply: FastifyReply) {
  const ref = refOf(request);
  if ('uploads' in request.query) {
    const id = await beginParts(lake, ref, writeOptions(request));
    return sendXml(
      reply,
      `<InitiateMultipartUploadResult xmlns="${NAMESPACE}">${head(ref, id)}</InitiateMultipartUploadResult>`,
    );
  }
  const upload = await findParts(lake, idOf(request), ref);
  const parts = await namedParts(request);
  const object = await completeParts(lake, upload, parts);
  void reply
    .header('x-goog-generation', object.generation)
    .header('x-goog-hash', `crc32c=${object.crc32c},md5=${object.md5}`);
  const location = `${originOf(request)}${request.url.split('?', 1)[0]}`;
  return sendXml(
    reply,
    `<CompleteMultipartUploadResult xmlns="${NAMESPACE}"><Location>${xmlText(location)}</Location><Bucket>${xmlText(ref.bucket)}</Bucket><Key>${xmlText(ref.name)}</Key><ETag>${xmlText(etagOfParts(parts))}</ETag></CompleteMultipartUploadResult>`,
  );
}

/** `PUT /bucket/name?partNumber=&uploadId=`. */
export async function putPart(lake: Lake, request: FastifyRequest<XmlRoute>, reply: FastifyReply) {
  const upload = await findParts(lake, idOf(request), refOf(request));
  const number = whole(request.query, 'partNumber') ?? 0;
  const { etag, checksums } = await takePart(lake, upload, number, content(request), promisedHashes(request));
  void reply.header('etag', etag).header('x-goog-hash', `crc32c=${checksums.crc32c},md5=${checksums.md5}`);
  return reply.status(200).header('content-length', 0).send();
}

/** `GET /bucket/name?uploadId=`: the parts that have come, a page at a time. */
export async function getParts(lake: Lake, request: FastifyRequest<XmlRoute>, reply: FastifyReply) {
  const { query } = request;
  const ref = refOf(request);
  const upload = await findParts(lake, idOf(request), ref);
  const behind = whole(query, 'part-number-marker') ?? 0;
  const most = Math.min(whole(query, 'max-parts') ?? MOST_LISTED, MOST_LISTED);
  const rest = (await listParts(lake, upload)).filter(({ number }) => number > behind);
  const page = rest.slice(0, most);
  const parts = page.map(
    ({ number, etag, size, at }) =>
      `<Part><PartNumber>${number}</PartNumber><LastModified>${at.toISOString()}</LastModified><ETag>${xmlText(etag)}</ETag><Size>${size}</Size></Part>`,
  );
  const more = rest.length > page.length;
  return sendXml(
    reply,
    `<ListPartsResult xmlns="${NAMESPACE}">${head(ref, upload.id)}<StorageClass>STANDARD</StorageClass><PartNumberMarker>${behind}</PartNumberMarker>${more ? `<NextPartNumberMarker>${page.at(-1)?.number}</NextPartNumberMarker>` : ''}<MaxParts>${most}</MaxParts><IsTruncated>${more}</IsTruncated>${parts.join('')}</ListPartsResult>`,
  );
}

/** `DELETE /bucket/name?uploadId=`. */
export async function deleteUpload(lake: Lake, request: FastifyRequest<XmlRoute>, reply: FastifyReply) {
  await abandonParts(lake, await findParts(lake, idOf(request), refOf(request)));
  return reply.status(204).send();
}

function head({ bucket, name }: ObjectRef, id: string): string {
  return `<Bucket>${xmlText(bucket)}</Bucket><Key>${xmlText(name)}</Key><UploadId>${id}</UploadId>`;
}

const idOf = ({ query }: FastifyRequest<XmlRoute>) => text(query, 'uploadId') ?? '';

/** The parts that the body of a completion names, as it orders them. */
async function namedParts(request: FastifyRequest<XmlRoute>): Promise<NamedPart[]> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of content(request)) {
    size += chunk.length;
    if (size > LONGEST_LIST) throw new ArcosError('TOO_LARGE', 'The list of parts is too long');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString();
  return [...body.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => {
    const [, number] = /<PartNumber>\s*(\d+)\s*<\/PartNumber>/.exec(part) ?? [];
    const [, etag] = /<ETag>\s*(.*?)\s*<\/ETag>/s.exec(part) ?? [];
    if (number === undefined || etag === undefined)
      throw new ArcosError('INVALID', 'A part is named by PartNumber and ETag', { data: { xml: 'MalformedXML' } });
    return { number: Number(number), etag: etag.replaceAll('&quot;', '').replaceAll('"', '') };
  });
}
