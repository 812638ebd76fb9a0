import { createHash, createSign } from 'node:crypto';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { File, Storage } from '@google-cloud/storage';
import { ArcosError, codeOfHttp } from '../../base/errors.ts';
import type { Driver, Staged } from '../driver.ts';
import { fromFile } from './file.ts';
import { remoteKey } from './key.ts';
import { PART, type Parts, stageInParts } from './parts.ts';

export interface GcsOptions {
  readonly bucket: string;
  /** In front of every key; empty, or with a `/` at its end. */
  readonly prefix: string;
  /** Of a store that is not Google's. */
  readonly endpoint?: string;
  readonly account: ServiceAccount;
}

/** A service account's key, of its JSON file. */
export interface ServiceAccount {
  readonly client_email: string;
  readonly private_key_id: string;
  readonly private_key: string;
}

/** Contents as objects of Cloud Storage. Throws CONFIG without the package `@google-cloud/storage`. */
export async function gcsDriver(options: GcsOptions): Promise<Driver> {
  const { bucket: name, prefix } = options;
  const bucket = (await connect(options)).bucket(name);
  const urls = signedUrls(options);

  const stage = (key: string, content: AsyncIterable<Uint8Array>): Promise<Staged> =>
    stageInParts(
      content,
      (body) => done(bucket.file(key).save(body, { resumable: false, validation: 'md5' })),
      async () => inParts(bucket.file(key)),
    );

  return {
    keyOf: (ofBucket, object, id) => remoteKey(prefix, ofBucket, object, id),
    stage,
    stageFile: (key, file) => fromFile(file, (content) => stage(key, content)),
    copy: async (from, to) => void (await done(bucket.file(from).copy(bucket.file(to)))),
    // The client checks the whole; a range has no checksum.
    read: (key, range) => bucket.file(key).createReadStream({ ...range, decompress: false }),
    remove: async (key) => void (await done(bucket.file(key).delete({ ignoreNotFound: true }))),
    uri: urls,
    engine: [],
    // Cloud Storage forgets uploads that did not end within a week by itself.
    removeAbandoned: async () => {},
  };
}

/** A resumable upload: the client sends a piece whenever it has `PART` bytes, and the object is there with the last. */
function inParts(file: File): Parts {
  const stream = file.createWriteStream({ resumable: true, chunkSize: PART, validation: 'md5' });
  // Whoever writes next hears of it.
  stream.on('error', () => undefined);
  return {
    async put(part) {
      if (!stream.write(part)) await done(once(stream, 'drain'));
    },
    complete: async () => {
      const end = finished(stream, { readable: false });
      stream.end();
      await done(end);
    },
    abort: async () => void stream.destroy(),
  };
}

async function connect({ endpoint, account }: GcsOptions): Promise<Storage> {
  const { Storage } = await import('@google-cloud/storage').catch((cause: unknown) => {
    throw new ArcosError('CONFIG', 'A lake in Cloud Storage needs the package "@google-cloud/storage"', {
      hint: 'Beside Arcos: npm install @google-cloud/storage',
      cause,
    });
  });
  const storage = new Storage({
    credentials: account,
    ...(endpoint === undefined ? {} : { apiEndpoint: endpoint, useAuthWithCustomEndpoint: true, projectId: 'arcos' }),
  });
  // It signs its requests itself, so nobody is asked for tokens.
  storage.authClient.useJWTAccessWithScope = true;
  if (endpoint !== undefined) {
    // Where the host is not one of Google's, this client opens resumable uploads without a credential.
    const headers = async () => Object.fromEntries(await storage.authClient.getRequestHeaders());
    let known = await headers();
    setInterval(async () => {
      known = await headers();
    }, 30 * 60_000).unref();
    const request: unknown = (asked: { headers?: object }) => ({ ...asked, headers: { ...asked.headers, ...known } });
    storage.interceptors.push({ request } as Storage['interceptors'][number]);
  }
  return storage;
}

async function done<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (cause) {
    const { code, message } = cause as { code?: unknown; message?: string };
    const found = typeof code === 'number' ? codeOfHttp(code) : 'UNAVAILABLE';
    // What our own key may not do there is no fault of who asks.
    const own = found === 'DENIED' || found === 'UNAUTHENTICATED' ? 'UNAVAILABLE' : found;
    throw new ArcosError(own, `The lake's bucket in Cloud Storage refuses: ${message}`, { cause });
  }
}

/** A signed address is good for a day, and given out for half of it: statements may take long. */
const VALID_S = 86_400;

/** Addresses that anyone may read a content by for a day (Cloud Storage, V4 signing process); for engines. */
function signedUrls({ bucket, endpoint = 'https://storage.googleapis.com', account }: GcsOptions) {
  const { origin, host } = new URL(endpoint);
  const known = new Map<string, string>();
  let since = 0;
  return (key: string): string => {
    const now = Date.now();
    if (now - since > (VALID_S / 2) * 1000 || known.size > 10_000) {
      known.clear();
      since = now;
    }
    const before = known.get(key);
    if (before !== undefined) return before;
    const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
    const scope = `${date.slice(0, 8)}/auto/storage/goog4_request`;
    const path = `/${bucket}/${key}`.split('/').map(encodeURIComponent).join('/');
    const query = Object.entries({
      'X-Goog-Algorithm': 'GOOG4-RSA-SHA256',
      'X-Goog-Credential': `${account.client_email}/${scope}`,
      'X-Goog-Date': date,
      'X-Goog-Expires': String(VALID_S),
      'X-Goog-SignedHeaders': 'host',
    })
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&');
    const canonical = ['GET', path, query, `host:${host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n');
    const hash = createHash('sha256').update(canonical).digest('hex');
    const text = ['GOOG4-RSA-SHA256', date, scope, hash].join('\n');
    const signature = createSign('RSA-SHA256').update(text).sign(account.private_key, 'hex');
    const url = `${origin}${path}?${query}&X-Goog-Signature=${signature}`;
    known.set(key, url);
    return url;
  };
}
