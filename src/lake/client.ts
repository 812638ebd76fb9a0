import { Readable } from 'node:stream';
import { ArcosError } from '../base/errors.ts';
import { type HttpClientOptions, httpClient } from '../base/http.ts';
import { newId } from '../base/ids.ts';
import { DEFAULT_CONTENT_TYPE } from './object.ts';
import type { ObjectInfo, ObjectRef, ObjectStore } from './port.ts';

/** The lake over its HTTP API, for agents, runs and commands. Contents stream both ways. */
export function lakeClient(options: HttpClientOptions): ObjectStore {
  const http = httpClient(options);
  const path = ({ bucket, name }: ObjectRef) =>
    `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;

  return {
    async write({ bucket, name }, content, { contentType = DEFAULT_CONTENT_TYPE, metadata, ifGenerationMatch } = {}) {
      const upload =
        metadata === undefined
          ? { uploadType: 'media', type: contentType, body: content }
          : multipart({ name, contentType, metadata }, content);
      const resource = await http.json<ObjectResource>(`/upload/storage/v1/b/${encodeURIComponent(bucket)}/o`, {
        method: 'POST',
        query: { uploadType: upload.uploadType, name, ifGenerationMatch },
        headers: { 'content-type': upload.type },
        body: ReadableStream.from(upload.body),
      });
      return toInfo(resource);
    },

    async read(ref, range) {
      const headers: Record<string, string> =
        range === undefined ? {} : { range: `bytes=${range.start}-${range.end ?? ''}` };
      const response = await http.send(path(ref), { query: { alt: 'media' }, headers });
      const { body } = response;
      if (body === null) throw new ArcosError('INTERNAL', `${ref.bucket}/${ref.name} came without content`);
      const content = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
      return { info: infoOfHeaders(ref, response.headers), content };
    },

    stat: async (ref) => toInfo(await http.json<ObjectResource>(path(ref))),

    async list({ bucket, prefix, delimiter, pageToken, limit }) {
      const page = await http.json<{ items: ObjectResource[]; prefixes?: string[]; nextPageToken?: string }>(
        `/storage/v1/b/${encodeURIComponent(bucket)}/o`,
        { query: { prefix, delimiter, pageToken, maxResults: limit } },
      );
      return {
        objects: page.items.map(toInfo),
        prefixes: page.prefixes ?? [],
        ...(page.nextPageToken === undefined ? {} : { nextPageToken: page.nextPageToken }),
      };
    },

    async remove(ref, { ifGenerationMatch } = {}) {
      await http.send(path(ref), { method: 'DELETE', query: { ifGenerationMatch } });
    },

    async commit({ bucket, copy, clear }) {
      await http.send(`/api/lake/${encodeURIComponent(bucket)}/commit`, { method: 'POST', json: { copy, clear } });
    },
  };
}

/** A body of two parts (RFC 2387): what is said of the object, and its content. */
function multipart(
  resource: { name: string; contentType: string; metadata: object },
  content: AsyncIterable<Uint8Array>,
) {
  // Random, so that no content has it.
  const boundary = newId();
  async function* body(): AsyncGenerator<Uint8Array> {
    const json = JSON.stringify(resource);
    yield Buffer.from(
      `--${boundary}\r\ncontent-type: application/json\r\n\r\n${json}\r\n--${boundary}\r\ncontent-type: ${resource.contentType}\r\n\r\n`,
    );
    yield* content;
    yield Buffer.from(`\r\n--${boundary}--`);
  }
  return { uploadType: 'multipart', type: `multipart/related; boundary=${boundary}`, body: body() };
}

interface ObjectResource {
  readonly bucket: string;
  readonly name: string;
  readonly generation: string;
  readonly size: string;
  readonly contentType: string;
  readonly md5Hash: string;
  readonly crc32c: string;
  readonly timeCreated: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

function toInfo(resource: ObjectResource): ObjectInfo {
  return {
    bucket: resource.bucket,
    name: resource.name,
    generation: Number(resource.generation),
    size: Number(resource.size),
    contentType: resource.contentType,
    md5: resource.md5Hash,
    crc32c: resource.crc32c,
    createdAt: new Date(resource.timeCreated),
    metadata: resource.metadata ?? {},
  };
}

function infoOfHeaders(ref: ObjectRef, headers: Headers): ObjectInfo {
  const hash = headers.get('x-goog-hash') ?? '';
  const metadata = [...headers].flatMap(([name, value]) =>
    name.startsWith('x-goog-meta-') ? [[name.slice(12), value]] : [],
  );
  return {
    ...ref,
    generation: Number(headers.get('x-goog-generation')),
    size: Number(headers.get('x-goog-stored-content-length')),
    contentType: headers.get('content-type') ?? DEFAULT_CONTENT_TYPE,
    md5: /md5=([^,]+)/.exec(hash)?.[1] ?? '',
    crc32c: /crc32c=([^,]+)/.exec(hash)?.[1] ?? '',
    createdAt: new Date(headers.get('last-modified') ?? 0),
    metadata: Object.fromEntries(metadata) as Record<string, string>,
  };
}
