import { Readable } from 'node:stream';
import { AwsClient } from 'aws4fetch';
import { ArcosError, codeOfHttp } from '../../base/errors.ts';
import type { Driver, Staged } from '../driver.ts';
import { fromFile } from './file.ts';
import { remoteKey } from './key.ts';
import { type Parts, stageInParts } from './parts.ts';

export interface S3Options {
  readonly bucket: string;
  /** In front of every key; empty, or with a `/` at its end. */
  readonly prefix: string;
  /** Of a store that is not Amazon's. */
  readonly endpoint?: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** CopyObject copies up to 5 GiB; what is larger goes in pieces of one. */
const LARGEST_COPY = 5 * 1024 ** 3;
const COPY_PIECE = 1024 ** 3;

/** Tries of a request that the store answers with 429 or 5xx, with pauses of 50 ms, 100 ms and so on between. */
const RETRIES = 6;

interface Request {
  readonly method?: string;
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | string;
}

/** Contents as objects of S3, or of a store that speaks its protocol (Amazon S3, API reference). */
export function s3Driver(options: S3Options): Driver {
  const { bucket, prefix, endpoint, region, accessKeyId, secretAccessKey, sessionToken } = options;
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    region,
    service: 's3',
    retries: RETRIES,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  });
  // A bucket of Amazon's is a host, and one with dots in its name no certificate is for.
  const base =
    endpoint !== undefined
      ? `${endpoint.replace(/\/+$/, '')}/${bucket}`
      : bucket.includes('.')
        ? `https://s3.${region}.amazonaws.com/${bucket}`
        : `https://${bucket}.s3.${region}.amazonaws.com`;

  async function send(key: string, { method = 'GET', query = '', headers = {}, body }: Request = {}) {
    const response = await client
      .fetch(`${base}/${key}${query}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
      })
      .catch((cause: unknown) => {
        throw new ArcosError('UNAVAILABLE', `${new URL(base).origin}, where the lake is, cannot be reached`, { cause });
      });
    if (!response.ok) throw failure(response.status, await response.text());
    return response;
  }

  /** Some requests fail with status 200 and say so in their body. */
  async function sendXml(key: string, request: Request): Promise<string> {
    const text = await (await send(key, request)).text();
    if (text.includes('<Error>')) throw failure(500, text);
    return text;
  }

  function failure(status: number, body: string): ArcosError {
    const code = tag(body, 'Code') ?? `status ${status}`;
    const message = `The lake's bucket ${bucket} refuses: ${code}${tag(body, 'Message') === undefined ? '' : `: ${tag(body, 'Message')}`}`;
    // What our own keys may not do there is no fault of who asks.
    const own = codeOfHttp(status);
    return new ArcosError(own === 'DENIED' || own === 'UNAUTHENTICATED' ? 'UNAVAILABLE' : own, message);
  }

  async function begin(key: string): Promise<Parts & { copyPart(source: string, range: string): Promise<void> }> {
    const id = tag(await sendXml(key, { method: 'POST', query: '?uploads' }), 'UploadId');
    if (id === undefined) throw new ArcosError('UNAVAILABLE', `The bucket ${bucket} began no upload`);
    const upload = `uploadId=${encodeURIComponent(id)}`;
    const etags: string[] = [];
    const next = () => `?partNumber=${etags.length + 1}&${upload}`;
    return {
      async put(body) {
        const { headers } = await send(key, { method: 'PUT', query: next(), body });
        etags.push(headers.get('etag') ?? '');
      },
      async copyPart(source, range) {
        const headers = { 'x-amz-copy-source': source, 'x-amz-copy-source-range': range };
        etags.push(tag(await sendXml(key, { method: 'PUT', query: next(), headers }), 'ETag') ?? '');
      },
      async complete() {
        const parts = etags.map(
          (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
        );
        const body = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`;
        await sendXml(key, { method: 'POST', query: `?${upload}`, body });
      },
      abort: () => send(key, { method: 'DELETE', query: `?${upload}` }).then(drain, () => undefined),
    };
  }

  const stage = (key: string, content: AsyncIterable<Uint8Array>): Promise<Staged> =>
    stageInParts(
      content,
      async (body) => drain(await send(key, { method: 'PUT', body })),
      () => begin(key),
    );

  async function copyInPieces(source: string, to: string, size: number): Promise<void> {
    const parts = await begin(to);
    try {
      for (let at = 0; at < size; at += COPY_PIECE) {
        await parts.copyPart(source, `bytes=${at}-${Math.min(at + COPY_PIECE, size) - 1}`);
      }
      await parts.complete();
    } catch (error) {
      await parts.abort();
      throw error;
    }
  }

  return {
    keyOf: (ofBucket, name, id) => remoteKey(prefix, ofBucket, name, id),
    stage,
    stageFile: (key, file) => fromFile(file, (content) => stage(key, content)),

    async copy(from, to) {
      const source = `/${bucket}/${from}`;
      const size = Number((await send(from, { method: 'HEAD' })).headers.get('content-length'));
      if (size > LARGEST_COPY) await copyInPieces(source, to, size);
      else await sendXml(to, { method: 'PUT', headers: { 'x-amz-copy-source': source } });
    },

    read: (key, range) =>
      Readable.from(
        (async function* () {
          const headers = range === undefined ? undefined : { range: `bytes=${range.start}-${range.end ?? ''}` };
          const { body } = await send(key, headers === undefined ? {} : { headers });
          if (body !== null) yield* body;
        })(),
        { objectMode: false },
      ),

    remove: async (key) => drain(await send(key, { method: 'DELETE' })),
    uri: (key) => `s3://${bucket}/${key}`,
    engine: [secretOf(options)],

    async removeAbandoned(before) {
      const query = `?uploads&prefix=${encodeURIComponent(prefix)}`;
      const listed = await sendXml('', { query });
      for (const [, upload = ''] of listed.matchAll(/<Upload>(.*?)<\/Upload>/gs)) {
        const [key, id, begun] = ['Key', 'UploadId', 'Initiated'].map((name) => tag(upload, name));
        if (key === undefined || id === undefined || !(new Date(begun ?? '') < before)) continue;
        await send(key, { method: 'DELETE', query: `?uploadId=${encodeURIComponent(id)}` }).then(drain);
      }
    },
  };
}

/** DuckDB reads `s3://` addresses by its httpfs with this (DuckDB, S3 API support). */
function secretOf(options: S3Options): string {
  const { bucket, endpoint, region, accessKeyId, secretAccessKey, sessionToken } = options;
  const url = endpoint === undefined ? undefined : new URL(endpoint);
  const members = Object.entries({
    KEY_ID: accessKeyId,
    SECRET: secretAccessKey,
    REGION: region,
    SESSION_TOKEN: sessionToken,
    ENDPOINT: url?.host,
    URL_STYLE: url === undefined && !bucket.includes('.') ? 'vhost' : 'path',
    SCOPE: `s3://${bucket}`,
  }).flatMap(([name, value]) => (value === undefined ? [] : [`${name} '${value.replaceAll("'", "''")}'`]));
  return `CREATE OR REPLACE SECRET arcos_lake (TYPE s3, ${members.join(', ')}, USE_SSL ${url?.protocol !== 'http:'})`;
}

/** The text of an element that is there once, or undefined. */
function tag(xml: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml) ?? [];
  return text?.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** A connection can be used again only when its answer has been read. */
async function drain(response: Response): Promise<void> {
  await response.arrayBuffer();
}
